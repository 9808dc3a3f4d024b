"""A held key runs its command once, even if Qt does not recognise the auto-repeat."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from workbench.app.verdict_keys import VerdictKey
from workbench.ui.composition import FEATURES
from workbench.ui.shell.actions import CommandActions
from workbench.ui.shell.focus_origin import FocusOrigin
from workbench.ui.shell.key_bindings import KeyBindings
from workbench.ui.shell.key_filters import CommandKeys, VerdictKeys

PRESS, RELEASE, OVERRIDE = QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride
CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
REPEATED = (1660, 1700, 1740)
"""Times in ms of the repeats of a key that is pressed at 1000 and held, on X11."""


class Keyboard:
    """Sends key events with timestamps in ms, as the X server does when Qt does not recognise the auto-repeat."""

    def __init__(self, widget: QWidget, key: Qt.Key, held: Qt.KeyboardModifier, text: str = "") -> None:
        self._widget, self._key, self._held, self._text = widget, key, held, text

    def send(self, kind: QEvent.Type, at: int) -> bool:
        """Send an event and return whether it was accepted."""
        event = QKeyEvent(kind, self._key, self._held, 15, 0, 0, self._text)
        event.setTimestamp(at)
        if kind == OVERRIDE:
            event.ignore()
        QApplication.sendEvent(self._widget, event)
        return event.isAccepted()

    def hold(self) -> list[bool]:
        """Press and hold the key; return for each press whether it was kept from the window's commands."""
        kept = [self.send(OVERRIDE, 1000)]
        for at in REPEATED:
            self.send(RELEASE, at)
            kept.append(self.send(OVERRIDE, at))
        self.send(RELEASE, 1745)
        kept.append(self.send(OVERRIDE, 1900))
        return kept


class FieldsKeepUndo:
    """An undo dispatch without verdicts: undo stays with the fields."""

    def typed(self, widget: QWidget) -> None:
        """Do nothing."""

    def claims(self, command_id: str) -> bool:
        return False


@pytest.fixture
def field(qtbot: QtBot) -> Iterator[QLineEdit]:
    """A focused field; the fixture keeps a reference to its window, which its children alone do not keep alive."""
    window = QWidget()
    qtbot.addWidget(window)
    made = QLineEdit(window)
    window.show()
    window.activateWindow()
    made.setFocus()
    qtbot.waitUntil(made.hasFocus)
    origin = FocusOrigin(window, lambda: "compose")
    made.clearFocus()
    made.setFocus(Qt.FocusReason.ShortcutFocusReason)
    origin.place()
    CommandKeys(window, KeyBindings(FEATURES.commands(), {}, window), origin, FieldsKeepUndo())
    yield made
    window.close()


def test_held_shortcut_runs_its_command_once(field: QLineEdit) -> None:
    keyboard = Keyboard(field, Qt.Key.Key_Return, CTRL)
    assert keyboard.hold() == [False, True, True, True, False]
    # A press kept from the window is no key press of the field either.
    keyboard.send(RELEASE, 1950)
    assert keyboard.send(PRESS, 1950)
    assert field.text() == ""


def test_held_key_repeats_stepping_commands(field: QLineEdit) -> None:
    assert Keyboard(field, Qt.Key.Key_F3, NONE).hold() == [False] * 5


def test_held_letter_repeats_in_a_field_but_runs_a_command_once_elsewhere(field: QLineEdit) -> None:
    keyboard = Keyboard(field, Qt.Key.Key_J, NONE, "j")
    for at in REPEATED:
        keyboard.send(RELEASE, at)
        keyboard.send(PRESS, at)
    assert field.text() == "jjj"
    field.setReadOnly(True)
    window = field.window()
    window.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    window.setFocus(Qt.FocusReason.ShortcutFocusReason)
    assert Keyboard(window, Qt.Key.Key_J, NONE, "j").hold() == [False, True, True, True, False]


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_a_held_key_presses_its_button_once(field: QLineEdit, key: Qt.Key) -> None:
    button = QPushButton(field.window())
    button.setAutoDefault(True)
    clicks: list[bool] = []
    button.clicked.connect(lambda: clicks.append(True))
    button.show()
    button.setFocus()
    keyboard = Keyboard(button, key, NONE)
    keyboard.send(PRESS, 1000)
    for at in REPEATED:
        keyboard.send(RELEASE, at)
        keyboard.send(PRESS, at)
    keyboard.send(RELEASE, 1745)
    assert len(clicks) == 1
    keyboard.send(PRESS, 1850)
    keyboard.send(RELEASE, 1900)
    assert len(clicks) == 2


def test_held_key_gives_one_verdict(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    taken: list[VerdictKey] = []

    def take(verdict: VerdictKey) -> bool:
        taken.append(verdict)
        return True

    VerdictKeys(window, take, lambda: True)
    keyboard = Keyboard(window, Qt.Key.Key_6, NONE)
    keyboard.send(PRESS, 1000)
    for at in REPEATED:
        keyboard.send(RELEASE, at)
        keyboard.send(PRESS, at)
    keyboard.send(RELEASE, 1745)
    assert taken == [VerdictKey(6)]
    keyboard.send(PRESS, 1850)
    assert taken == [VerdictKey(6)] * 2


def test_only_stepping_commands_auto_repeat(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    names = {command.id for command in FEATURES.commands()}
    steps = {command.id for command in FEATURES.commands() if command.repeats}
    assert {"undo", "find_next", "older", "next_lane", "zoom_in"} <= steps
    assert not steps & {"run", "tie", "all_bad", "mark_focused", "star_run", "delete_run", "continue_lane"}
    actions = CommandActions(window, FEATURES.commands(), dict.fromkeys(names, lambda: None))
    assert {name for name in names if actions[name].autoRepeat()} == steps
