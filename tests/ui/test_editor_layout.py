"""What an edit lays out and repaints."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication

from tests.ui.editor_support import Key, content, editor, fields, press, shown, theme, ticks, type_text
from workbench.ui.editor import ContentEditor
from workbench.ui.editor.add_buttons import AddButtons
from workbench.ui.editor.code_help import CodeHelp
from workbench.ui.editor.column import MessageColumn
from workbench.ui.widgets.theme import Theme

__all__ = ["editor", "shown", "theme", "ticks"]


def test_typing_in_highlighted_text_repaints_only_its_paragraph(editor: ContentEditor, theme: Theme) -> None:
    CodeHelp(editor, theme, lambda work, then: then(work()))
    editor.set_content(content(("user", "# one **two**\nthree `four`\nfive\n" * 20)))
    editor.focus_first()
    field = fields(editor)[0]
    QApplication.processEvents()
    asked: list[QRect] = []
    field.updateRequest.connect(lambda rect, dy: asked.append(rect))
    type_text("x")
    QApplication.processEvents()
    assert asked
    assert max(rect.height() for rect in asked) < 3 * field.fontMetrics().height()


def test_highlighting_of_every_paragraph_made_by_an_edit_is_laid_out(editor: ContentEditor, theme: Theme) -> None:
    CodeHelp(editor, theme, lambda work, then: then(work()))
    editor.set_content(content(("user", "one **two** three")))
    editor.focus_first()
    press(Key.Key_Right, times=3)
    press(Key.Key_Return)
    type_text("**a**")
    blocks = list(fields(editor)[0].visible_blocks())
    assert [block.text() for block in blocks] == ["one", "**a** **two** three"]
    assert [block.layout().lineCount() for block in blocks] == [1, 1]
    assert [(one.start, one.length) for one in blocks[1].layout().formats()] == [(0, 2), (3, 2), (6, 2), (11, 2)]


def test_line_spacing_is_equal_across_wraps_and_paragraphs(editor: ContentEditor) -> None:
    editor.set_content(content(("user", "a " * 400 + "\nb\n\n" + "c " * 400)))
    QApplication.processEvents()
    field = fields(editor)[0]
    tops: list[float] = []
    for block in field.visible_blocks():
        lines = block.layout()
        tops += [field.block_rect(block).top() + lines.lineAt(at).y() for at in range(lines.lineCount())]
    apart = {round(below - above, 3) for above, below in pairwise(tops)}
    assert len(tops) > 6
    assert apart == {field.lines_height(2) - field.lines_height(1)}
    assert field.natural_height(10_000) == field.lines_height(len(tops))


def test_buttons_that_add_something_stay_in_view_below_long_messages(editor: ContentEditor) -> None:
    row = editor.findChild(AddButtons)
    assert row is not None
    editor.set_content(content(("user", "short")))
    assert row.geometry().bottom() < editor.height() // 2
    for messages in ((("user", "line\n" * 500),), tuple(("user", "line\n" * 4) for _ in range(30))):
        editor.set_content(content(*messages))
        press(Key.Key_End, Qt.KeyboardModifier.ControlModifier)
        assert row.geometry().bottom() <= editor.height()
        assert not row.visibleRegion().isEmpty()
    column = editor.findChild(MessageColumn)
    assert column is not None
    assert column.viewport().geometry().bottom() < row.geometry().top()
