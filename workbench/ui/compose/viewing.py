"""The bar above a past iteration."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from workbench.ui.shell.keybutton import KeyName, with_key
from workbench.ui.shell.notice import Sentence
from workbench.ui.theme import set_role

_STRONG = "quiet-strong"


class ViewingBar(QFrame):
    """Says that a past iteration is shown, read-only, and how to go on from it; the first words are always shown."""

    restore_clicked = Signal()
    branch_clicked = Signal()
    back_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "banner")
        self._text = Sentence()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 4, 8, 4)
        layout.setSpacing(2)
        layout.addWidget(self._text, 1)
        self._buttons: dict[str, tuple[QPushButton, str]] = {}
        for command, label, tip, signal, role in (
            ("restore", "Restore", "Put it into the editor; undo brings the draft back", self.restore_clicked, _STRONG),
            ("branch", "Branch", "Start the draft from this version", self.branch_clicked, _STRONG),
            ("escape", "Back", "Back to the draft", self.back_clicked, "quiet"),
        ):
            button = QPushButton(label)
            set_role(button, role)
            button.clicked.connect(signal)
            layout.addWidget(button)
            self._buttons[command] = button, tip
        self.hide()

    def name_keys(self, name: KeyName) -> None:
        """Name the keys in force."""
        for command, (button, tip) in self._buttons.items():
            button.setToolTip(with_key(tip, name(command)))

    def text(self) -> str:
        """Return the line that says what is shown."""
        return self._text.full()

    def show_row(self, text: str, detail: str) -> None:
        """Show the bar with `text`; `detail` is its tooltip."""
        self._text.set_full(text)
        self.setToolTip(detail)
        self.show()
