"""The collapsible reasoning above an answer.

Invariant: collapsed reasoning needs no layout: its text is put into a document only when it is expanded.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from workbench.core.text import counted, words
from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.small_controls import FoldButton
from workbench.ui.widgets.theme import Theme, set_role

_LINES = 9


class ReasoningPanel(QWidget):
    """A header with the length of the reasoning, and the reasoning below it."""

    resized = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pieces: list[str] = []
        self._words = 0
        self.fold = FoldButton(theme, "Reasoning", self)
        self.view = AnswerView(theme, color="muted", delta=-0.5, parent=self)
        self.view.setAccessibleName("Reasoning")
        self.view.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(0)
        inner = QVBoxLayout()
        inner.setContentsMargins(6, 0, 6, 0)
        inner.addWidget(self.fold)
        layout.addLayout(inner)
        layout.addWidget(self.view)
        self._line = QFrame(self)
        set_role(self._line, "hline")
        self._line.hide()
        layout.addWidget(self._line)
        self.fold.toggled.connect(self._toggled)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def text(self) -> str:
        """The complete reasoning so far."""
        return "".join(self._pieces)

    def set_text(self, text: str) -> None:
        """Replace the reasoning; "" hides the panel."""
        if text == self.text:
            return
        self._pieces = [text] if text else []
        self._words = len(words(text))
        if self.fold.isChecked():
            self.view.set_text(text)
        self._count()

    def append(self, piece: str) -> None:
        """Append a chunk."""
        self._pieces.append(piece)
        self._words += len(piece.split())
        if self.fold.isChecked():
            self.view.append(piece)
        self._count()

    def tab_stops(self) -> list[QWidget]:
        """Return the controls in tab order."""
        return [self.fold, self.view]

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.resized.emit()

    def _count(self) -> None:
        self.fold.set_words(f"Reasoning ({counted(self._words, 'word')})")
        self.setVisible(bool(self._pieces))

    def _toggled(self, unfolded: bool) -> None:
        if unfolded:
            self.view.set_text(self.text)
        self.view.setVisible(unfolded)
        self._line.setVisible(unfolded)

    def _restyle(self) -> None:
        self.view.setFixedHeight(self.view.fontMetrics().lineSpacing() * _LINES)
