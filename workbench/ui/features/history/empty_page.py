"""The page shown instead of the table when no run is found.

Invariant: the page says why the table is empty and what to search for instead; every example is a button.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.ui.widgets.theme import set_role

NOTHING_RUN = "No runs yet"
NOTHING_RUN_TEXT = "Every run is kept here with its prompt, answers and verdict. Run the draft in Compose to begin."
NOTHING_FOUND = "No matches"
NOTHING_FOUND_TEXT = (
    "Every word and filter must match. Use fewer of them, or try a search like these. "
    "Alt+Down in the search field lists all filters."
)
EXAMPLES = (
    ("tracking link", "both words, in a prompt, answer, value or note"),
    ('"order number"', "these words in this order"),
    ("track*", 'words starting with "track"'),
    ("tracking -sorry", "one word, and not another"),
    ("model:haiku winner:yes", "a model, and an answer won"),
    ("cost:>0.01 after:7d", "more than a cent, in the last seven days"),
    ("error:yes", "an answer failed"),
)


class EmptyHistory(QWidget):
    """Explains the query language. `wanted(text)` is emitted when an example is clicked."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        self._heading = QLabel(self)
        set_role(self._heading, "heading")
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        set_role(self._text, "muted")
        self._examples = QWidget(self)
        grid = QGridLayout(self._examples)
        grid.setContentsMargins(0, 6, 0, 0)
        grid.setVerticalSpacing(2)
        grid.setHorizontalSpacing(10)
        self.buttons: list[QPushButton] = []
        for number, (text, meaning) in enumerate(EXAMPLES):
            button = QPushButton(text, self._examples)
            set_role(button, "quiet-strong")
            # Queries are shown in the font of the search field.
            button.setStyleSheet('font-family: "JetBrains Mono", "DejaVu Sans Mono", monospace;')
            button.setAccessibleDescription(meaning)
            button.clicked.connect(lambda _=False, text=text: self.wanted.emit(text))
            label = QLabel(meaning, self._examples)
            set_role(label, "small")
            grid.addWidget(button, number, 0, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(label, number, 1)
            self.buttons.append(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 20)
        layout.setSpacing(8)
        layout.addStretch(2)
        layout.addWidget(self._heading, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._text)
        layout.addWidget(self._examples, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def explain(self, *, searched: bool) -> None:
        """Say that no run matches (if `searched`), or that there are no runs at all."""
        self._heading.setText(NOTHING_FOUND if searched else NOTHING_RUN)
        self._text.setText(NOTHING_FOUND_TEXT if searched else NOTHING_RUN_TEXT)
        self._examples.setVisible(searched)

    def words(self) -> str:
        """Return the text shown."""
        return f"{self._heading.text()}\n{self._text.text()}"
