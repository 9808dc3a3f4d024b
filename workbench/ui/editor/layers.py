"""What is shown in a text field beside its text, by parts that know nothing of each other.

Invariant: a layer changes no text and no height.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter


class Layer(Protocol):
    """Asked by a field whenever it paints."""

    def prepare(self) -> None:
        """See to the paragraphs that can be seen, before anything is painted."""
        ...

    def under(self, painter: QPainter, exposed: QRectF) -> None:
        """Paint what lies below the text, in the part of the viewport that is painted."""
        ...
