"""In dialogs Enter presses the focused button, and held keys act once.

OPENED has the dialogs with a button Close or Cancel beside others; each is opened over the real window. A dialog whose
one primary button Enter presses from its fields belongs to `test_dialogs_enter.MADE`; it may be in both.
`test_dialog_lists` finds the dialogs that are in neither.
"""

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
from tests.ui.judged_support import judged_test
from workbench.ui.features.cases.proposal_dialog import ProposalDialog
from workbench.ui.features.checks.dialog import ChecksDialog
from workbench.ui.features.compose.paste_rows import PasteRowsDialog
from workbench.ui.features.conversation.dialog import ConversationDialog
from workbench.ui.features.help.dialog import HelpDialog
from workbench.ui.features.history.saved_searches import SavedSearchesDialog
from workbench.ui.features.improve.dialog import ImproveDialog
from workbench.ui.features.judges.label_dialog import LabelDialog
from workbench.ui.features.lanes.code import CodeDialog
from workbench.ui.features.lanes.params import ParamsDialog
from workbench.ui.features.models.dialog import ModelPicker
from workbench.ui.features.palette.shortcuts import KeyCatcher, ShortcutSheet
from workbench.ui.features.settings.dialog import SettingsDialog
from workbench.ui.features.techniques.dialog import TechniqueDialog
from workbench.ui.shell.dialog_keys import DialogKeys
from workbench.ui.widgets.wire_dialog import WireDialog

pytestmark = pytest.mark.window
Key = Qt.Key
PRESS, RELEASE = QEvent.Type.KeyPress, QEvent.Type.KeyRelease


def _by_command(name: str) -> Callable[[Desk], object]:
    return lambda desk: desk.window.actions[name].trigger()


def _label(desk: Desk) -> None:
    judged_test(desk.window.store, 2, prompt=desk.window.prompt_uid)
    desk.window.judges.labelling.open()


OPENED: dict[type[QDialog], Callable[[Desk], object]] = {
    TechniqueDialog: _by_command("techniques"),
    ChecksDialog: _by_command("checks"),
    ImproveDialog: _by_command("improve"),
    ProposalDialog: _by_command("propose_cases"),
    ConversationDialog: _by_command("paste_dialogue"),
    PasteRowsDialog: _by_command("paste_sets"),
    CodeDialog: _by_command("lane_code"),
    HelpDialog: _by_command("about"),
    LabelDialog: _label,
    ModelPicker: _by_command("lane_model"),
    SavedSearchesDialog: _by_command("saved_searches"),
    SettingsDialog: _by_command("settings"),
    ShortcutSheet: _by_command("shortcuts"),
    ParamsDialog: lambda desk: desk.window.lanes.edit_params(desk.window.slots()[0]),
    WireDialog: lambda desk: desk.window.dialogs.show_wire(desk.window.slots()[0]),
}


@pytest.mark.parametrize("kind", OPENED, ids=lambda kind: kind.__name__)
def test_enter_presses_the_focused_button(desk: Desk, kind: type[QDialog]) -> None:
    window = desk.open()
    desk.run()
    window.focus_lane(0)
    window.update_commands()
    OPENED[kind](desk)

    def dialogs() -> list[QDialog]:
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]

    desk.until(lambda: dialogs()[0].isActiveWindow())
    (dialog,) = dialogs()
    assert type(dialog) is kind
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
def test_held_key_presses_a_button_once(dialog: Dialog, where: str, key: Qt.Key, clicks: list[str]) -> None:
    getattr(dialog, where).setFocus()
    hold(key)
    assert dialog.clicks == clicks
    assert dialog.text.toPlainText() == ("\n" * 4 if where == "text" else "")
    send(PRESS, key, 1900)
    send(RELEASE, key, 1950)
    assert dialog.clicks == clicks * 2


def test_held_enter_that_closed_a_dialog_types_nothing_behind_the_dialog(
    qtbot: QtBot, main: QWidget, dialog: Dialog
) -> None:
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


def test_held_enter_that_opened_a_dialog_presses_none_of_its_buttons(qtbot: QtBot, main: QWidget) -> None:
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


def test_button_waiting_for_a_shortcut_receives_enter(dialog: Dialog) -> None:
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
