"""One text field: exact text, keys, input methods, wheel."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from tests.ui.editor_support import ALT, CORPUS, CTRL, SHIFT, Key, Show, machine, press, shown, theme, type_text
from tests.ui.field_support import Window, field, paste, window
from tests.ui.looks import change_scale
from workbench.ui.editor import marks
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets.theme import Theme

__all__ = ["field", "shown", "theme", "window"]


NONE = Qt.KeyboardModifier.NoModifier
pytestmark = machine
COMMANDS = [f"Ctrl+{key}" for key in ("Return", "Shift+Return", "Shift+N", "D", "K", "U", "E", "B", "P", ".", "1")]
WINDOW_KEYS = [*COMMANDS, "Alt+1", "Alt+Left", "Alt+Right", "Esc", "F2"]
UNUSED_KEYS = ["Ctrl+Return", "Ctrl+Enter", "Ctrl+D", "Ctrl+K", "Ctrl+U", "Alt+Return", "Ctrl+J"]
EDITING_KEYS = ["Ctrl+Z", "Ctrl+Y", "Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+A", "Ctrl+Left", "Ctrl+Backspace"]
TEXTS = ["", "a", "a\nb", "word " * 200, "\n\n\n", "x\u2028y", "漢字 😀\nb", "a\rb"]


def test_shift_enter_inserts_a_newline(field: ExactField) -> None:
    type_text("a")
    press(Key.Key_Return, SHIFT)
    press(Key.Key_Enter, SHIFT)
    assert field.exact() == "a\n\n"


def test_window_shortcuts_work_inside_the_field(window: Window) -> None:
    for keys in WINDOW_KEYS:
        window.fired.clear()
        window.field.set_exact("some text\nhere")
        window.command(keys)
        combination = QKeySequence(keys)[0]
        press(combination.key(), combination.keyboardModifiers())
        assert window.fired == [keys]
        assert window.field.exact() == "some text\nhere"


def test_unassigned_shortcuts_change_no_text(field: ExactField) -> None:
    for keys in UNUSED_KEYS:
        field.set_exact("some text")
        combination = QKeySequence(keys)[0]
        press(combination.key(), combination.keyboardModifiers())
        assert field.exact() == "some text"


def test_editing_keys_are_handled_by_the_field(window: Window) -> None:
    for keys in EDITING_KEYS:
        window.command(keys)
        type_text("word")
        combination = QKeySequence(keys)[0]
        press(combination.key(), combination.keyboardModifiers())
        assert window.fired == []


@pytest.mark.parametrize(
    ("key", "text", "modifiers"),
    [(Key.Key_BraceLeft, "{", CTRL | ALT), (Key.Key_At, "@", Qt.KeyboardModifier.GroupSwitchModifier),
     (Key.Key_BracketRight, "]", NONE), (Key.Key_Y, "y", NONE), (Key.Key_1, "1", NONE), (Key.Key_Minus, "-", NONE)],
)  # fmt: skip
def test_characters_of_any_layout_are_typed_instead_of_shortcuts(
    window: Window, key: Qt.Key, text: str, modifiers: Any
) -> None:
    for keys in ("1", "-", "Y", "F"):
        window.command(keys)
    for kind in (QKeyEvent.Type.ShortcutOverride, QKeyEvent.Type.KeyPress):
        QApplication.sendEvent(window.field, QKeyEvent(kind, key, modifiers, text))
    assert window.field.exact() == text


def test_tab_is_typed_and_its_combinations_move_the_focus(window: Window) -> None:
    press(Key.Key_Tab)
    assert window.field.exact() == "\t"
    press(Key.Key_Backtab, SHIFT)
    assert QApplication.focusWidget() is window.before
    press(Key.Key_Tab)
    assert QApplication.focusWidget() is window.field
    press(Key.Key_Tab, CTRL)
    assert QApplication.focusWidget() is window.after
    window.field.setFocus()
    press(Key.Key_Backtab, CTRL | SHIFT)
    assert QApplication.focusWidget() is window.before
    assert window.field.exact() == "\t"


def test_read_only_field_rejects_edits_but_allows_copying(window: Window) -> None:
    window.field.set_exact("look\rhere")
    window.field.set_editable(False)
    type_text("x")
    press(Key.Key_Return)
    press(Key.Key_Return, SHIFT)
    press(Key.Key_Backspace)
    paste(window.field, "no")
    press(Key.Key_X, CTRL)
    press(Key.Key_Z, CTRL)
    assert window.field.exact() == "look\rhere"
    press(Key.Key_A, CTRL)
    press(Key.Key_C, CTRL)
    assert QApplication.clipboard().text() == "look\rhere"
    press(Key.Key_Tab)
    assert QApplication.focusWidget() is window.after


def test_context_menu_enables_only_possible_actions(field: ExactField) -> None:
    def open_menu() -> dict[str, bool]:
        QApplication.sendEvent(
            field, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), field.mapToGlobal(QPoint(1, 1)))
        )
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        entries = {a.text().split("\t")[0]: a.isEnabled() for a in menu.actions() if not a.isSeparator()}
        menu.close()
        return entries

    QApplication.clipboard().clear()
    empty = {"Undo": False, "Redo": False, "Cut": False, "Copy": False, "Paste": False, "Select all": False}
    assert open_menu() == empty
    type_text("word")
    field.selectAll()
    press(Key.Key_C, CTRL)
    assert open_menu() == {**dict.fromkeys(empty, True), "Redo": False}
    field.set_editable(False)
    assert open_menu() == {"Copy": True, "Select all": True}


def test_wheel_events_at_the_ends_pass_to_the_parent(field: ExactField) -> None:
    def accepted(delta: int, modifiers: Any = NONE) -> bool:
        event = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), QPoint(0, 0), QPoint(0, delta), Qt.MouseButton.NoButton, modifiers,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        event.ignore()
        field.wheelEvent(event)
        return event.isAccepted()

    assert not accepted(-120)
    field.set_exact("line\n" * 300)
    assert accepted(-120)
    assert accepted(120)
    assert not accepted(120)
    assert not accepted(-120, CTRL)
    field.verticalScrollBar().setValue(field.verticalScrollBar().maximum())
    assert not accepted(-120)


@pytest.mark.parametrize("scale", [1.0, 1.3, 2.0])
def test_natural_height_fits_the_text_exactly(theme: Theme, shown: Show, scale: float) -> None:
    change_scale(theme, scale)
    outer = QWidget()
    field = ExactField(theme, outer)
    shown(outer, 500, 2000)
    for text in TEXTS:
        field.set_exact(text)
        field.fit(QRect(0, 0, 400, 30), scrolls=False)
        height = field.natural_height(3000)
        field.fit(QRect(0, 0, 400, height), scrolls=False)
        assert field.verticalScrollBar().maximum() == 0
        field.fit(QRect(0, 0, 400, height - 1), scrolls=False)
        assert field.verticalScrollBar().maximum() > 0 or text == ""


def test_scroll_bar_does_not_change_the_text_width(theme: Theme, shown: Show) -> None:
    outer = QWidget()
    field = ExactField(theme, outer)
    shown(outer, 500, 500)
    field.fit(QRect(0, 0, 400, 100), scrolls=False)
    width = field.viewport().width()
    field.fit(QRect(0, 0, 400, 100), scrolls=True)
    assert field.viewport().width() == width
    assert field.verticalScrollBar().isVisible()


def test_painting_marks_does_not_modify_the_document(field: ExactField) -> None:
    field.set_exact(" ".join(CORPUS.values()))
    revision = field.document().revision()
    field.grab()
    assert field.document().revision() == revision
    assert field.exact() == " ".join(CORPUS.values())


def test_only_visible_variables_are_highlighted(field: ExactField) -> None:
    field.set_exact("{{a}} {{b}}\n" * 2000)
    field.grab()
    assert 0 < len(field.extraSelections()) < 200
    field.verticalScrollBar().setValue(1000)
    field.grab()
    first = min(s.cursor.blockNumber() for s in field.extraSelections())
    assert first == 1000


def test_variable_highlighting_follows_edits(field: ExactField) -> None:
    def coloured() -> list[str]:
        field.grab()
        return [s.cursor.selectedText() for s in field.extraSelections()]

    field.set_exact("😀 {{a}} x\n{{b}}")
    assert coloured() == ["{{a}}", "{{b}}"]
    type_text("new ")
    assert coloured() == ["{{a}}", "{{b}}"]
    type_text("{{c}}")
    assert coloured() == ["{{c}}", "{{a}}", "{{b}}"]
    press(Key.Key_Backspace)
    assert coloured() == ["{{a}}", "{{b}}"]
    field.set_exact("{{b}}\n{{b}}\n{{b}}")
    assert coloured() == ["{{b}}"] * 3


def test_only_visible_lines_are_measured(field: ExactField, monkeypatch: pytest.MonkeyPatch) -> None:
    field.resize(field.width(), 120)
    measured: list[Any] = []
    places = marks._places
    monkeypatch.setattr(marks, "_places", lambda block, span: measured.append(span) or places(block, span))
    paste(field, "a\u00a0{{b}} " * 1200)
    field.grab()
    assert 0 < len(measured) < 600
    assert 0 < len(field.extraSelections()) < 600
