"""The dialog that pastes few-shot examples from a table or JSON Lines."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from workbench.formats.example_pairs import read_pairs
from workbench.ui.editor.paste_dialog import MOST, PasteDialog, PasteReading, counted
from workbench.ui.widgets.theme import Theme


class PasteExamples(PasteDialog):
    """Turns pairs into examples; emits `taken(tuple[Example, ...])`."""

    def __init__(self, theme: Theme, copied: str, parent: QWidget) -> None:
        """`copied` is the clipboard text; it is offered only if it looks like pairs."""
        about = (
            "Paste two spreadsheet columns, CSV or JSON Lines. "
            "A header row with names such as “user” and “assistant” is recognised."
        )
        super().__init__(theme, "Paste examples", about, parent)
        self.field.setAccessibleName("Table or JSON Lines with examples")
        # A placeholder shows a tab as one space.
        hint = 'user           assistant\nWhere is it?   On its way.\n\n{"user": "…", "assistant": "…"}'
        self.field.setPlaceholderText(hint)
        is_offered = ("\t" in copied or copied.lstrip()[:1] in ("{", "[")) and len(copied) <= MOST
        self.begin(copied if is_offered else "")

    def read(self, text: str) -> PasteReading:
        pairs = read_pairs(text)
        if not pairs.examples:
            return PasteReading(None, "", pairs.left_out, "Add examples")
        count = counted(len(pairs.examples), "example")
        return PasteReading(pairs.examples, f"{count} from {pairs.form}.", pairs.left_out, f"Add {count}")
