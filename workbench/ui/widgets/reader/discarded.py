"""Frees long documents in slices.

Invariant: no slice blocks the UI thread; freeing a document of 100,000 lines at once takes a tenth of a second.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QTextCursor, QTextDocument

from workbench.ui.widgets.idle_queue import IdleQueue

MANY = 2_000
"""Paragraphs that can be freed at once."""


class DiscardedParts(QObject):
    """Owns a document that is no longer shown, and deletes itself with it."""

    def __init__(self, document: QTextDocument) -> None:
        turns = IdleQueue.of_application()
        super().__init__(turns)
        self._document = document
        document.setParent(self)
        turns.ask(self, self._free)

    def _free(self) -> bool:
        count = self._document.blockCount()
        if count <= MANY:
            self.deleteLater()
            return False
        cursor = QTextCursor(self._document.findBlockByNumber(count - MANY))
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        return True
