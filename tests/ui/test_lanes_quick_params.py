"""The usual parameters in the header of a lane, edited in place."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.desk import Desk
from tests.ui.lanes_support import LEFT, calls_of, column, heads, screen, settle, theme, view
from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.lanes import Params
from workbench.core.parameter_support import ParameterSupport
from workbench.ui.features.lanes.quick_params import ParamField, QuickParams
from workbench.ui.features.lanes.view import LanesView

__all__ = ["screen", "theme", "view"]


def quick(view: LanesView, params: Params | None = None, **changes: object) -> QuickParams:
    view.set_heads(heads("a", params=params or Params(), **changes))
    settle()
    return column(view, "a").header.quick


def opened(line: QuickParams, name: str) -> ParamField:
    QTest.mouseClick(line.buttons[name], LEFT)
    assert line.field is not None
    return line.field


def test_values_are_shown_and_enter_keeps_a_new_one(view: LanesView) -> None:
    line, spy = quick(view, Params(temperature=0.2, top_p=0.5)), QSignalSpy(view.params_changed)
    assert [button.text() for button in line.buttons.values()] == ["temp 0.2", "max –", "effort –"]
    field = opened(line, "temperature")
    assert field.hasFocus()
    assert field.selectedText() == "0.2"
    QTest.keyClicks(field, "0,7")
    QTest.keyClick(field, Qt.Key.Key_Enter)
    assert calls_of(spy) == [["a", Params(temperature=0.7, top_p=0.5)]]
    assert line.field is None


def test_escape_keeps_the_value_before(view: LanesView) -> None:
    line, spy = quick(view, Params(temperature=0.2)), QSignalSpy(view.params_changed)
    field = opened(line, "temperature")
    QTest.keyClicks(field, "1")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert line.field is None
    assert spy.count() == 0


def test_invalid_value_is_explained_and_not_kept(view: LanesView) -> None:
    line, spy = quick(view), QSignalSpy(view.params_changed)
    field = opened(line, "temperature")
    QTest.keyClicks(field, "3")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert line.field is field
    assert field.accessibleDescription() == "Temperature must be a number from 0 to 2."
    view.add_button.setFocus()
    assert line.field is None
    assert spy.count() == 0


def test_empty_field_unsets_and_tab_goes_on(view: LanesView) -> None:
    line, spy = quick(view, Params(temperature=0.2)), QSignalSpy(view.params_changed)
    field = opened(line, "temperature")
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert calls_of(spy) == [["a", Params()]]
    assert line.field is not None
    assert line.field.accessibleName() == "Max tokens"
    QTest.keyClick(line.field, Qt.Key.Key_Tab)
    assert line.buttons["reasoning_effort"].hasFocus()


def test_effort_is_chosen_from_what_the_model_supports(view: LanesView) -> None:
    refused = {"temperature": "No sampling.", "max_tokens": "No limit."}
    view.ask_listed = lambda slot, show: show(ParameterSupport(refused, ("low", "high")))
    view.ask_support = view.ask_listed
    line, spy = quick(view, Params(max_tokens=5)), QSignalSpy(view.params_changed)
    assert [name for name, button in line.buttons.items() if button.isVisible()] == ["max_tokens", "reasoning_effort"]
    QTest.mouseClick(line.buttons["reasoning_effort"], LEFT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [entry.text() for entry in menu.actions()] == ["not set", "low", "high"]
    menu.actions()[2].trigger()
    menu.close()
    assert calls_of(spy) == [["a", Params(max_tokens=5, reasoning_effort="high")]]


def test_line_is_hidden_while_blind_and_for_past_answers_without_a_jump(view: LanesView) -> None:
    line = quick(view)
    height = column(view, "a").header.height()
    view.set_status("a", LaneStatus("finished", blind=True))
    settle()
    assert not line.isVisible()
    assert column(view, "a").header.height() == height
    view.set_status("a", LaneStatus("finished"))
    assert not quick(view, Params(temperature=0.2), read_only=True).isVisible()
    assert column(view, "a").header.params.shown() == "temp 0.2"


@pytest.mark.window
def test_key_edits_the_focused_lane_and_a_run_uses_it(desk: Desk) -> None:
    window = desk.open()
    slot = window.slots()[0]
    window.focus_lane(0)
    before = window.lane_list.get(slot)
    assert before is not None
    window.actions["lane_quick_params"].trigger()
    made = window.lanes.column(slot)
    assert made is not None
    line = made.header.quick
    desk.until(lambda: line.field is not None or not any(b.isVisible() for b in line.buttons.values()))
    assert line.field is not None
    QTest.keyClicks(line.field, "0.4")
    QTest.keyClick(line.field, Qt.Key.Key_Return)
    lane = window.lane_list.get(slot)
    assert lane is not None
    assert lane.params.get("temperature") == 0.4
