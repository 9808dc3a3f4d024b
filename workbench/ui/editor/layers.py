"""The protocol of the layers painted in a text field besides its text.

Invariant: a layer changes no text and no height.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter


class HighlightLayer(Protocol):
    """Called by a field whenever it paints."""

    def prepare(self) -> None:
        """Prepare the visible paragraphs, before anything is painted."""
        ...

    def under(self, painter: QPainter, exposed: QRectF) -> None:
        """Paint below the text, in the exposed part of the viewport."""
        ...
