"""Backgrounds of code and bars of quotes in rendered Markdown; the document would leave gaps between lines.

Invariant: only blocks within the exposed area are processed, so a streamed line costs one line.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QTextBlock
from PySide6.QtWidgets import QTextEdit

from workbench.ui.widgets.reader.answer import MARGIN
from workbench.ui.widgets.reader.build import CODE, CODE_PADDING, QUOTE, QUOTE_STEP

_FEW = 4


class PartBackgrounds:
    """Holds the colours; `extra` is the spacing between lines in pixels."""

    def __init__(self, code: QColor, bar: QColor, extra: float) -> None:
        self._code, self._bar, self._extra = code, bar, extra

    def paint(self, painter: QPainter, view: QTextEdit, exposed: QRect) -> None:
        """Paint code backgrounds and quote bars within `exposed` of the viewport."""
        scroll, layout = view.verticalScrollBar().value(), view.document().documentLayout()
        right = view.viewport().width() - MARGIN
        block = _first(view, exposed.top() - CODE_PADDING + scroll)
        while block.isValid():
            rect = layout.blockBoundingRect(block).translated(0, -scroll)
            if rect.top() > exposed.bottom() + CODE_PADDING:
                return
            form = block.blockFormat()
            if form.hasProperty(CODE):
                left = MARGIN + form.leftMargin() - CODE_PADDING
                top, height = rect.top() - CODE_PADDING / 2, rect.height() + CODE_PADDING + self._extra
                painter.fillRect(QRectF(left, top, right - left, height), self._code)
            if form.hasProperty(QUOTE):
                rect.setHeight(rect.height() + self._below(block))
            for number in range(int(form.property(QUOTE) or 0)):
                x = MARGIN + number * QUOTE_STEP
                if block.textDirection() == Qt.LayoutDirection.RightToLeft:
                    x = view.viewport().width() - x - 3
                painter.fillRect(QRectF(x, rect.top(), 3, rect.height()), self._bar)
            block = block.next()

    def _below(self, block: QTextBlock) -> float:
        """Return the space below a block if the quote continues there without a gap, else 0."""
        form = block.next().blockFormat()
        return self._extra if form.hasProperty(QUOTE) and not form.topMargin() else 0.0


def _first(view: QTextEdit, y: float) -> QTextBlock:
    """Return a block that begins above document height `y`, with few blocks between the two."""
    layout, block = view.document().documentLayout(), view.document().lastBlock()
    # While streaming, only the end is repainted: search backwards first.
    for _ in range(_FEW):
        if not block.isValid() or layout.blockBoundingRect(block).top() <= y:
            return block if block.isValid() else view.document().firstBlock()
        block = block.previous()
    return view.cursorForPosition(QPoint(MARGIN, round(y) - view.verticalScrollBar().value())).block()
