"""Plain rectangles.

Invariant: painting one loads nothing. `QPainter.fillRect` also takes gradients, and makes Python know all their presets
the first time it is called, which the first paint would wait for.
"""

from __future__ import annotations

from PySide6.QtGui import QColor, QPainter


def fill(painter: QPainter, x: int, y: int, width: int, height: int, color: QColor) -> None:
    """Fill a rectangle; what the painter is set to stays, but for its background."""
    painter.setBackground(color)
    painter.eraseRect(x, y, width, height)
