"""What stands right of the last column.

Invariant: lanes that are hidden are never forgotten: as long as there are any, a button counts them and shows them.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.ui.lanes.widgets import quiet_button, safe_tip
from workbench.ui.theme import set_role


class HiddenMark(QPushButton):
    """Says how many lanes are hidden; takes no room when none is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "quiet")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.hide()

    def count(self, hidden: int) -> None:
        """Say that so many lanes are hidden."""
        name = "Show the hidden lane" if hidden == 1 else f"Show the {hidden} hidden lanes"
        self.setText(f"{hidden} hidden")
        self.setAccessibleName(name)
        self.setToolTip(safe_tip(f"{name}; hidden lanes are not run"))
        self.setVisible(hidden > 0)


class RowEnd(QWidget):
    """Adds a lane, and brings back those that are hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.add = quiet_button("+ Lane", "Add a lane", self)
        self.hidden = HiddenMark(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 8, 6, 6)
        layout.setSpacing(4)
        layout.addWidget(self.add)
        layout.addWidget(self.hidden)
        layout.addStretch(1)
        layout.setAlignment(Qt.AlignmentFlag.AlignTop)

    @property
    def room(self) -> int:
        """The px that it takes."""
        return 0 if self.isHidden() else self.sizeHint().width()
