"""Every shortcut, pressed in every kind of field of the real window, with the X11 standard keys too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QTextEdit,
    QTreeWidget,
    QWidget,
)

from tests import depth
from tests.surroundings import PLATFORM
from tests.ui.desk import Desk
from tests.ui.driver import WindowDriver
from workbench.app.commands import acts_on_lanes
from workbench.app.keymap import only_outside_text
from workbench.ui.composition import FEATURES
from workbench.ui.features.lanes.params import ShortText
from workbench.ui.shell.key_filters import takes_text

pytestmark = pytest.mark.window
ON_X11 = os.environ["QT_QPA_PLATFORM"] == "xcb"
TEXT = "Some words"
CTRL = Qt.KeyboardModifier.ControlModifier


def _cell(parent: QWidget) -> QWidget:
    table, item = QTableWidget(1, 1, parent), QTableWidgetItem(TEXT)
    table.setItem(0, 0, item)
    table.setGeometry(300, 300, 300, 200)
    table.show()
    table.editItem(item)
    (editor,) = table.findChildren(QLineEdit)
    return editor


def _combo(parent: QWidget) -> QComboBox:
    box = QComboBox(parent)
    box.addItems(["json", "text"])
    return box


def _editable(parent: QWidget) -> QComboBox:
    box = _combo(parent)
    box.setEditable(True)
    box.setEditText(TEXT)
    return box


def _line(window: WindowDriver) -> QWidget:
    """The line of the find bar, a real one-line field of Compose."""
    window.actions["find"].trigger()
    field = window.find_field
    field.setText(TEXT)
    return field


def _answer(window: WindowDriver) -> QWidget:
    window.focus_lane(0)
    column = window.lanes.column(window.slots()[0])
    assert column is not None
    return column.answer


REAL: dict[str, Callable[[WindowDriver], QWidget]] = {
    "message": lambda window: window.editor.blocks[0].field,
    "find bar": _line,
    "answer": _answer,
    "prompt list": lambda window: window.sidebar.prompt_list,
    "timeline": lambda window: window.sidebar.iteration_list,
}
KINDS: dict[str, Callable[[QWidget], QWidget]] = {
    "QLineEdit": lambda parent: QLineEdit(TEXT, parent),
    "QPlainTextEdit": lambda parent: QPlainTextEdit(TEXT, parent),
    "QTextEdit": lambda parent: QTextEdit(TEXT, parent),
    "ShortText": lambda parent: ShortText(TEXT, parent),
    "QSpinBox": QSpinBox,
    "QComboBox": _combo,
    "editable QComboBox": _editable,
    "QTableWidget": lambda parent: QTableWidget(3, 3, parent),
    "cell of a QTableWidget": _cell,
    "QTreeWidget": QTreeWidget,
}


def kinds(*quick: str) -> list[Any]:
    """Return the kinds of fields; in the quick depth only `quick` ones."""
    return [
        kind if kind in quick else pytest.param(kind, marks=pytest.mark.deep(only=True)) for kind in (*REAL, *KINDS)
    ]


def focused(desk: Desk, kind: str) -> QWidget:
    """Open the window and return the field of this kind, focused."""
    window = desk.open()
    if kind in REAL:
        field = REAL[kind](window)
    else:
        field = KINDS[kind](window.frame)
        if field.parentWidget() is window.frame:
            field.setGeometry(300, 300, 300, 200)
        field.show()
        field.raise_()
    field.setFocus()
    desk.until(field.hasFocus)
    assert window.frame.focus_origin is not None
    window.frame.focus_origin.place()
    return field


def listening(window: WindowDriver) -> list[str]:
    """Make every command only record its id in the returned list."""
    fired: list[str] = []
    for command in FEATURES.commands():
        action = window.actions[command.id]
        action.triggered.disconnect()
        action.triggered.connect(lambda _=False, name=command.id: fired.append(name))
    return fired


def press(window: WindowDriver, field: QWidget, key: str) -> None:
    """Press a key with every command enabled."""
    for command in FEATURES.commands():
        window.actions[command.id].setEnabled(True)
    # Letters without a meaning clear this.
    assert window.frame.focus_origin is not None
    window.frame.focus_origin.place()
    combination = QKeySequence(key)[0]
    QTest.keyClick(field, combination.key(), combination.keyboardModifiers())


def text_of(field: QWidget) -> str:
    if isinstance(field, QPlainTextEdit | QTextEdit):
        return field.toPlainText()
    return field.text() if isinstance(field, QLineEdit | QSpinBox) else ""


@pytest.mark.parametrize("kind", [*REAL, *KINDS])
def test_command_shortcut_triggers_its_command_in_every_field(desk: Desk, kind: str) -> None:
    field = focused(desk, kind)
    fired, before = listening(desk.window), text_of(field)
    wrong: dict[str, list[str]] = {}
    for command in FEATURES.commands():
        for key in desk.window.keys.keymap.keys(command.id):
            if command.fixed:
                continue
            press(desk.window, field, key)
            types = only_outside_text(key) and (takes_text(field) or (acts_on_lanes(command) and kind != "answer"))
            if fired != ([] if types else [command.id]):
                wrong[key] = list(fired)
            if not types and text_of(field) != before and not only_outside_text(key):
                wrong[key] = [text_of(field)]
            before = text_of(field)
            fired.clear()
    assert wrong == {}


@pytest.mark.parametrize("kind", kinds("message", "QLineEdit", "QSpinBox"))
def test_custom_shortcut_takes_precedence_over_the_field(desk: Desk, kind: str) -> None:
    field = focused(desk, kind)
    window = desk.window
    window.keys.rebind(window.keys.keymap.adding("run", "Ctrl+U").adding("note", "Ctrl+Shift+A"))
    fired = listening(window)
    before = text_of(field)
    for key in ("Ctrl+U", "Ctrl+Shift+A", "Ctrl+K"):
        press(desk.window, field, key)
    assert fired == ["run", "note", "palette"]
    assert text_of(field) == before


def test_shortcut_of_a_disabled_command_changes_no_text(desk: Desk) -> None:
    field = focused(desk, "QLineEdit")
    assert isinstance(field, QLineEdit)
    field.setCursorPosition(2)
    assert not desk.window.actions["diff"].isEnabled()
    desk.ctrl(Qt.Key.Key_D)
    assert field.text() == TEXT
    assert field.cursorPosition() == 2


def test_editing_keys_still_work_in_a_field(desk: Desk) -> None:
    field = focused(desk, "QLineEdit")
    assert isinstance(field, QLineEdit)
    listening(desk.window)
    field.setCursorPosition(0)
    desk.type("jf")
    assert field.text() == f"jf{TEXT}"
    desk.ctrl(Qt.Key.Key_Z)
    desk.ctrl(Qt.Key.Key_A)
    assert field.selectedText() == TEXT
    desk.press(Qt.Key.Key_End)
    desk.press(Qt.Key.Key_Left, CTRL)
    assert field.cursorPosition() == TEXT.index("words")


@pytest.mark.deep
@pytest.mark.skipif(ON_X11 or not shutil.which("xvfb-run"), reason="this is the run on X11, or there is no Xvfb")
def test_these_tests_pass_on_x11() -> None:
    some = depth.pick(["-k", "not every_field"], [])
    ran = subprocess.run(
        [
            "xvfb-run",
            "-a",
            "-s",
            "-screen 0 1600x1000x24",
            sys.executable,
            "-m",
            "pytest",
            "-n0",
            "-x",
            *some,
            __file__,
        ],
        env={**os.environ, PLATFORM: "xcb"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 skipped" in ran.stdout, "the run on X11 must not start itself again"
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-1000:]


@pytest.mark.skipif(not ON_X11, reason="only X11 has these keys")
def test_plain_line_edit_clears_its_text_on_ctrl_u_on_x11(desk: Desk) -> None:
    """The reason for all of this, so that the tests above cannot pass by looking at other keys than people press."""
    desk.open()
    alone = QLineEdit(TEXT)
    desk.qtbot.addWidget(alone)
    alone.show()
    QTest.keyClick(alone, Qt.Key.Key_U, CTRL)
    assert alone.text() == ""
