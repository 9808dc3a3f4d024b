"""What stands above the totals of the hold-out, with what can be done with it.

Invariant: opening a case and ending the hold-out only emit wishes; who hears them asks first.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from workbench.ui.features.testing.empty_page import TOTALS_ONLY
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.flow_layout import FlowLayout


class HoldoutNote(QWidget):
    """Why no rows are shown."""

    open_clicked = Signal()
    end_clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = label(TOTALS_ONLY, "muted")
        self.open = button("Open a case anyway…", self.open_clicked.emit, "quiet")
        self.open.setToolTip("Opening a case uses it up: it moves to the tuning cases")
        self.end = button("End the hold-out…", self.end_clicked.emit, "quiet")
        acts = FlowLayout(6)
        for one in (self.open, self.end):
            acts.addWidget(one)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.text)
        column.addLayout(acts)

    def stops(self) -> list[QPushButton]:
        """Return the parts in Tab order."""
        return [self.open, self.end]
