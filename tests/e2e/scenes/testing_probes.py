"""Scenes of Test: samples as rows, grouped and split columns, and probes with their questions and results."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt

from tests.e2e.driving import Demo
from tests.e2e.scenes.staging import command, provider, shots, show
from tests.fakes.order_bot import QUALITY, answer, order_cases
from tests.fakes.provider import Reply, Request, whole
from workbench.core.content import Content, Message
from workbench.core.lanes import Lane, Params
from workbench.core.money import Rates
from workbench.core.testing.grid_layout import GridLayout

FACTS = "The warehouse list: every order that begins with 77AB12CD is in transit and should arrive on Friday."


def with_facts(request: Request) -> Reply:
    """Answer well if the facts are there."""
    text = str(request.body.get("messages", "")) if isinstance(request.body, dict) else ""
    at = text.find("77AB12CD")
    return whole(f"Order {text[at : at + 10]} arrives on Friday.") if "warehouse" in text else answer(request)


def probes(demo: Demo) -> None:
    """Two versions on two models with three samples, then probes of the cases that fail."""
    window = demo.window
    window.prompts.create("Order bot, probed")
    demo.until("the new prompt is open", lambda: window.is_ready and not window.timeline.rowCount())
    with provider(demo, "Acme probes") as (fake, endpoint):
        fake.answer = with_facts
        models = list(QUALITY)[::2]
        for model in models:
            window.workbench.pricing.set_price(endpoint, model, Rates(0.3e-6, 1.2e-6, None, "mine"))
        bot = Content((Message("system", "You are the order bot of a shop."), Message("user", "{{question}}")))
        lanes = tuple(Lane(f"t{number}", endpoint, model, Params()) for number, model in enumerate(models))
        show(demo, bot, lanes, question="Where is order 77AB12CD90?")
        _run(demo)
        polite = replace(bot, messages=(Message("system", "You are the polite order bot of a shop."), bot.messages[1]))
        show(demo, polite, lanes, question="Where is order 77AB12CD90?")
        _run(demo)
        cases = order_cases()
        cases = [replace(case, held_out=number % 3 == 2) for number, case in enumerate(cases)]
        window.store.packs.save_cases(window.prompt_uid, cases).result(60)
        command(demo, "view_test")
        suites = window.testing.suites
        demo.until("the cases are there", lambda: suites.tested.cases > 0)
        columns = tuple(
            replace(lane, slot=f"{lane.slot}v{version}", pinned=version) for lane in lanes for version in (1, 2)
        )
        suites.change_settings(lambda settings: replace(settings, columns=columns, samples=3))
        demo.until("the columns are there", lambda: len(suites.columns()) == len(columns))
        command(demo, "run_cases")
        demo.until("it has ended", lambda: suites.figures.report is not None and not suites.is_running)
        demo.until("cells are there", lambda: suites.model.rowCount() > 0)
        shots(demo, "test-sets", narrow=True)
        suites.pivot.arrange(GridLayout(sample="rows", order="version"))
        demo.pause(200)
        shots(demo, "test-samples-by-version", narrow=True)
        suites.pivot.arrange(GridLayout(model="split"))
        demo.pause(200)
        shots(demo, "test-split", narrow=True)
        suites.pivot.arrange(GridLayout("columns", "rows", "rows"))
        demo.pause(200)
        shots(demo, "test-swapped", narrow=True)
        suites.pivot.arrange(GridLayout("split", "columns", "rows"))
        demo.pause(200)
        shots(demo, "test-case-by-case", narrow=True)
        suites.pivot.arrange(GridLayout())
        suites.choose_rows("failed")
        demo.pause(200)
        command(demo, "run_listed")
        view = window.testing.view
        assert view is not None
        demo.until("it asks", view.confirm.isVisible)
        shots(demo, "test-run-only-these", narrow=True)
        view.confirm._accept()
        demo.until("the probe is shown", lambda: bool(suites.probe_uid) and suites.run is not None)
        demo.until("the probe has ended", lambda: not suites.is_running and suites.figures.report is not None)
        shots(demo, "test-probe", narrow=True)
        suites.choose_set("tuning")
        demo.until("the test is shown", lambda: suites.run is not None and not suites.run.probe)
        command(demo, "facts_probe")
        controller = window.testing.probes
        assert controller is not None
        demo.until("the dialog is open", lambda: controller.dialog is not None)
        dialog = controller.dialog
        assert dialog is not None
        dialog.field.set_exact(FACTS)
        demo.pause(700)
        shots(demo, "test-facts-dialog", narrow=True)
        dialog.run.click()
        demo.until("the facts are shown", lambda: bool(suites.probe_uid) and suites.run is not None)
        demo.until("the facts have ended", lambda: not suites.is_running and suites.figures.report is not None)
        demo.pause(600)
        shots(demo, "test-facts", narrow=True)
        window.theme.set_scale(2.0)
        demo.picture("test-facts-200%")
        window.theme.set_scale(1.0)


def _run(demo: Demo) -> None:
    """Run the lanes, which makes another iteration of this prompt."""
    timeline = demo.window.timeline
    before = timeline.rowCount()
    demo.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    demo.until("the run is in the timeline", lambda: timeline.rowCount() == before + 1)
    demo.until("the run has ended", lambda: not demo.window.is_running() and not demo.rows("SELECT 1 FROM in_flight"))
