"""Highlighting, moving of lines, and right-to-left text in the real editor."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.editor_support import (
    CORPUS,
    SHIFT,
    Key,
    content,
    editor,
    fields,
    focused,
    machine,
    press,
    shown,
    theme,
    ticks,
    type_text,
)
from tests.ui.looks import change_mode
from workbench.ui.editor import ContentEditor
from workbench.ui.editor.code_help import CodeHelp
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.highlight import Highlighter
from workbench.ui.editor.indent import indented, outdented, unit_of
from workbench.ui.widgets.theme import Theme

__all__ = ["editor", "shown", "theme", "ticks"]


@pytest.fixture
def helped(editor: ContentEditor, theme: Theme) -> ContentEditor:
    CodeHelp(editor, theme, lambda work, then: then(work()))
    return editor


def colored(field: ExactField, line: int, theme: Theme) -> list[tuple[str, str]]:
    """Return the highlighted parts of a paragraph with the token of their colour."""
    block = field.document().findBlockByNumber(line)
    names = {theme.color(name).name(): name for name in ("teal", "green", "accent", "muted", "violet")}
    data = block.text().encode("utf-16-le")
    return [
        (
            data[2 * one.start : 2 * (one.start + one.length)].decode("utf-16-le"),
            names[one.format.foreground().color().name()],
        )
        for one in block.layout().formats()
    ]


def settle(qtbot: QtBot, field: ExactField) -> None:
    qtbot.waitUntil(lambda: field.findChild(Highlighter).is_settled)
    QApplication.processEvents()


def test_typed_text_is_highlighted_immediately(helped: ContentEditor, theme: Theme, qtbot: QtBot) -> None:
    helped.focus_first()
    type_text("😀 `code`\n1. x")
    assert colored(fields(helped)[0], 0, theme) == [("`code`", "green")]
    assert colored(fields(helped)[0], 1, theme) == [("1.", "teal")]
    settle(qtbot, fields(helped)[0])


def test_code_fence_highlights_the_following_lines_until_removed(
    helped: ContentEditor, theme: Theme, qtbot: QtBot
) -> None:
    helped.set_content(content(("user", "x\ndef f():\n```\n1. y")))
    field = fields(helped)[0]
    settle(qtbot, field)
    assert colored(field, 1, theme) == []
    helped.focus_first()
    press(Key.Key_End)
    type_text("\n```python")
    settle(qtbot, field)
    assert colored(field, 2, theme) == [("def", "accent"), ("f", "teal")]
    assert colored(field, 4, theme) == [("1.", "teal")]
    press(Key.Key_Backspace, times=10)
    settle(qtbot, field)
    assert colored(field, 1, theme) == []
    assert colored(field, 3, theme) == []


def test_colours_follow_the_theme(helped: ContentEditor, theme: Theme, qtbot: QtBot) -> None:
    helped.set_content(content(("user", "# a")))
    settle(qtbot, fields(helped)[0])
    change_mode(theme, "dark")
    settle(qtbot, fields(helped)[0])
    assert colored(fields(helped)[0], 0, theme) == [("# a", "teal")]


def test_code_fence_highlights_the_end_of_a_long_text(helped: ContentEditor, theme: Theme, qtbot: QtBot) -> None:
    helped.set_content(content(("user", "```python\n" + "x = 1\n" * 3000)))
    field = fields(helped)[0]
    helped.focus_first()
    press(Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, field)
    assert colored(field, 2990, theme) == [("1", "green")]


@machine
@pytest.mark.parametrize("name", CORPUS)
def test_highlighting_does_not_change_the_text(helped: ContentEditor, name: str, qtbot: QtBot) -> None:
    text = f"# {CORPUS[name]}\n```python\n{CORPUS[name]}\n```"
    helped.set_content(content(("user", text)))
    settle(qtbot, fields(helped)[0])
    helped.focus_first()
    type_text("`")
    press(Key.Key_Backspace)
    assert helped.content().messages[0].text == text


@machine
def test_right_to_left_paragraphs_are_right_aligned(helped: ContentEditor) -> None:
    helped.set_content(content(("user", "left\nשלום עולם\nleft again")))
    QApplication.processEvents()
    field = fields(helped)[0]
    sides = []
    for number in range(3):
        block = field.document().findBlockByNumber(number)
        middle = block.layout().lineAt(0).naturalTextRect().center().x()
        sides.append("right" if middle > field.viewport().width() / 2 else "left")
    assert sides == ["left", "right", "left"]


def test_tab_indents_and_shift_tab_outdents_the_selected_lines(helped: ContentEditor) -> None:
    helped.set_content(content(("user", "a\nb\n\nc😀\nd")))
    helped.focus_first()
    press(Key.Key_Down, SHIFT, times=3)
    press(Key.Key_End, SHIFT)
    press(Key.Key_Tab)
    assert helped.content().messages[0].text == "  a\n  b\n\n  c😀\nd"
    press(Key.Key_Tab)
    press(Key.Key_Backtab, SHIFT)
    assert helped.content().messages[0].text == "  a\n  b\n\n  c😀\nd"
    for _ in range(3):
        helped.undo()
    assert helped.content().messages[0].text == "a\nb\n\nc😀\nd"


def test_selection_ending_at_a_line_start_excludes_that_line(helped: ContentEditor) -> None:
    helped.set_content(content(("user", "\ta\nb")))
    helped.focus_first()
    press(Key.Key_Down, SHIFT)
    press(Key.Key_Backtab, SHIFT)
    assert helped.content().messages[0].text == "a\nb"
    field: Any = focused()
    assert field.textCursor().selectedText() == "a\u2029"


def test_without_a_selection_tab_is_inserted_and_shift_tab_moves_focus(helped: ContentEditor) -> None:
    helped.set_content(content(("user", "ab")))
    helped.focus_first()
    press(Key.Key_Tab)
    assert helped.content().messages[0].text == "\tab"
    before = focused()
    press(Key.Key_Backtab, SHIFT)
    assert focused() is not before


def test_indentation_unit_is_detected_from_the_text() -> None:
    assert unit_of("a") == "  "
    assert unit_of("a\n    b") == "  "
    assert unit_of("a\n  b\n    c") == "  "
    assert unit_of("a\n\tb") == "\t"
    assert outdented(indented("a\n\n b", "  "), "  ") == "a\n\n b"


def test_code_line_too_long_to_highlight_is_reported(qtbot: QtBot, helped: ContentEditor, theme: Theme) -> None:
    long = '{"name": "' + "x" * 5_000 + '"}'
    helped.set_content(content(("user", f"Look:\n{long}\nand answer.")))
    block = helped.blocks[0]
    qtbot.waitUntil(lambda: "not highlighted" in block._note.text())
    assert block._note.is_shown
    plain = colored(block.field, 1, theme)
    block.field.setFocus()
    block.field.select(block.field.exact().index(long), len(long))
    type_text('{"name": 1}')
    qtbot.waitUntil(lambda: not block._note.text())
    assert len(colored(block.field, 1, theme)) > len(plain)


def test_long_prose_line_is_not_reported_as_unhighlighted(qtbot: QtBot, helped: ContentEditor) -> None:
    helped.set_content(content(("user", "word " * 1_500)))
    field = helped.blocks[0].field
    settle(qtbot, field)
    highlighter = field.findChild(Highlighter)
    qtbot.waitUntil(lambda: not highlighter._plain_timer.isActive())
    assert not helped.blocks[0]._note.text()
