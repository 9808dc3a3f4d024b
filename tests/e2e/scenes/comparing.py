"""Scenes of comparisons in Test: settings, the chart by version, champion against challenger, a successor."""

from __future__ import annotations

import re
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from tests.e2e.driving import Demo
from tests.e2e.scenes.staging import command, provider, shots, show
from tests.e2e.scenes.testing import order_cases
from tests.fakes.provider import Reply, Request, usual, whole
from workbench.core.cases import Case, Check
from workbench.core.content import Content, Message
from workbench.core.lanes import Lane, Params
from workbench.core.money import Rates

CASES = 60
_TEXTS = ("You are the order bot of a shop.", "You are the order bot of a shop. Name the order.",
          "You are the order bot of a shop. Name the order, and say when it comes.")  # fmt: skip
_GOOD = {"acme-mini": (0.5, 0.64, 0.82), "acme-large": (0.7, 0.8, 0.9)}


def answer(request: Request) -> Reply:
    """Answer better the more the prompt says."""
    asked = request.body if isinstance(request.body, dict) else {}
    model, text = str(asked.get("model", "")), str(asked.get("messages", ""))
    found = re.search(r"77AB12CD(\d\d)", text)
    if model not in _GOOD or found is None:
        return usual(request)
    version = 2 if "when it comes" in text else 1 if "Name the order" in text else 0
    number = int(found[1])
    is_good = (number * 7 + 3 * len(model)) % CASES < _GOOD[model][version] * CASES
    return whole(f"Order {found[0]} arrives on Friday." if is_good else "Your order is on its way.")


def _cases() -> list[Case]:
    made = []
    for number in range(CASES):
        one = order_cases()[number % 20]
        order = f"77AB12CD{number:02d}"
        made.append(
            replace(
                one,
                uid=f"{one.uid}-{number}",
                name=f"status of {order}",
                values=(("question", f"Where is order {order}?"),),
                checks=(Check("contains", value=f'"{order}"'),),
            )
        )
    return made


def comparing(demo: Demo) -> None:
    """Three versions on two models, then every dialog and the chart."""
    window = demo.window
    window.prompts.create("Order bot, compared")
    demo.until("the new prompt is open", lambda: window.is_ready and not window.timeline.rowCount())
    with provider(demo, "Acme") as (fake, endpoint):
        fake.answer = answer
        for model, price in (("acme-mini", 0.3), ("acme-large", 2.0)):
            window.workbench.pricing.set_price(endpoint, model, Rates(price / 1e6, 4 * price / 1e6, None, "mine"))
        window.store.packs.save_cases(window.prompt_uid, _cases()).result(60)
        lanes = tuple(Lane(f"t{number}", endpoint, model, Params()) for number, model in enumerate(_GOOD))
        suites = window.testing.suites
        for number, text in enumerate(_TEXTS):
            demo.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
            bot = Content((Message("system", text), Message("user", "{{question}}")))
            show(demo, bot, lanes, question="Where is order 77AB12CD90?")
            demo.run()
            command(demo, "view_test")
            if not number:
                demo.until("the tests are read", lambda: suites.overview is not None)
                window.testing.columns.take_lanes()
                demo.until("the columns are there", lambda: len(suites.columns()) == len(_GOOD))
            demo.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
            demo.until(
                "it has ended",
                lambda number=number: (
                    suites.run is not None
                    and suites.run.number == number + 1
                    and suites.figures.report is not None
                    and not suites.is_running
                ),
            )
        demo.pause(500)
        view = window.testing.view
        assert view is not None
        command(demo, "test_chart")
        demo.until("the chart is there", lambda: suites.chart.of(suites.prompt_uid, "tuning") is not None)
        view.chart.canvas.setFocus()
        shots(demo, "compare-chart", narrow=True)
        window.theme.set_scale(2.0)
        demo.picture("compare-chart-200%")
        window.theme.set_scale(1.0)
        demo.press(Qt.Key.Key_Escape)
        shots(demo, "compare-head", narrow=True)
        command(demo, "test_settings")
        shots(demo, "compare-settings", narrow=True)
        window.theme.set_scale(2.0)
        demo.picture("compare-settings-200%")
        window.theme.set_scale(1.0)
        demo.press(Qt.Key.Key_Escape)
        window.testing.columns.open_head_menu(1, QPoint(500, 300))
        demo.picture("compare-menu")
        menu = QApplication.activePopupWidget()
        if menu is not None:
            menu.close()
        demo.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
        bot = Content((Message("system", f"{_TEXTS[2]} Be brief."), Message("user", "{{question}}")))
        show(demo, bot, lanes, question="Where is order 77AB12CD90?")
        command(demo, "view_test")
        _try(demo)
        _successor(demo, lanes[1])


def _try(demo: Demo) -> None:
    window, suites = demo.window, demo.window.testing.suites
    command(demo, "compare_afresh")
    compare = window.testing.compare
    demo.until("the dialog is there", lambda: compare.dialog is not None)
    dialog = compare.dialog
    assert dialog is not None
    demo.until("it is estimated", lambda: dialog.run.isEnabled())  # type: ignore[union-attr] # it is the dialog of a try
    shots(demo, "compare-try", narrow=True)
    window.theme.set_scale(2.0)
    demo.picture("compare-try-200%")
    window.theme.set_scale(1.0)
    before = suites.run
    assert before is not None
    dialog.run.click()  # type: ignore[union-attr] # as above
    demo.until(
        "it has run",
        lambda: (
            suites.run is not None
            and suites.run.number > before.number
            and suites.figures.report is not None
            and not suites.is_running
            and suites.figures.report.tried is not None
        ),
    )
    demo.pause(800)
    shots(demo, "compare-tried", narrow=True)


def _successor(demo: Demo, old: Lane) -> None:
    window, suites = demo.window, demo.window.testing.suites
    compare = window.testing.compare
    compare.open_successor(old)
    dialog = compare.dialog
    assert dialog is not None
    dialog.take(replace(old, model="acme-mini"))  # type: ignore[union-attr] # it is the dialog of a successor
    demo.until("it is estimated", lambda: dialog.run.isEnabled())  # type: ignore[union-attr] # as above
    shots(demo, "compare-successor", narrow=True)
    before = suites.run
    assert before is not None
    dialog.run.click()  # type: ignore[union-attr] # as above
    demo.until(
        "it has run",
        lambda: (
            suites.run is not None
            and suites.run.number > before.number
            and suites.figures.report is not None
            and not suites.is_running
        ),
    )
    demo.pause(800)
    shots(demo, "compare-no-worse")
