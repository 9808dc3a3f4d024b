"""The dialog that turns pasted spreadsheet rows into cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from workbench.core.text import counted
from workbench.formats.value_rows import read_value_rows, taken
from workbench.ui.editor.paste_dialog import PasteDialog, PasteReading
from workbench.ui.widgets.theme import Theme


class PasteRowsDialog(PasteDialog):
    """Creates cases from rows below a header row of variable names; emits `taken(ValueRows)`."""

    def __init__(self, theme: Theme, text: str, variables: Sequence[str], parent: QWidget | None = None) -> None:
        about = "Paste rows from a spreadsheet, with variable names in the first row. A first column “name” names them."
        super().__init__(theme, "Paste rows as cases", about, parent)
        self._variables = tuple(variables)
        self.field.setAccessibleName("Rows")
        # A placeholder shows a tab as a single space.
        self.field.setPlaceholderText("   ".join(("name", *(self._variables or ("question",)))) + "\nfirst   …")
        self.begin(text)

    def read(self, text: str) -> PasteReading:
        rows = read_value_rows(text, self._variables)
        if not rows.sets:
            return PasteReading(None, "", rows.left_out, "Create cases")
        words = taken(replace(rows, left_out=()), self._variables)
        return PasteReading(rows, words, rows.left_out, f"Create {counted(len(rows.sets), 'case')}")
