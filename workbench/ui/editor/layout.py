"""How a field's document is laid out.

Invariant: an edit lays out and paints anew what it touched. Qt counts the colours that a highlighter sets while it is
told of an edit as changes of the whole paragraph and of as many characters behind it, and then paints everything.
"""

from __future__ import annotations

from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QPlainTextDocumentLayout


class Layout(QPlainTextDocumentLayout):
    """Takes a change as it was announced. Formats set meanwhile may be set in its paragraphs only."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._announced: tuple[int, int, int] | None = None
        document.contentsChange.connect(self._announce)

    def _announce(self, position: int, removed: int, added: int) -> None:
        self._announced = (position, removed, added)

    def documentChanged(self, position: int, removed: int, added: int) -> None:
        announced, self._announced = self._announced, None
        super().documentChanged(*(announced or (position, removed, added)))


def laid_out(document: QTextDocument) -> QTextDocument:
    """Give `document`, which is empty, that layout."""
    document.setDocumentLayout(Layout(document))
    return document
