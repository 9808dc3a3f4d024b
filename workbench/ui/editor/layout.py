"""The layout of a field's document.

Invariant: an edit lays out and repaints only what it touched. Qt counts formats that a highlighter sets during
contentsChange as changes of the whole paragraph and of as many characters after it, and then repaints everything. All
lines are the same distance apart, also across paragraphs, with no extra space above the first.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontInfo, QFontMetricsF, QTextBlock, QTextDocument
from PySide6.QtWidgets import QPlainTextDocumentLayout

_LINE_HEIGHT = 1.42
"""Line distance of fixed-width text, in font sizes."""


class EditorLayout(QPlainTextDocumentLayout):
    """Handles a change as announced by contentsChange. Formats set meanwhile must lie within its paragraphs."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._extra = 0
        self._announced: tuple[int, int, int] | None = None
        document.contentsChange.connect(self._announce)

    def space(self, font: QFont, *, mono: bool) -> None:
        """Set the line spacing for `font`; fixed-width fonts get extra space, because they have little of their own."""
        missing = _LINE_HEIGHT * QFontInfo(font).pixelSize() - QFontMetricsF(font).height()
        self._set_extra(max(0, round(missing)) if mono else 0)

    def line_height(self, font: QFont) -> int:
        """Return the line distance in pixels."""
        return math.ceil(QFontMetricsF(font).height()) + self._extra

    def _set_extra(self, extra: int) -> None:
        if extra != self._extra:
            self._extra = extra
            self.document().markContentsDirty(0, self.document().characterCount())

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        plain = super().blockBoundingRect(block)
        if not self._extra or not plain.height():
            return plain
        layout = block.layout()
        count = layout.lineCount()
        if count > 1 and layout.lineAt(1).y() < layout.lineAt(0).height() + self._extra:
            for index in range(1, count):
                line = layout.lineAt(index)
                line.setPosition(QPointF(line.x(), line.y() + self._extra * index))
            plain = super().blockBoundingRect(block)
        plain.setHeight(plain.height() + self._extra)
        return plain

    def documentChanged(self, position: int, removed: int, added: int) -> None:
        announced, self._announced = self._announced, None
        super().documentChanged(*(announced or (position, removed, added)))

    def _announce(self, position: int, removed: int, added: int) -> None:
        self._announced = (position, removed, added)


def laid_out(document: QTextDocument) -> EditorLayout:
    """Set a new `EditorLayout` on the empty `document`, and return it."""
    made = EditorLayout(document)
    document.setDocumentLayout(made)
    return made
