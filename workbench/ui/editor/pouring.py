"""Inserts a long text into a document in chunks, so that the UI thread never blocks for long.

Invariant: chunks are inserted in order, and `go_on(whole=True)` inserts all that are left.
"""

from __future__ import annotations

import time
from collections import deque
from typing import Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from workbench.ui.editor import paragraphs
from workbench.ui.editor.breaks import SOFT
from workbench.ui.editor.exact import units

_PIECE = 60_000
_FOR_S = 0.006


class Pouring:
    """Replaces the selection of `cursor` by `raw`, chunk by chunk. Takes ownership of the cursor."""

    def __init__(self, cursor: QTextCursor, raw: str) -> None:
        self._cursor = cursor
        self._pieces = deque(_parted(raw))
        self._rest = sum(map(units, self._pieces))

    @property
    def rest(self) -> int:
        """The length of what is left to insert, in UTF-16 units."""
        return self._rest

    @property
    def position(self) -> int:
        """The position in the document at which the next chunk is inserted."""
        return self._cursor.position()

    def go_on(self, *, whole: bool) -> None:
        """Insert chunks for a few ms, or all that are left."""
        until = time.perf_counter() + _FOR_S
        self._cursor.beginEditBlock()
        try:
            while self._pieces:
                piece = self._pieces.popleft()
                self._rest -= units(piece)
                paragraphs.insert(self._cursor, piece)
                if not whole and time.perf_counter() >= until:
                    break
        finally:
            self._cursor.endEditBlock()


class Poured(Protocol):
    """A text that is known from the start and inserted into its document in chunks."""

    @property
    def is_poured(self) -> bool:
        """Whether the document lacks a part of the text."""
        ...

    def go_on(self, *, whole: bool) -> bool:
        """Insert more of the text, or all that is left; return whether the document is complete."""
        ...


class Pourer(QObject):
    """Inserts the chunks of a field's text from a timer; the field emits signals for the first and the last one."""

    def __init__(self, field: QPlainTextEdit, text: Poured) -> None:
        super().__init__(field)
        self._field, self._text = field, text
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self.go_on(whole=False))

    def begin(self) -> None:
        """Insert the first chunks and start the timer."""
        self._text.go_on(whole=False)
        self._timer.start()

    def go_on(self, *, whole: bool) -> None:
        """Insert more chunks, or all that are left."""
        field = self._field
        if not self._text.is_poured:
            return
        blocked = field.blockSignals(True)
        try:
            is_whole = self._text.go_on(whole=whole)
        finally:
            field.blockSignals(blocked)
        if is_whole:
            self._timer.stop()
            field.textChanged.emit()
            field.cursorPositionChanged.emit()
            field.ensureCursorVisible()
        else:
            self._timer.start()


def _parted(raw: str) -> list[str]:
    """Split raw text into chunks that end with a paragraph where possible."""
    pieces, start = [], 0
    while len(raw) - start > _PIECE:
        stop = start + _PIECE
        cut = max(raw.rfind("\n", start, stop), raw.rfind(SOFT, start, stop)) + 1
        pieces.append(raw[start : cut if cut > start else stop])
        start += len(pieces[-1])
    return [*pieces, raw[start:]]
