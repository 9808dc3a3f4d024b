"""From a failing cell into the editor and back, with the real history and the scripted engine."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import Desk
from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.cases import Case, Check
from workbench.host.ids import new_uid
from workbench.ui.features.testing.view import TestView

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
HELLO = {"default": [{"text": "Hello there."}, {"finish": "stop"}]}


def order_cases(count: int) -> list[Case]:
    """Return cases of which every fourth fails when the answer is "Hello there."."""
    return [
        Case(
            new_uid(),
            f"case {number}",
            (("question", f"Where is A{number}?"), ("record", "none")),
            (Check("contains", value='"there"'), Check("equals", negated=number % 4 > 0, value='"Hello"')),
        )
        for number in range(count)
    ]


def prepared(desk: Desk, cases: int, script: dict[str, object]) -> TestView:
    """Open Test with cases and the lanes of Compose as columns."""
    window = desk.open(script)  # type: ignore[arg-type] # a script
    window.store.packs.save_cases(window.prompt_uid, order_cases(cases)).result(10)
    desk.press(Qt.Key.Key_2, ALT)
    view = window.views.page("test")
    assert isinstance(view, TestView)
    desk.until(lambda: view.empty.heading.text() == "No columns yet")
    view.empty.buttons[0].click()
    desk.until(lambda: view.empty.heading.text() == "Nothing has run yet")
    return view


def ran(desk: Desk, cases: int = 4) -> TestView:
    """Run the tests to their end."""
    view = prepared(desk, cases, HELLO)
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    desk.until(lambda: view.suites.figures.counts.rows.get("failed") == cases // 4 and not view.suites.is_running)
    desk.until(lambda: view.suites.model.rowCount() == cases)
    return view


def status(desk: Desk, slot: str) -> LaneStatus:
    column = desk.window.lanes.column(slot)
    assert column is not None
    return column.status


def test_case_in_compose_shows_the_tested_answer_until_its_lane_is_run(desk: Desk) -> None:
    view = ran(desk)
    window = desk.window
    desk.press(Qt.Key.Key_1, ALT)
    window.editor.focus_first()
    desk.type("Changed. ")
    desk.press(Qt.Key.Key_2, ALT)
    desk.until(lambda: window.views.shown == "test")
    before = [lane.slot for lane in window.lane_list.lanes]
    desk.press(Qt.Key.Key_N)
    desk.press(Qt.Key.Key_E)
    desk.until(lambda: window.views.shown == "compose")
    (lane,) = window.lane_list.lanes
    desk.until(lambda: status(desk, lane.slot).state == "finished")
    assert desk.text(0) == "Hello there."
    assert (status(desk, lane.slot).kept, status(desk, lane.slot).tested) == ("test 1", True)
    assert dict(window.draft().values)["question"] == "Where is A0?"
    # It can be read, and neither judged nor repeated.
    desk.press(Qt.Key.Key_1, CTRL)
    desk.until(lambda: desk.notice() == "This answer is from test 1. Run the lane, then judge its new answer.")
    assert window.run_controller.to_retry([lane.slot]) == {}
    # Undo brings the lanes back, Redo the answer.
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_Z)
    desk.until(lambda: [one.slot for one in window.lane_list.lanes] == before)
    desk.press(Qt.Key.Key_Z, CTRL, SHIFT)
    desk.until(lambda: [one.slot for one in window.lane_list.lanes] == [lane.slot])
    assert desk.text(0) == "Hello there."
    desk.run()
    assert (status(desk, lane.slot).kept, status(desk, lane.slot).tested) == ("", False)
    assert desk.rows("SELECT count(*) FROM run_beside") == [(0,)]
    assert view.suites.run is not None
