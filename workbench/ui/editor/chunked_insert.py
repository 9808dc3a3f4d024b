"""Inserts a long text into a document in chunks, so that the UI thread is not blocked.

Invariant: chunks are inserted in order, and `insert_more(whole=True)` inserts all remaining ones.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from workbench.ui.editor import paragraphs
from workbench.ui.editor.exact_text import units
from workbench.ui.editor.long_lines import SOFT

_CHUNK = 60_000
"""Characters of a chunk."""
_FOR_S = 0.006
"""Seconds of inserting before other events are processed."""


class ChunkedInsert:
    """Replaces the selection of `cursor` by `raw`, chunk by chunk. Takes ownership of the cursor."""

    def __init__(self, cursor: QTextCursor, raw: str) -> None:
        self._cursor = cursor
        self._chunks = deque(_chunks_of(raw))
        self._rest = sum(map(units, self._chunks))

    @property
    def rest(self) -> int:
        """The length of the remaining chunks, in UTF-16 units."""
        return self._rest

    @property
    def position(self) -> int:
        """The document position at which the next chunk is inserted."""
        return self._cursor.position()

    def insert_more(self, *, whole: bool) -> None:
        """Insert chunks for a few ms, or all remaining ones."""
        until = time.perf_counter() + _FOR_S
        self._cursor.beginEditBlock()
        try:
            while self._chunks:
                chunk = self._chunks.popleft()
                self._rest -= units(chunk)
                paragraphs.insert(self._cursor, chunk)
                if not whole and time.perf_counter() >= until:
                    break
        finally:
            self._cursor.endEditBlock()


class ChunkedText(Protocol):
    """A text that is known from the start and inserted into its document in chunks."""

    @property
    def is_incomplete(self) -> bool:
        """Whether the document lacks a part of the text."""
        ...

    def insert_more(self, *, whole: bool) -> bool:
        """Insert more of the text, or all of the rest; return whether the document is complete."""
        ...


class ChunkScheduler(QObject):
    """Inserts the chunks of a field's text on a timer; the field emits signals for the first and last chunk only."""

    def __init__(self, field: QPlainTextEdit, text: ChunkedText) -> None:
        super().__init__(field)
        self._field, self._text = field, text
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self.insert_more(whole=False))

    def begin(self) -> None:
        """Insert the first chunks and start the timer."""
        self._text.insert_more(whole=False)
        self._timer.start()

    def insert_more(self, *, whole: bool) -> None:
        """Insert more chunks, or all remaining ones."""
        field = self._field
        if not self._text.is_incomplete:
            return
        blocked = field.blockSignals(True)
        try:
            is_whole = self._text.insert_more(whole=whole)
        finally:
            field.blockSignals(blocked)
        if is_whole:
            self._timer.stop()
            field.textChanged.emit()
            field.cursorPositionChanged.emit()
            field.ensureCursorVisible()
        else:
            self._timer.start()


def _chunks_of(raw: str) -> list[str]:
    """Split raw text into chunks that end with a paragraph where possible."""
    chunks, start = [], 0
    while len(raw) - start > _CHUNK:
        stop = start + _CHUNK
        cut = max(raw.rfind("\n", start, stop), raw.rfind(SOFT, start, stop)) + 1
        chunks.append(raw[start : cut if cut > start else stop])
        start += len(chunks[-1])
    return [*chunks, raw[start:]]
