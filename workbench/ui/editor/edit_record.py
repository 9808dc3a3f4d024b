"""A copy of a document's text, which can be queried without reading the document.

Invariant: after every `follow` it equals the document's text with its soft breaks; the public text and positions
exclude them. A long text inserted in chunks is recorded from the start, with its final positions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QTextCursor, QTextDocument

from workbench.ui.editor import paragraphs
from workbench.ui.editor.long_lines import SOFT, LongLineBreaks, without_breaks
from workbench.ui.editor.text_mirror import TextChange, TextMirror, smallest

if TYPE_CHECKING:
    from workbench.ui.editor.chunked_insert import ChunkedInsert


class EditRecord:
    """The mirror of one document, and the soft breaks in it."""

    def __init__(self, document: QTextDocument) -> None:
        self._document = document
        self._mirror = TextMirror()
        self._breaks = LongLineBreaks()
        self._is_parting = self._is_settling = self._is_inserting = False
        self._pending: ChunkedInsert | None = None

    def __len__(self) -> int:
        """Return the length of the text in UTF-16 units, known without reading it."""
        return len(self._mirror) - len(self._breaks)

    @property
    def is_broken(self) -> bool:
        """Whether there is a soft break."""
        return len(self._breaks) > 0

    @property
    def is_incomplete(self) -> bool:
        """Whether chunks are still to be inserted into the document."""
        return self._pending is not None

    def text(self) -> str:
        """Return the text as the document holds it; O(n)."""
        return without_breaks(self._mirror.text())

    def around(self, position: int, reach: int) -> tuple[str, str]:
        """Return the text before and after a position, up to `reach` UTF-16 units each."""
        first, here = self._breaks.raw(max(0, position - reach)), self._breaks.raw(position)
        last = min(self._breaks.raw(position + reach), len(self._mirror))
        before, behind = self._mirror.part(first, here), self._mirror.part(here, last)
        return without_breaks(before), without_breaks(behind)

    def selected(self, cursor: QTextCursor) -> str:
        """Return the selected text, as the document holds it."""
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        return without_breaks(self._mirror.part(start + self._lacking(start), end + self._lacking(end)))

    def plain(self, position: int) -> int:
        """Return the text position of a document position."""
        return self._breaks.plain(position + self._lacking(position))

    def select(self, position: int, length: int) -> QTextCursor:
        """Return a cursor that selects a part of the text. The document must be complete."""
        cursor = QTextCursor(self._document)
        start = self._breaks.raw(position, behind=True)
        cursor.setPosition(start)
        end = self._breaks.raw(position + length) if length else start
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def follow(self, position: int, removed: int, added: int) -> TextChange | None:
        """Record a `contentsChange` of the document; return the edit of the text, None for none.

        Some reports by Qt include the end of the last paragraph, which is not part of the text.
        """
        if self._is_inserting:
            return None
        size = self._document.characterCount() - 1
        added, removed = min(added, size - position), min(removed, len(self._mirror) - position)
        if len(self._mirror) - removed + added != size:
            position, removed, added = 0, len(self._mirror), size
        may_break = self._is_parting or self.is_broken
        raw = paragraphs.raw_text(self._document, position, added, may_break=may_break)
        return self._splice(position, removed, raw, may_break=may_break)

    def insert(self, cursor: QTextCursor, raw: str) -> None:
        """Replace the selection by raw text."""
        self._is_parting = SOFT in raw
        try:
            paragraphs.insert(cursor, raw)
        finally:
            self._is_parting = False

    def insert_chunked(self, cursor: QTextCursor, raw: str) -> TextChange | None:
        """Begin to replace the selection by long raw text; return the edit of the text.

        `insert_more` inserts it into the document, which must not be changed otherwise until it is complete.
        """
        from workbench.ui.editor.chunked_insert import ChunkedInsert

        start, end = cursor.selectionStart(), cursor.selectionEnd()
        self._pending = ChunkedInsert(QTextCursor(cursor), raw)
        return self._splice(start, end - start, raw, may_break=SOFT in raw or self.is_broken)

    def insert_more(self, *, whole: bool) -> bool:
        """Insert more chunks into the document, or all remaining ones; return whether it is complete."""
        if self._pending is not None:
            self._is_inserting = True
            try:
                self._pending.insert_more(whole=whole)
            finally:
                self._is_inserting = False
            if not self._pending.rest:
                self._pending = None
        return self._pending is None

    def drop_chunks(self) -> None:
        """Drop the remaining chunks, before the text of the document is replaced."""
        self._pending = None

    def _splice(self, position: int, removed: int, raw: str, *, may_break: bool) -> TextChange | None:
        edit = self._mirror.splice(position, removed, raw)
        if edit is None or not may_break:
            return edit
        return smallest(*self._breaks.splice(edit.position, edit.removed, edit.inserted))

    def _lacking(self, position: int) -> int:
        """Return the length of the missing chunks before a position of the document, in UTF-16 units."""
        pending = self._pending
        return pending.rest if pending is not None and position >= pending.position else 0

    def settle(self, cursor: QTextCursor) -> None:
        """Insert or remove soft breaks around `cursor` after an edit by Qt."""
        if self._is_settling or self._pending is not None:
            return
        self._is_settling = self._is_parting = True
        try:
            while paragraphs.settle(cursor.block()):
                pass
        finally:
            self._is_settling = self._is_parting = False
