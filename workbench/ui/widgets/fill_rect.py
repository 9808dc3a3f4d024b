"""Fills plain rectangles.

Invariant: painting one imports nothing. `QPainter.fillRect` also takes gradients, so its first call makes PySide load
all their presets, which would delay the first paint.
"""

from __future__ import annotations

from PySide6.QtGui import QColor, QPainter


def fill(painter: QPainter, x: int, y: int, width: int, height: int, color: QColor) -> None:
    """Fill a rectangle; the state of the painter stays, except for its background."""
    painter.setBackground(color)
    painter.eraseRect(x, y, width, height)
