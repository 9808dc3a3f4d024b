"""How a field's document is laid out.

Invariant: an edit lays out and paints anew what it touched. Qt counts the colours that a highlighter sets while it is
told of an edit as changes of the whole paragraph and of as many characters behind it, and then paints everything.
Every line stands the same distance below the one before it, over paragraph ends too; the first one stands at the top.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QFontInfo, QFontMetricsF, QTextBlock, QTextDocument
from PySide6.QtWidgets import QPlainTextDocumentLayout

_LINE_HEIGHT = 1.42
"""From line to line in a fixed width, in sizes of letters."""


class Layout(QPlainTextDocumentLayout):
    """Takes a change as it was announced. Formats set meanwhile may be set in its paragraphs only."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._extra = 0
        self._announced: tuple[int, int, int] | None = None
        document.contentsChange.connect(self._announce)

    def space(self, font: QFont, *, mono: bool) -> None:
        """Space the lines for `font`: those of a fixed width stand apart although such fonts bring no room along."""
        missing = _LINE_HEIGHT * QFontInfo(font).pixelSize() - QFontMetricsF(font).height()
        self._set_extra(max(0, round(missing)) if mono else 0)

    def line_height(self, font: QFont) -> int:
        """Return the pixels from line to line."""
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


def laid_out(document: QTextDocument) -> Layout:
    """Give `document`, which is empty, that layout, and return it."""
    made = Layout(document)
    document.setDocumentLayout(made)
    return made
