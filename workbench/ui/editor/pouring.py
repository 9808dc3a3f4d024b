"""A long text that is put into a document a piece at a time, so that the window never waits for it.

Invariant: the text stands in the document in order; what of it is still to come stands behind the cursor as soon as
somebody needs it there.
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
    """Replaces the selection of `cursor` by `raw`, piece by piece. The cursor belongs to it."""

    def __init__(self, cursor: QTextCursor, raw: str) -> None:
        self._cursor = cursor
        self._pieces = deque(_parted(raw))
        self._rest = sum(map(units, self._pieces))

    @property
    def rest(self) -> int:
        """What is still to come, in UTF-16 units."""
        return self._rest

    @property
    def position(self) -> int:
        """Where it will stand in the document."""
        return self._cursor.position()

    def go_on(self, *, whole: bool) -> None:
        """Put the next pieces in, as many as a few ms have time for, or all of them."""
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
    """A text that is known from the start and comes into its document in pieces."""

    @property
    def is_poured(self) -> bool:
        """Whether the document lacks a part of the text."""
        ...

    def go_on(self, *, whole: bool) -> bool:
        """Put more of the text into the document, or all of it; return whether all is there."""
        ...


class Pourer(QObject):
    """Shows what is poured into a field; the field's signals tell of the beginning and of the end."""

    def __init__(self, field: QPlainTextEdit, text: Poured) -> None:
        super().__init__(field)
        self._field, self._text = field, text
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self.go_on(whole=False))

    def begin(self) -> None:
        """Show the first pieces."""
        self._text.go_on(whole=False)
        self._timer.start()

    def go_on(self, *, whole: bool) -> None:
        """Show the next pieces, or all that lacks."""
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
    """Return raw text in pieces that end where a paragraph ends, wherever that is possible."""
    pieces, start = [], 0
    while len(raw) - start > _PIECE:
        stop = start + _PIECE
        cut = max(raw.rfind("\n", start, stop), raw.rfind(SOFT, start, stop)) + 1
        pieces.append(raw[start : cut if cut > start else stop])
        start += len(pieces[-1])
    return [*pieces, raw[start:]]
