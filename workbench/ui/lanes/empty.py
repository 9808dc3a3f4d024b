"""What stands in the place of the columns while there are none.

Invariant: an empty view says what a lane is and has the one button that is needed.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.ui.theme import Theme, set_role


class EmptyPage(QWidget):
    """Teaches what lanes are; `button` adds one."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        heading = QLabel("No lanes yet", self)
        set_role(heading, "heading")
        self._text = QLabel(
            "A lane is a column: one model with its parameters and a version of the prompt. "
            "Add two and run to read their answers side by side.",
            self,
        )
        set_role(self._text, "muted")
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.button = QPushButton("Add a lane…", self)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addStretch(2)
        for widget in (heading, self._text, self.button):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        width = self._text.fontMetrics().averageCharWidth() * 44
        self._text.setFixedSize(width, self._text.heightForWidth(width))
