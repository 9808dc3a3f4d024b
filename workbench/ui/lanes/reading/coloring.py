"""Colours long code that is written already, a few ms at a time.

Invariant: only formats change, never the text; a place that has been written anew is not touched any more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QElapsedTimer
from PySide6.QtGui import QTextCharFormat, QTextCursor

from workbench.ui.editor.exact import units
from workbench.ui.lanes.reading.code import tokens

AT_ONCE = 1_500
"""Characters of code that are coloured as they are written."""
_SLICE_MS = 8


@dataclass(slots=True)
class _Code:
    """`start` moves with the text before it; `pieces` has not been asked for what is at `offset` (UTF-16 units)."""

    start: QTextCursor
    pieces: Iterator[tuple[str, str]]
    offset: int = 0


class Coloring:
    """The code of one document that still wants colours."""

    def __init__(self, ink: Callable[[str], QTextCharFormat]) -> None:
        """`ink` returns the format of a token of the theme."""
        self._ink = ink
        self._waiting: deque[_Code] = deque()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, cursor: QTextCursor, text: str, language: str) -> None:
        """Colour `text`, which begins at `cursor`, in the next slices."""
        start = QTextCursor(cursor)
        start.setKeepPositionOnInsert(True)
        self._waiting.append(_Code(start, tokens(text, language)))

    def step(self) -> None:
        """Work for a few ms."""
        took = QElapsedTimer()
        took.start()
        cursor = QTextCursor(self._waiting[0].start)
        cursor.beginEditBlock()
        while self._waiting and took.elapsed() < _SLICE_MS:
            code = self._waiting[0]
            piece = next(code.pieces, None)
            if piece is None:
                self._waiting.popleft()
                continue
            value, color = piece
            size = units(value)
            if color != "text":
                cursor.setPosition(code.start.position() + code.offset)
                cursor.setPosition(cursor.position() + size, QTextCursor.MoveMode.KeepAnchor)
                cursor.setCharFormat(self._ink(color))
            code.offset += size
        cursor.endEditBlock()

    def clear(self) -> None:
        """Forget everything: the document is written anew."""
        self._waiting.clear()
