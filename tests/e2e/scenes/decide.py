"""Scenes of Decide: acceptance scenarios as histories, the same with everything opened, the form and the rules."""

from __future__ import annotations

from collections.abc import Callable

from tests.e2e.driving import Demo
from tests.e2e.scenes.staging import command, opened, shots, small
from tests.usecases.decide import scenarios
from tests.usecases.decide.histories import MODEL, History
from workbench.core.lanes import LITELLM
from workbench.core.money import Rates
from workbench.host.ids import new_uid
from workbench.ui.features.decide.goals_dialog import GoalsDialog
from workbench.ui.features.decide.rules_dialog import RulesDialog
from workbench.ui.features.decide.view import DecideView

SCENARIOS = {
    "almost-empty": ("Release-note writer", scenarios.almost_empty),
    "good-enough": ("SQL explainer", scenarios.good_enough),
    "broken-format": ("Ticket triage → JSON", scenarios.broken_format),
    "better-model": ("Claims reader, comparing two models", scenarios.better_model),
    "data-rich": ("Order status bot", scenarios.data_rich),
    "too-dear": ("Invoice questions", scenarios.too_dear),
    "tuned-forgets": ("Returns desk", scenarios.tuned_forgets),
}


def decide(demo: Demo) -> None:
    """Pictures of seven scenarios in both themes and sizes, and of what opens in the page."""
    window = demo.window
    window.workbench.pricing.set_price(LITELLM, MODEL, Rates(2e-6, 1e-5, 2e-7, "mine"))
    for name, (title, make) in SCENARIOS.items():
        view = _entered(demo, title, make)
        demo.check(f"{name}: {view.head.headline.text()}", view.head.headline.text())
        shots(demo, f"decide-{name}", narrow=True)
        window.theme.set_mode("light")
        small(demo, f"decide-{name}-narrow-light")
        if name == "data-rich":
            _opened(demo, view)


def _entered(demo: Demo, title: str, make: Callable[[History], object]) -> DecideView:
    """Store a history as a new prompt, open it, and wait for its decision."""
    window, uid = demo.window, new_uid()
    window.views.show("compose")
    make(History(window.store, uid, title))
    window.refresh()
    window.choose_prompt(uid)
    demo.until("the prompt is open", lambda: window.prompt_uid == uid)
    command(demo, "view_decide")
    view, reader = window.views.page("decide"), window.decide.reader
    assert isinstance(view, DecideView)
    demo.until("it is decided", lambda: reader.shown is not None and reader.shown.prompt_uid == uid)
    demo.until("the decision is shown", lambda: view.currentWidget() is view.area)
    return view


def _opened(demo: Demo, view: DecideView) -> None:
    """Take pictures of rows and lists that are open, of large text, and of the dialogs."""
    window = demo.window
    for at in (0, 6, 9):
        view.rows[at].head.setChecked(True)
    shots(demo, "decide-rows-open")
    view.escape()
    for fold in (view.step_fold, view.lever_fold, view.change_fold):
        fold.setChecked(True)
    demo.pause(100)
    bar = view.area.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    shots(demo, "decide-lists-open")
    bar.setValue(bar.maximum())
    shots(demo, "decide-lists-open-end", narrow=True)
    for fold in (view.step_fold, view.lever_fold, view.change_fold):
        fold.setChecked(False)
    bar.setValue(0)
    window.theme.set_scale(2.0)
    small(demo, "decide-200%-narrow")
    window.theme.set_scale(1.0)
    command(demo, "decide_figures")
    form = opened(demo, GoalsDialog)
    shots(demo, "decide-figures")
    form.reject()
    command(demo, "decide_rules")
    rules = opened(demo, RulesDialog)
    shots(demo, "decide-rules")
    rules.reject()
    window.frame.activateWindow()
