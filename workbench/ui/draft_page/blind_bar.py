"""The bar above the lanes during a blind run."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from workbench.ui.shell.bars import ElidedText
from workbench.ui.shell.key_names import KeyName, with_key
from workbench.ui.widgets.theme import set_role


class BlindBar(QFrame):
    """Reports that names are hidden and what reveals them, with a button to reveal them without a verdict."""

    reveal_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "banner")
        self.text = ElidedText(parent=self)
        self.reveal = QPushButton("Reveal without a verdict", self)
        set_role(self.reveal, "quiet-strong")
        self.reveal.clicked.connect(self.reveal_clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.reveal)
        self.hide()

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""
        tip = "Shows the names; later verdicts are not blind"
        self.reveal.setToolTip(with_key(tip, name("reveal")))

    def show_progress(self, ended: int, count: int) -> None:
        """Show the number of answers, or that they wait for a verdict."""
        if ended < count:
            self.text.set_full(f"Blind: answers are shown when all {count} have ended ({ended} so far)")
        else:
            self.text.set_full("Blind: mark an answer to see who wrote it")
        self.show()
