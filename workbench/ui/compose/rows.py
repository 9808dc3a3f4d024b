"""The window that rows of a spreadsheet are pasted into.

Invariant: nothing in the draft changes before it is accepted, and what would be taken is said first.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.formats.value_rows import ValueRows, read_value_rows, taken
from workbench.ui import geometry
from workbench.ui.editor.field import ExactField
from workbench.ui.shell.keys import give_back
from workbench.ui.theme import Theme, set_role

MOST = 2_000_000
"""Characters that are read while somebody waits; more would hold up the window."""


class RowsDialog(QDialog):
    """Makes value sets of rows whose first one names the variables."""

    def __init__(self, theme: Theme, text: str, variables: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Paste rows as value sets")
        self._variables = tuple(variables)
        self._found = ValueRows(())
        about = QLabel(
            "Copy rows from a spreadsheet, with the names of the variables in the first row. "
            "A first column “name” names the sets."
        )
        about.setWordWrap(True)
        self.field = ExactField(theme)
        self.field.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.field.setTabChangesFocus(True)
        self.field.setAccessibleName("Rows")
        self.field.setPlaceholderText("\n".join(("name\t" + "\t".join(self._variables or ("question",)), "first\t…")))
        set_role(self.field, "field")
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        cancel, self.make = QPushButton("Cancel"), QPushButton()
        cancel.setAutoDefault(False)
        self.make.setDefault(True)
        set_role(self.make, "primary")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.make)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(8)
        layout.addWidget(about)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.told)
        layout.addLayout(buttons)
        self.field.textChanged.connect(self._read)
        self.make.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        scale, room = min(theme.scale, 1.5), geometry.room(self)
        self.resize(QSize(int(620 * scale), int(400 * scale)).boundedTo(room))
        self.field.set_exact(text)
        self._read()

    def done(self, result: int) -> None:
        give_back(self)
        super().done(result)

    def found(self) -> ValueRows:
        """Return what would be taken."""
        return self._found

    def _read(self) -> None:
        text = self.field.exact()
        if len(text) > MOST:
            self._found = ValueRows((), (), ("This is too long to read at once. Paste fewer rows.",))
        else:
            self._found = read_value_rows(text, self._variables)
        count = len(self._found.sets)
        self.told.setText(taken(self._found, self._variables) if count else " ".join(self._found.left_out))
        set_role(self.told, "small" if count or not text.strip() else "error")
        self.make.setText(f"Make {count} {'set' if count == 1 else 'sets'}" if count else "Make sets")
        self.make.setEnabled(bool(count))
