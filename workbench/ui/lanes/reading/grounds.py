"""What lies behind code and beside quotes in rendered Markdown; the document would leave gaps between lines.

Invariant: only what meets the exposed part is looked at, so that a line that streams costs a line.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QLinearGradient, QPainter, QTextCursor
from PySide6.QtWidgets import QTextEdit

from workbench.ui.lanes.answer import MARGIN
from workbench.ui.lanes.reading.build import CODE, CODE_PADDING, QUOTE, QUOTE_STEP
from workbench.ui.theme import Theme


def paint(painter: QPainter, view: QTextEdit, exposed: QRect, theme: Theme, extra: float) -> None:
    """Paint the grounds within `exposed` of the viewport. `extra` is the room between lines in px."""
    scroll, layout = view.verticalScrollBar().value(), view.document().documentLayout()
    code, bar = theme.color("sunken"), theme.color("border")
    right = view.viewport().width() - MARGIN
    block = view.cursorForPosition(QPoint(MARGIN, exposed.top() - CODE_PADDING)).block()
    while block.isValid():
        rect = layout.blockBoundingRect(block).translated(0, -scroll)
        if rect.top() > exposed.bottom() + CODE_PADDING:
            return
        form = block.blockFormat()
        if form.hasProperty(CODE):
            left = MARGIN + form.leftMargin() - CODE_PADDING
            top, height = rect.top() - CODE_PADDING / 2, rect.height() + CODE_PADDING + extra
            painter.fillRect(QRectF(left, top, right - left, height), code)
        for number in range(int(form.property(QUOTE) or 0)):
            x = MARGIN + number * QUOTE_STEP
            if block.textDirection() == Qt.LayoutDirection.RightToLeft:
                x = view.viewport().width() - x - 3
            painter.fillRect(QRectF(x, rect.top(), 3, rect.height()), bar)
        block = block.next()


def brush(theme: Theme, wash: tuple[float, float] | None) -> QBrush:
    """Return what a page stands on; `wash` is where the gold of a winner begins and ends (px), None for none."""
    surface = theme.color("surface")
    if wash is None:
        return QBrush(surface)
    gradient = QLinearGradient(0, wash[0], 0, wash[1])
    gradient.setColorAt(0, theme.color("gold_soft"))
    gradient.setColorAt(1, surface)
    return QBrush(gradient)


def paint_end(view: QTextEdit, theme: Theme) -> QRect:
    """Paint the block that says that more is to come, behind the last letter; return where it is."""
    end = QTextCursor(view.document())
    end.movePosition(QTextCursor.MoveOperation.End)
    rect = view.cursorRect(end)
    width = view.fontMetrics().horizontalAdvance("n") * 0.8
    left = min(float(rect.left()) + 1, view.viewport().width() - width - 2)
    height = max(rect.height() - 2, view.fontMetrics().height())
    place = QRectF(left, rect.bottom() - height, width, height)
    with QPainter(view.viewport()) as painter:
        painter.fillRect(place, theme.color("accent"))
    return place.toAlignedRect()
