"""Measures text fields: their natural height, and the positions of their lines.

Invariant: no more paragraphs are laid out than fit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QTextBlock, QTextDocument, QWheelEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from workbench.ui.editor.layout import laid_out
from workbench.ui.editor.page import text_viewport


class MeasuredField(QPlainTextEdit):
    """A text field whose owner sets its height by that of its text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fitted: tuple[QRect, bool] | None = None
        self.setViewport(text_viewport())
        self._layout = laid_out(QTextDocument(self))
        self.setDocument(self._layout.document())
        self._layout.setPaintDevice(self.viewport())

    def natural_height(self, limit: int) -> int:
        """Return the height in px that shows all the text, or `limit` + 1 if that is more."""
        margin = self.document().documentMargin()
        height = 2 * self.viewport().y() + margin + 1 + self._bar_room()
        if self.document().isEmpty() and self.placeholderText():
            return max(math.ceil(height + self._hint_height(limit) + margin), self.lines_height(1))
        block = self.document().firstBlock()
        while block.isValid() and height <= limit:
            height += self.blockBoundingRect(block).height()
            block = block.next()
        return min(math.ceil(height), limit + 1)

    def lines_height(self, count: int) -> int:
        """Return the field height that shows `count` lines of ordinary text."""
        edges = 2 * self.viewport().y() + math.ceil(2 * self.document().documentMargin()) + self._bar_room()
        return count * self._layout.line_height(self.font()) + edges + 1

    def whole_lines(self, height: int) -> int:
        """Return the greatest height up to `height` that shows only whole lines of ordinary text."""
        edge = 2 * self.viewport().y() + round(self.document().documentMargin()) + self._bar_room()
        line = self._layout.line_height(self.font())
        return max(1, (height - edge) // line) * line + edge

    def first_baseline(self) -> int:
        """Return the distance of the first baseline from the top of the field."""
        inside = self.viewport().y() + self.document().documentMargin()
        return round(inside + QFontMetricsF(self.font()).ascent())

    def fit(self, rect: QRect, *, scrolls: bool) -> None:
        """Set the geometry. The width of a hidden scroll bar stays reserved, so that text never re-wraps."""
        if self._fitted == (rect, scrolls) and self.geometry() == rect:
            return
        self._fitted = QRect(rect), scrolls
        bar = Qt.ScrollBarPolicy.ScrollBarAlwaysOn if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        margin = 0 if scrolls else self.verticalScrollBar().sizeHint().width()
        if self.viewportMargins().right() != margin:
            self.setViewportMargins(0, 0, margin, 0)
        if self.verticalScrollBarPolicy() != bar:
            self.setVerticalScrollBarPolicy(bar)
        self.setGeometry(rect)

    def visible_blocks(self) -> Iterator[QTextBlock]:
        """Yield the visible paragraphs."""
        block, bottom = self.firstVisibleBlock(), self.viewport().height()
        # Qt finds a paragraph's position by walking from the first one; summing heights from here is O(1) each.
        top = self.contentOffset().y()
        while block.isValid() and top <= bottom:
            yield block
            top += self.blockBoundingRect(block).height()
            block = block.next()

    def block_rect(self, block: QTextBlock) -> QRectF:
        """Return the rectangle of a paragraph in the viewport."""
        return self.blockBoundingGeometry(block).translated(self.contentOffset())

    def setPlaceholderText(self, text: str) -> None:
        super().setPlaceholderText(text)
        # Qt does not repaint when one placeholder replaces another.
        self.viewport().update()

    # Qt event handlers

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._can_scroll(event):
            super().wheelEvent(event)
        else:
            event.ignore()

    def _can_scroll(self, event: QWheelEvent) -> bool:
        """Whether a wheel event scrolls the field and not its surroundings."""
        bar, delta = self.verticalScrollBar(), event.angleDelta().y() or event.pixelDelta().y()
        if delta == 0:
            bar, delta = self.horizontalScrollBar(), event.angleDelta().x() or event.pixelDelta().x()
        at_end = bar.value() >= bar.maximum() if delta < 0 else bar.value() <= bar.minimum()
        return not at_end and not event.modifiers() & Qt.KeyboardModifier.ControlModifier

    def _bar_room(self) -> int:
        """Return the height in px to reserve for the horizontal scroll bar."""
        wraps = self.lineWrapMode() == QPlainTextEdit.LineWrapMode.WidgetWidth
        return 0 if wraps else self.horizontalScrollBar().sizeHint().height()

    def _hint_height(self, limit: int) -> int:
        room = QRect(0, 0, self.viewport().width() - round(2 * self.document().documentMargin()), limit)
        return self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, self.placeholderText()).height()
