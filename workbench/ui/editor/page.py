"""The content widget of a scroll area whose owner places the children."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from workbench.ui.widgets.theme import set_role


class EditorPage(QWidget):
    """Emits signals when its children can be measured, and for clicks on its empty area."""

    shown = Signal()
    """The page and its children became visible; Qt does not lay out hidden widgets."""
    clicked = Signal()

    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_role(self, role)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()
