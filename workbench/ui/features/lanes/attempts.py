"""The row that switches between the attempts (or samples) of an answer.

Invariant: only existing attempts can be requested.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from workbench.ui.widgets.small_controls import SmallLine, safe_tip
from workbench.ui.widgets.theme import Theme, keep_room, set_role


class AttemptsRow(QWidget):
    """Shows the current position, with buttons to the previous and the next attempt."""

    wanted = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, word: str = "attempt") -> None:
        """`word` names the counted items: "attempt" or "sample"."""
        super().__init__(parent)
        self._attempt = 0
        self._word = word
        self.line = SmallLine(theme, delta=-1, parent=self)
        self.older = self._arrow("‹", f"Earlier {word}", -1)
        self.newer = self._arrow("›", f"Later {word}", 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 10, 2)
        layout.setSpacing(2)
        for widget in (self.line, self.older, self.newer):
            layout.addWidget(widget)

    def show_attempt(self, attempt: int, attempts: int) -> None:
        """Show the position, for example "attempt 2 of 3"."""
        self._attempt = attempt
        self.line.set_candidates((f"{self._word} {attempt} of {attempts}", f"{attempt} of {attempts}"))
        for button, other, possible in (
            (self.older, self.newer, attempt > 1),
            (self.newer, self.older, attempt < attempts),
        ):
            if button.hasFocus() and not possible:
                other.setVisible(True)
                other.setFocus()
            button.setVisible(possible)

    def _arrow(self, text: str, name: str, step: int) -> QToolButton:
        button = QToolButton(self)
        set_role(button, "quiet")
        button.setText(text)
        button.setAccessibleName(name)
        button.setToolTip(safe_tip(name))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        keep_room(button)
        button.clicked.connect(lambda: self.wanted.emit(self._attempt + step))
        return button
