"""Colours long code after it was written, a few ms at a time.

Invariant: only formats change, never the text; code is forgotten before it is rewritten.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QElapsedTimer
from PySide6.QtGui import QTextCharFormat, QTextCursor

from workbench.ui.editor.exact_text import units
from workbench.ui.widgets.reader.code import tokens

AT_ONCE = 1_500
"""Characters of code up to which it is coloured immediately."""
_SLICE_MS = 8


@dataclass(slots=True)
class _Code:
    """`start` moves with edits before it; the next of `pieces` begins at `offset` (UTF-16 units) after it."""

    start: QTextCursor
    pieces: Iterator[tuple[str, str]]
    offset: int = 0


class CodeColoring:
    """Queue of the code in one document that is not coloured yet."""

    def __init__(self, ink: Callable[[str], QTextCharFormat]) -> None:
        """`ink` returns the format of a colour token of the theme."""
        self._ink = ink
        self._waiting: deque[_Code] = deque()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, cursor: QTextCursor, text: str, language: str) -> None:
        """Colour `text`, which begins at `cursor`: short code immediately, long code in later slices."""
        start = QTextCursor(cursor)
        start.setKeepPositionOnInsert(True)
        code = _Code(start, tokens(text, language))
        if len(text) > AT_ONCE:
            self._waiting.append(code)
        else:
            self._color(code, lambda: False)

    def step(self) -> None:
        """Colour for a few ms."""
        took = QElapsedTimer()
        took.start()
        if self._color(self._waiting[0], lambda: took.elapsed() >= _SLICE_MS):
            self._waiting.popleft()

    def forget(self, position: int) -> None:
        """Drop queued code from a document position on, because it is rewritten."""
        self._waiting = deque(code for code in self._waiting if code.start.position() < position)

    def _color(self, code: _Code, is_over: Callable[[], bool]) -> bool:
        """Continue one code block until `is_over`; return whether all of it is coloured."""
        cursor = QTextCursor(code.start)
        cursor.beginEditBlock()
        for value, color in code.pieces:
            size = units(value)
            if color != "text":
                cursor.setPosition(code.start.position() + code.offset)
                cursor.setPosition(cursor.position() + size, QTextCursor.MoveMode.KeepAnchor)
                cursor.setCharFormat(self._ink(color))
            code.offset += size
            if is_over():
                break
        else:
            cursor.endEditBlock()
            return True
        cursor.endEditBlock()
        return False
