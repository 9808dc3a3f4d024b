"""The page shown while there are no columns.

Invariant: the page says why it is empty, and has a button only where that helps.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.ui.features.lanes.row_end import HiddenMark
from workbench.ui.widgets.theme import Theme, set_role

HEADING = "No lanes yet"
TEXT = (
    "A lane is a column: one model with its parameters and a version of the prompt. "
    "Add two and run them to compare their answers side by side."
)
ALL_HIDDEN = "All lanes are hidden"
HIDDEN_TEXT = "Hidden lanes keep their answers and are not run. Show them again, or add another lane."


class NoLanesPage(QWidget):
    """Explains what lanes are; `button` adds one. With a custom heading the button is hidden."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        self._said, self._hidden = ("", ""), 0
        self._heading = QLabel(HEADING, self)
        set_role(self._heading, "heading")
        self._text = QLabel(TEXT, self)
        set_role(self._text, "muted")
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.button = QPushButton("Add a lane…", self)
        self.hidden = HiddenMark(self)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addStretch(2)
        # Restoring hidden lanes comes before adding a new one.
        for widget in (self._heading, self._text, self.hidden, self.button):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        theme.changed.connect(self._restyle)
        self._restyle()

    def say(self, heading: str = "", text: str = "") -> None:
        """Show a custom text; by default explain what a lane is, or that all lanes are hidden."""
        self._said = (heading, text)
        self._show()

    def count_hidden(self, hidden: int) -> None:
        """Set the number of hidden lanes."""
        self._hidden = hidden
        self._show()

    def _show(self) -> None:
        heading, text = self._said
        self._heading.setText(heading or (ALL_HIDDEN if self._hidden else HEADING))
        self._text.setText(text or (HIDDEN_TEXT if self._hidden else TEXT))
        self.button.setVisible(not heading)
        self.hidden.count(0 if heading else self._hidden)
        self.hidden.setText("Show the hidden lane" if self._hidden == 1 else f"Show {self._hidden} hidden lanes")
        set_role(self.hidden, "")
        self._restyle()

    def take_focus(self) -> None:
        """Focus the first visible button."""
        button = self.button if self.hidden.isHidden() else self.hidden
        button.setFocus(Qt.FocusReason.OtherFocusReason)

    def words(self) -> str:
        """Return the text shown."""
        return f"{self._heading.text()}\n{self._text.text()}"

    def _restyle(self) -> None:
        width = self._text.fontMetrics().averageCharWidth() * 44
        self._text.setMinimumHeight(0)
        self._text.setFixedWidth(width)
        self._text.setFixedHeight(self._text.heightForWidth(width))
