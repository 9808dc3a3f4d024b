"""The right half of a dialog that asks a model: the streaming answer, later what it proposes.

Invariant: the full answer can always be read.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QStackedWidget, QWidget

from workbench.ui.widgets.controls import label
from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.small_controls import SmallLine
from workbench.ui.widgets.theme import Theme


class AnswerPane(QWidget):
    """Shows the text of an answer; subclasses lay it out, and add pages to `stack` that show what it proposes."""

    offered = Signal(bool)
    """Whether there is something to accept."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.status = SmallLine(theme, color="muted", tabular=True)
        self.raw = AnswerView(theme, mono=True)
        self.raw.setAccessibleName("What the model wrote")
        # Align the text with the other widgets.
        self.raw.document().setDocumentMargin(2)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.raw)
        self.trouble = label("", "error")
        self.accept, self.close_ = QPushButton("Accept"), QPushButton("Close")
        for button in (self.accept, self.close_):
            button.setAutoDefault(False)

    def start(self) -> None:
        """Prepare for a new answer."""
        self.show_answer("")
        self.raw.set_streaming(True)

    def append(self, text: str) -> None:
        """Append a chunk of the answer."""
        self.raw.append(text)

    def show_answer(self, text: str, trouble: str = "") -> None:
        """Show a complete answer, and why it proposes nothing."""
        self._forget_proposal()
        self.raw.set_streaming(False)
        self.raw.setPlaceholderText("")
        if self.raw.exact_text != text:
            self.raw.set_text(text)
        self._say(self.trouble, trouble)

    def _forget_proposal(self) -> None:
        """Show the text of the answer instead of what it proposes."""
        raise NotImplementedError

    @staticmethod
    def _say(said: QLabel, text: str) -> None:
        said.setText(text)
        said.setVisible(bool(text))
