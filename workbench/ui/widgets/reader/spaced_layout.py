"""Line spacing of an answer.

Invariant: the distance between lines is constant, also across paragraphs, and right-to-left paragraphs are aligned
right. The plain document layout has no line height; it is used nevertheless, because it lays out only what is in view.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextDocumentLayout

from workbench.ui.editor.paragraphs import align

_FEW = 4
"""New paragraphs up to which each is repainted separately; finding one means walking over those above it."""


class SpacedLayout(QPlainTextDocumentLayout):
    """The plain layout with `extra` pixels above each line."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._extra = 0

    def set_extra(self, extra: int) -> None:
        """Set the pixels above each line and lay out again."""
        if extra != self._extra:
            self._extra = extra
            self.document().markContentsDirty(0, self.document().characterCount())

    def append(self, tail: QTextCursor, text: str, *, following: bool) -> None:
        """Insert `text` at `tail`, the end of the document, and repaint from the paragraph that it continues.

        By default, the layout requests a repaint of the whole viewport whenever a line is added, and counts the lines
        of a paragraph late. With `following`, all new text is laid out immediately.
        """
        continued, size, paragraphs = tail.block(), self.documentSize(), self.document().blockCount()
        self.blockSignals(True)
        try:
            tail.insertText(text)
            new = list(_from(continued)) if following else []
            for block in new:
                self.blockBoundingRect(block)
        finally:
            self.blockSignals(False)
        if (grown := self.documentSize()) != size:
            self.documentSizeChanged.emit(grown)
        if self.document().blockCount() - paragraphs > _FEW:
            self.update.emit()
            return
        for block in new or _from(continued):
            self.updateBlock.emit(block)

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        plain = super().blockBoundingRect(block)
        layout = block.layout() if block.isValid() else None
        if not self._extra or layout is None or not layout.lineCount() or layout.lineAt(0).y() >= self._extra:
            return plain
        for index in range(layout.lineCount()):
            line = layout.lineAt(index)
            line.setPosition(QPointF(line.x(), line.y() + self._extra * (index + 1)))
        align((block,))
        return super().blockBoundingRect(block)


def _from(block: QTextBlock) -> Iterator[QTextBlock]:
    while block.isValid():
        yield block
        block = block.next()
