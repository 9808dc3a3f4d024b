"""The shortcut sheet lists all shortcuts, which can be changed by pressing the new keys."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.desk import Desk
from workbench.host.settings import FILE
from workbench.ui.features.palette.shortcuts import ShortcutSheet
from workbench.ui.shell.key_events import clean, pressed

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def sheet(desk: Desk) -> ShortcutSheet:
    desk.press(Qt.Key.Key_F1)
    opened = desk.window.dialogs.shortcuts
    assert opened is not None
    desk.until(opened.isActiveWindow)
    return opened


def add(opened: ShortcutSheet, command: str, *presses: Qt.Key, held: Qt.KeyboardModifier = CTRL) -> None:
    opened.select(command)
    opened.add.setFocus()
    opened.add.click()
    for key in presses:
        QTest.keyClick(opened.add, key, held)


def test_titles_and_keys_fit_their_columns(desk: Desk) -> None:
    desk.open()
    tree = sheet(desk).tree
    desk.rest()
    assert all(tree.sizeHintForColumn(column) <= tree.columnWidth(column) for column in (0, 1))


def test_new_shortcut_is_set_by_pressing_keys_and_takes_effect(desk: Desk) -> None:
    window = desk.open()
    opened = sheet(desk)
    opened.select("run")
    opened.remove.click()
    add(opened, "run", Qt.Key.Key_F12)
    assert "Ctrl+F12 now means “Run all lanes”" in opened.status.text()
    desk.press(Qt.Key.Key_Escape)
    desk.until(window.frame.isActiveWindow)
    slot = window.slots()[0]
    column = window.lanes.column(slot)
    assert column is not None
    assert column.answer.placeholderText().startswith("Ctrl+F12 runs all lanes")
    assert "Ctrl F12" in "".join(button.text() for button in window.run_bar.buttons)
    before = len(desk.rows("SELECT uid FROM runs"))
    desk.ctrl(Qt.Key.Key_Return)
    desk.ctrl(Qt.Key.Key_F12)
    desk.until(lambda: len(desk.rows("SELECT uid FROM runs")) == before + 1)
    desk.settle()
    file = window.workbench.places.config / FILE
    desk.until(lambda: file.exists() and json.loads(file.read_text()).get("keys") == {"run": ["Ctrl+F12"]})
    desk.close()
    assert json.loads(file.read_text())["keys"] == {"run": ["Ctrl+F12"]}


def test_shortcut_in_use_is_reassigned_only_when_pressed_again(desk: Desk) -> None:
    window = desk.open()
    opened = sheet(desk)
    add(opened, "settings", Qt.Key.Key_K)
    assert "belongs to “Palette" in opened.status.text()
    assert window.keys.name("palette") == "Ctrl+K"
    QTest.keyClick(opened.add, Qt.Key.Key_K, CTRL)
    assert window.keys.name("palette") == ""
    assert window.keys.keymap.keys("settings") == ("Ctrl+,", "Ctrl+K")
    opened.select("palette")
    opened.reset.click()
    assert (window.keys.name("palette"), window.keys.keymap.keys("settings")) == ("Ctrl+K", ("Ctrl+,",))
    add(opened, "settings", Qt.Key.Key_F12)
    opened.reset_all.click()
    assert window.keys.keymap.stored == ()
    assert not opened.reset_all.isEnabled()
    opened.reject()


def test_reserved_keys_are_refused(desk: Desk) -> None:
    window = desk.open()
    opened = sheet(desk)
    add(opened, "run", Qt.Key.Key_3)
    assert "verdict" in opened.status.text()
    add(opened, "run", Qt.Key.Key_Z)
    assert "belongs to “Undo” everywhere" in opened.status.text()
    add(opened, "run", Qt.Key.Key_Escape, held=Qt.KeyboardModifier.NoModifier)
    assert not opened.add._is_waiting
    assert opened.isVisible()
    opened.select("undo")
    assert not opened.add.isEnabled()
    assert window.keys.keymap.stored == ()
    opened.reject()


def test_filter_matches_keys(desk: Desk) -> None:
    desk.open()
    opened = sheet(desk)
    opened.filter.setText("f6")
    assert opened.shown_titles() == ["Go to the next pane", "Go to the previous pane"]
    opened.filter.setText("")
    assert len(opened.shown_titles()) > 40
    opened.reject()


def test_first_row_is_selected_and_shows_keyboard_focus(desk: Desk) -> None:
    desk.open()
    opened = sheet(desk)
    assert opened.tree.currentItem().text(0) == opened.shown_titles()[0] == "Run all lanes"
    assert "“Run all lanes”" in opened.status.text()
    assert opened.add.isEnabled()
    row = opened.tree.visualItemRect(opened.tree.currentItem())
    edge = QPoint(0, row.center().y())
    accent, before = desk.theme.color("accent"), opened.tree.viewport().grab().toImage().pixelColor(edge)
    desk.press(Qt.Key.Key_Tab)
    assert opened.tree.hasFocus()
    assert opened.tree.viewport().grab().toImage().pixelColor(edge) == accent != before
    desk.press(Qt.Key.Key_Down)
    assert opened.tree.currentItem().text(0) == opened.shown_titles()[1]
    opened.filter.setText("follow the system")
    assert opened.tree.currentItem().text(0) == "Appearance: follow the system"
    opened.filter.setText("no such command")
    assert not opened.add.isEnabled()
    assert opened.status.text() == "No matching command."
    opened.filter.setText("")
    assert opened.add.isEnabled()
    opened.reject()


def test_punctuation_keys_are_stored_as_printed_on_every_layout() -> None:
    german = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Slash, CTRL | SHIFT, "/")
    assert pressed(german) == "Ctrl+/"
    assert pressed(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_K, CTRL | SHIFT, "K")) == "Ctrl+Shift+K"
    assert pressed(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Shift, SHIFT)) == ""
    french = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_0, CTRL | SHIFT, "0")
    assert pressed(french) == "Ctrl+0"
    assert clean("ctrl+k") == "Ctrl+K"
    assert clean("Ctrl++") == "Ctrl++"
    assert clean("Ctrl+K, Ctrl+L") == clean("") == clean("Ctrl+") == clean("no key") == ""


def test_f6_cycles_through_the_panes_and_shift_f6_reverses(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    first = QApplication.focusWidget()
    seen = [first]
    for _ in range(12):
        desk.press(Qt.Key.Key_F6)
        if QApplication.focusWidget() is first:
            break
        seen.append(QApplication.focusWidget())
    assert len(seen) >= 5
    assert window.sidebar.prompt_list in seen
    assert any(widget is not None and window.lanes.isAncestorOf(widget) for widget in seen)
    desk.press(Qt.Key.Key_F6, SHIFT)
    assert QApplication.focusWidget() is seen[-1]


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_shift_f10_opens_the_context_menu(desk: Desk) -> None:
    window = desk.open()
    window.sidebar.prompt_list.setFocus()
    window.focus_lane(0)
    for focus in (window.sidebar.prompt_list.setFocus, lambda: window.focus_lane(0)):
        focus()
        desk.press(Qt.Key.Key_F10, SHIFT)
        desk.until(lambda: QApplication.activePopupWidget() is not None)
        popup = QApplication.activePopupWidget()
        assert popup is not None
        assert popup.actions()
        popup.close()
