"""Paints a rate with its interval on an axis from 0 to 100 %."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen


def paint_interval(
    painter: QPainter, room: QRectF, interval: tuple[float, float, float], axis: QColor, mark: QColor
) -> None:
    """Paint an axis from 0 to 100 %, an interval on it, and its estimate; all fractions of the width."""
    low, rate, high = (room.left() + room.width() * min(1.0, max(0.0, part)) for part in interval)
    middle = room.center().y()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(axis, 1))
    painter.drawLine(QPointF(room.left(), middle), QPointF(room.right(), middle))
    painter.setPen(QPen(mark, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawLine(QPointF(low, middle), QPointF(high, middle))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mark)
    painter.drawRoundedRect(QRectF(rate - 2, middle - 4.5, 4, 9), 1.5, 1.5)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
