"""Pasting few-shot examples from a table or JSON Lines.

Invariant: what would be taken and what would not is said before anything is taken.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from workbench.formats.pairs import Pairs, read_pairs
from workbench.ui.theme import set_role

_MOST_SAID = 4
_LARGEST = 5_000_000


class PasteExamples(QDialog):
    """A field with what the clipboard holds, and what would become of it. Esc leaves everything as it was."""

    taken = Signal(object)
    """tuple[Example, ...]"""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Paste examples")
        self.resize(520, 380)
        hint = QLabel(
            "Paste two columns of a spreadsheet, CSV, or JSON Lines such as "
            '{"user": "…", "assistant": "…"}. A first row with names is recognised.'
        )
        hint.setTextFormat(Qt.TextFormat.PlainText)
        hint.setWordWrap(True)
        set_role(hint, "small")
        self.field = QPlainTextEdit()
        self.field.setAccessibleName("Table or JSON Lines with examples")
        self.field.setTabChangesFocus(True)
        set_role(self.field, "field")
        self.outcome = QLabel()
        self.outcome.setTextFormat(Qt.TextFormat.PlainText)
        self.outcome.setWordWrap(True)
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        self.add = QPushButton("Add")
        set_role(self.add, "primary")
        cancel.clicked.connect(self.reject)
        self.add.clicked.connect(self._take)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(10)
        layout.addWidget(hint)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.outcome)
        layout.addLayout(buttons)
        self._pairs = Pairs((), "")
        self.field.textChanged.connect(self._read)
        text = QGuiApplication.clipboard().text()
        if ("\t" in text or text.lstrip()[:1] in ("{", "[")) and len(text) <= _LARGEST:
            self.field.setPlainText(text)
        self._read()
        self.field.setFocus()

    def _read(self) -> None:
        text = self.field.toPlainText()
        too_large = Pairs((), "", ("This is more than 5 million characters. Paste a part of it.",))
        self._pairs = pairs = too_large if len(text) > _LARGEST else read_pairs(text)
        count = len(pairs.examples)
        lines = [f"{count} example{'' if count == 1 else 's'} from {pairs.form}."] if count else []
        if text.strip():
            lines += pairs.left_out[:_MOST_SAID]
            if (rest := len(pairs.left_out) - _MOST_SAID) > 0:
                lines.append(f"{rest:,} more lines were left out.")
        self.outcome.setText("\n".join(lines))
        set_role(self.outcome, "error" if text.strip() and not count else "small")
        self.add.setEnabled(bool(count))
        self.add.setText(f"Add {count} example{'' if count == 1 else 's'}" if count else "Add")

    def _take(self) -> None:
        if self._pairs.examples:
            # Closing gives the focus back; whoever takes the examples puts it where they are.
            self.accept()
            self.taken.emit(self._pairs.examples)
