"""Enter presses the focused button, like the space bar."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolButton, QWidget

from tests.ui.desk import Desk
from workbench.ui.features.lanes.column import LaneColumn

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]


_NONE = Qt.KeyboardModifier.NoModifier


def enter(on: QWidget, key: Qt.Key = Qt.Key.Key_Return, modifier: Qt.KeyboardModifier = _NONE) -> None:
    on.setFocus(Qt.FocusReason.TabFocusReason)
    assert QApplication.focusWidget() is on
    QTest.keyClick(on, key, modifier)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_on_a_tab_switches_the_view(desk: Desk, key: Qt.Key) -> None:
    window = desk.open()
    pad = Qt.KeyboardModifier.KeypadModifier if key == Qt.Key.Key_Enter else _NONE
    enter(window.views.tabs.tab("history"), key, pad)
    desk.until(lambda: window.views.shown == "history")
    enter(window.views.tabs.tab("compose"), key, pad)
    assert window.views.shown == "compose"


def test_enter_opens_the_menu_of_a_lane(desk: Desk) -> None:
    window = desk.open()
    button = window.frame.findChildren(LaneColumn)[0].header.row.menu
    assert isinstance(button, QToolButton)
    seen: list[int] = []

    def look() -> None:
        menu = QApplication.activePopupWidget()
        if isinstance(menu, QMenu):
            seen.append(len(menu.actions()))
            menu.close()

    looking = QTimer(interval=20)
    looking.timeout.connect(look)
    looking.start()
    enter(button)
    desk.until(lambda: seen)
    looking.stop()
    assert seen[0] > 3


def test_ctrl_enter_on_a_button_runs_all_lanes(desk: Desk) -> None:
    window = desk.open()
    tab = window.views.tabs.tab("history")
    enter(tab, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.until(lambda: desk.rows("SELECT count(*) FROM runs") == [(1,)])
    desk.settle()
    assert window.views.shown == "compose"


def test_enter_in_the_text_inserts_a_line_break(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    before = window.editor.content().messages[0].text.count("\n")
    desk.press(Qt.Key.Key_Return)
    assert window.editor.content().messages[0].text.count("\n") == before + 1


def test_enter_presses_the_focused_button_of_the_find_bar(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_H)
    bar = window.find_bar
    pressed: list[bool] = []
    bar.replace_all_wanted.connect(lambda: pressed.append(True))
    bar._all.setEnabled(True)
    enter(bar._all)
    assert pressed == [True]
