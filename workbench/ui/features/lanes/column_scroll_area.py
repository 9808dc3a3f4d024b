"""The scroll area of the columns.

Invariant: it never scrolls vertically; a vertical wheel event scrolls the answer under the pointer.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QWidget


class ColumnScrollArea(QScrollArea):
    """A scroll area that only scrolls horizontally."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.horizontalScrollBar().setSingleStep(40)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        sideways = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step = delta.x() or (delta.y() if sideways else 0)
        if not step:
            event.ignore()
            return
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - step)
        event.accept()

    def reveal(self, widget: QWidget) -> None:
        """Scroll horizontally until a child of the page is visible, or its left edge if it is too wide."""
        # Apply pending layouts first: after a change the page still has its old size and positions.
        QApplication.sendEvent(self, QEvent(QEvent.Type.LayoutRequest))
        place = widget.geometry()
        bar, left, right = self.horizontalScrollBar(), place.left(), place.right() + 1
        width = self.viewport().width()
        if left < bar.value() or place.width() >= width:
            bar.setValue(left)
        elif right > bar.value() + width:
            bar.setValue(right - width)
