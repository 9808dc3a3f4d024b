"""The overview above many lanes, and moving lanes by key."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.patience import PatientBot
from tests.ui.desk import Desk
from tests.ui.lanes_support import heads, screen, settle, theme, view
from workbench.app.lanes.lane_state import LaneStatus
from workbench.app.lanes.shown_answers import OutputChecks
from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult
from workbench.ui.features.lanes.lane_slot import LaneSlot
from workbench.ui.features.lanes.overview import LaneOverview
from workbench.ui.features.lanes.view import LanesView

__all__ = ["screen", "theme", "view"]


def overview(view: LanesView) -> LaneOverview:
    found = view.findChild(LaneOverview)
    assert found is not None
    return found


def texts(view: LanesView) -> list[str]:
    return [one.text() for one in overview(view).buttons]


def test_five_lanes_have_an_overview_and_four_have_none(view: LanesView, qtbot: PatientBot) -> None:
    view.resize(1400, 600)
    view.set_heads(heads(*"abcd"))
    settle()
    assert not overview(view).isVisible()
    view.set_heads(heads(*"abcde"))
    qtbot.waitUntil(lambda: texts(view) == ["1 ○", "2 ○", "3 ○", "4 ○", "5 ○"])
    view.set_status("b", LaneStatus("finished", cost="$0.0004", standing="winner"))
    checks = OutputChecks((Check("equals", "x"),), (CheckResult("pass", 1.0, ""),))
    view.set_below("b", partial(LaneSlot.set_checks, checks=checks))
    view.set_status("c", LaneStatus("streaming"))
    qtbot.waitUntil(lambda: texts(view) == ["1 ○", "2 ★ 1/1 $0.0004", "3 ▸", "4 ○", "5 ○"])
    assert "winner" in overview(view).buttons[1].accessibleName()
    view.set_heads(heads(*"abcd"))
    qtbot.waitUntil(lambda: not overview(view).isVisible())


def test_narrow_overview_shortens_and_hides_figures_while_blind(view: LanesView, qtbot: PatientBot) -> None:
    view.resize(400, 600)
    slots = [str(number) for number in range(30)]
    view.set_heads(heads(*slots))
    for slot in slots:
        view.set_status(slot, LaneStatus("finished", cost="$0.0004"))
    qtbot.waitUntil(lambda: texts(view)[:1] == ["1 ●"] and len(texts(view)) == 30)
    view.resize(2000, 600)
    view.set_status("0", LaneStatus("finished", cost="$0.0004", blind=True))
    qtbot.waitUntil(lambda: "$" not in overview(view).buttons[0].accessibleName())
    assert texts(view)[0] == "1 ●"
    assert "Answer 1" in overview(view).buttons[0].accessibleName()


def test_click_in_the_overview_goes_to_the_lane(view: LanesView, qtbot: PatientBot) -> None:
    view.set_heads(heads(*"abcde"))
    qtbot.waitUntil(lambda: len(texts(view)) == 5)
    QTest.mouseClick(overview(view).buttons[4], Qt.MouseButton.LeftButton)
    assert view.focused_slot() == "e"


@pytest.mark.window
def test_focused_lane_moves_by_key_and_stays_focused(desk: Desk) -> None:
    window = desk.open()
    first, second = window.slots()[:2]
    window.focus_lane(0)
    window.actions["lane_right"].trigger()
    desk.until(lambda: list(window.slots()[:2]) == [second, first])
    assert window.lanes.focused_slot() == first
    assert QApplication.focusWidget() is not None


@pytest.mark.window
def test_palette_goes_to_a_lane_by_its_number(desk: Desk) -> None:
    window = desk.open()
    second = window.slots()[1]
    window.focus_lane(0)
    window.dialogs.show_palette("lane 2")
    dialog = window.dialogs.palette
    assert dialog is not None
    desk.until(lambda: (entry := dialog.current()) is not None and entry.title.startswith("Lane 2: "))
    desk.until(lambda: not dialog.is_reading)
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: window.lanes.focused_slot() == second)
