"""Soft breaks in a text document.

Invariant: a soft break is marked by a property of the character that ends the paragraph, so it moves with that
character through all edits by Qt; text has no such property, and a line end typed by the user never inherits it. Qt
classes that few texts need are imported lazily, because each import delays the first paint.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QTextBlock, QTextCharFormat, QTextCursor, QTextDocument

from workbench.ui.editor.exact_text import PARAGRAPH
from workbench.ui.editor.long_lines import LONGEST, SOFT, broken

_SOFT_END = 0x100000 + 1
"""QTextFormat.UserProperty + 1."""
_Key = Qt.Key


def is_soft(block: QTextBlock) -> bool:
    """Whether `block` is separated from the one before it by a soft break."""
    return block.isValid() and block.charFormat().hasProperty(_SOFT_END)


def raw_text(document: QTextDocument, position: int, length: int, *, may_break: bool) -> str:
    """Return raw text of `document`; without `may_break`, all paragraphs are assumed to end with LF."""
    cursor = QTextCursor(document)
    cursor.setPosition(position)
    cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
    first, *rest = cursor.selectedText().split(PARAGRAPH)
    if not rest or not may_break:
        return "\n".join((first, *rest))
    parts, block = [first], document.findBlock(position).next()
    for part in rest:
        parts += (SOFT if is_soft(block) else "\n", part)
        block = block.next()
    return "".join(parts)


def insert(cursor: QTextCursor, raw: str) -> None:
    """Replace the selection by raw text, in one change of the document."""
    cursor.beginEditBlock()
    try:
        cursor.removeSelectedText()
        first, *rest = raw.split(SOFT)
        cursor.insertText(first, QTextCharFormat())
        for piece in rest:
            _insert_break(cursor)
            cursor.insertText(piece, QTextCharFormat())
    finally:
        cursor.endEditBlock()


def fitted(cursor: QTextCursor, text: str) -> str:
    """Return plain `text` as raw text, with the soft breaks needed in place of the selection of `cursor`."""
    document, start, end = cursor.document(), cursor.selectionStart(), cursor.selectionEnd()
    first, last = document.findBlock(start), document.findBlock(end)
    return broken(text, start - first.position(), last.position() + last.length() - 1 - end)


def settle(block: QTextBlock) -> bool:
    """Split `block` if it is too long, or join it if it is an empty piece; return whether it changed."""
    if 1 < block.length() <= LONGEST + 1 or block.layout().preeditAreaText():
        return False
    cursor = QTextCursor(block)
    if block.length() > 1:
        raw = broken(block.text())
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        _part(cursor.document(), block.position(), raw)
        return True
    if is_soft(block):
        cursor.deletePreviousChar()
        return True
    if is_soft(block.next()):
        cursor.deleteChar()
        return True
    return False


def _part(document: QTextDocument, position: int, raw: str) -> None:
    """Insert the soft breaks of `raw` into the text at `position`, which is not changed otherwise."""
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    try:
        for piece in raw.split(SOFT)[:-1]:
            position += len(piece.encode("utf-16-le", "surrogatepass")) // 2
            cursor.setPosition(position)
            _insert_break(cursor)
            position += 1
    finally:
        cursor.endEditBlock()


def _insert_break(cursor: QTextCursor) -> None:
    from PySide6.QtGui import QTextBlockFormat

    soft = QTextCharFormat()
    soft.setProperty(_SOFT_END, True)
    cursor.insertBlock(QTextBlockFormat(), soft)


def hop(cursor: QTextCursor, event: QKeyEvent) -> bool:
    """Move `cursor` over an adjacent soft break if a key would do no more than that; return whether it did."""
    key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    deletes = key in (_Key.Key_Backspace, _Key.Key_Delete)
    if not deletes and key not in (_Key.Key_Left, _Key.Key_Right):
        return False
    if cursor.hasSelection() and (deletes or not shift):
        return False
    back = key in (_Key.Key_Backspace, _Key.Key_Left)
    if not deletes and cursor.block().textDirection() == Qt.LayoutDirection.RightToLeft:
        back = not back
    mode = QTextCursor.MoveMode.KeepAnchor if shift and not deletes else QTextCursor.MoveMode.MoveAnchor
    if back and cursor.atBlockStart() and is_soft(cursor.block()):
        return cursor.movePosition(QTextCursor.MoveOperation.PreviousCharacter, mode)
    if not back and cursor.atBlockEnd() and is_soft(cursor.block().next()):
        return cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, mode)
    return False


def on_edge_line(cursor: QTextCursor, direction: int) -> bool:
    """Whether `cursor` is on the first (-1) or last (1) line of its document."""
    block = cursor.block()
    line = block.layout().lineForTextPosition(cursor.positionInBlock())
    if direction < 0:
        return block.blockNumber() == 0 and (not line.isValid() or line.lineNumber() == 0)
    last = block.layout().lineCount() - 1
    return not block.next().isValid() and (not line.isValid() or line.lineNumber() >= last)


def align(blocks: Iterable[QTextBlock]) -> None:
    """Align right-to-left paragraphs at the right.

    Qt has one alignment for a whole plain document, and sets it on a paragraph at each layout. Drawing and hit testing
    read the alignment later, so it can be changed in between.
    """
    for block in blocks:
        if block.textDirection() == Qt.LayoutDirection.RightToLeft:
            from PySide6.QtGui import QTextOption

            layout = block.layout()
            option = QTextOption(layout.textOption())
            if option.alignment() != Qt.AlignmentFlag.AlignRight:
                option.setAlignment(Qt.AlignmentFlag.AlignRight)
                layout.setTextOption(option)
