"""In dialogs Enter presses the focused button, and held keys act once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.desk import Desk
from workbench.ui.features.palette.shortcuts import KeyCatcher
from workbench.ui.shell.dialog_keys import DialogKeys

pytestmark = pytest.mark.window
Key = Qt.Key
PRESS, RELEASE = QEvent.Type.KeyPress, QEvent.Type.KeyRelease

OPENED: dict[str, Callable[[Desk], object]] = {
    name: lambda desk, name=name: desk.window.actions[name].trigger()  # type: ignore[misc] # bound at once
    for name in ("techniques", "improve", "paste_dialogue", "paste_sets", "lane_code", "lane_model", "saved_searches")
}
OPENED["parameters"] = lambda desk: desk.window.lanes.edit_params(desk.window.slots()[0])


@pytest.mark.parametrize("name", OPENED)
def test_enter_presses_what_has_the_keyboard(desk: Desk, name: str) -> None:
    window = desk.open()
    window.focus_lane(0)
    window.update_commands()
    OPENED[name](desk)

    def dialogs() -> list[QDialog]:
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]

    desk.until(lambda: dialogs()[0].isActiveWindow())
    (dialog,) = dialogs()
    leaves = next(one for one in dialog.findChildren(QPushButton) if one.text() in ("Close", "Cancel"))
    pressed: list[str] = []
    for one in dialog.findChildren(QPushButton):
        if one is not leaves:
            one.pressed.connect(partial(pressed.append, one.text()))
    leaves.setFocus(Qt.FocusReason.TabFocusReason)
    assert QApplication.focusWidget() is leaves
    desk.press(Key.Key_Return)
    assert pressed == []
    desk.until(lambda: not dialogs())


class Dialog(QDialog):
    """A line edit, a text edit, and two buttons, of which the default one is not focused."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.line, self.text = QLineEdit(self), QPlainTextEdit(self)
        self.primary, self.cancel = QPushButton("Save", self), QPushButton("Cancel", self)
        self.cancel.setAutoDefault(False)
        self.primary.setDefault(True)
        self.clicks: list[str] = []
        layout = QVBoxLayout(self)
        for part in (self.line, self.text, self.primary, self.cancel):
            layout.addWidget(part)
        for one in (self.primary, self.cancel):
            one.pressed.connect(partial(self.clicks.append, one.text()))


@pytest.fixture
def main(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    QPlainTextEdit(made)
    made.show()
    made.activateWindow()
    DialogKeys(made)
    return made


@pytest.fixture
def dialog(qtbot: QtBot, main: QWidget) -> Dialog:
    made = Dialog(main)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def send(kind: QEvent.Type, key: Qt.Key, at: int) -> None:
    """Send a key event with a timestamp in ms to the focused widget, like the X server does."""
    text = "\r" if key == Key.Key_Return else " " if key == Key.Key_Space else ""
    event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, 36, 0, 0, text)
    event.setTimestamp(at)
    focused = QApplication.focusWidget()
    assert focused is not None
    QApplication.sendEvent(focused, event)


def hold(key: Qt.Key) -> None:
    """Press and hold a key, in a way that Qt does not recognise as auto-repeat."""
    send(PRESS, key, 1000)
    for at in (1660, 1700, 1740):
        send(RELEASE, key, at)
        send(PRESS, key, at)
    send(RELEASE, key, 1745)


@pytest.mark.parametrize(
    ("where", "key", "clicks"),
    [
        ("line", Key.Key_Return, ["Save"]),
        ("cancel", Key.Key_Return, ["Cancel"]),
        ("primary", Key.Key_Return, ["Save"]),
        ("primary", Key.Key_Space, ["Save"]),
        ("text", Key.Key_Return, []),
    ],
)
def test_a_key_that_is_held_presses_once(dialog: Dialog, where: str, key: Qt.Key, clicks: list[str]) -> None:
    getattr(dialog, where).setFocus()
    hold(key)
    assert dialog.clicks == clicks
    assert dialog.text.toPlainText() == ("\n" * 4 if where == "text" else "")
    send(PRESS, key, 1900)
    send(RELEASE, key, 1950)
    assert dialog.clicks == clicks * 2


def test_enter_that_closed_a_dialog_types_nothing_behind_it(qtbot: QtBot, main: QWidget, dialog: Dialog) -> None:
    behind = main.findChildren(QPlainTextEdit)[0]
    dialog.line.setFocus()
    send(PRESS, Key.Key_Return, 1000)
    dialog.close()
    main.activateWindow()
    behind.setFocus()
    qtbot.waitUntil(behind.hasFocus)
    send(RELEASE, Key.Key_Return, 1660)
    send(PRESS, Key.Key_Return, 1660)
    assert behind.toPlainText() == ""
    send(RELEASE, Key.Key_Return, 1700)
    send(PRESS, Key.Key_Return, 1900)
    assert behind.toPlainText() == "\n"


def test_enter_that_opened_a_dialog_presses_nothing_in_it(qtbot: QtBot, main: QWidget) -> None:
    main.findChildren(QPlainTextEdit)[0].setFocus()
    send(PRESS, Key.Key_Return, 1000)
    dialog = Dialog(main)
    dialog.show()
    dialog.activateWindow()
    dialog.line.setFocus()
    qtbot.waitUntil(dialog.line.hasFocus)
    send(RELEASE, Key.Key_Return, 1660)
    send(PRESS, Key.Key_Return, 1660)
    assert dialog.clicks == []


def test_a_button_that_waits_for_a_key_gets_enter_too(dialog: Dialog) -> None:
    catcher = KeyCatcher(dialog)
    caught: list[str] = []
    catcher.caught.connect(caught.append)
    catcher.show()
    catcher.setFocus()
    QTest.keyClick(catcher, Key.Key_Return)
    assert catcher._is_waiting
    QTest.keyClick(catcher, Key.Key_Return)
    assert caught == ["Return"]
    assert not catcher._is_waiting
