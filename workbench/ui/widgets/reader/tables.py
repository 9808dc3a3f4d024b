"""A table of Markdown in a document.

Invariant: a row that comes or changes costs a few rows and no more. A document lays out a whole table for each of its
letters, so a long one stands there as several of a few rows each, without a gap. Their columns are as wide as the first
rows want them: what follows moves no column.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextLength,
    QTextTable,
    QTextTableFormat,
)
from shiboken6 import isValid

from workbench.ui.widgets.reader.parts import Row, Run

PADDING = 4
_CELLS = 48
_CHARACTERS = 2_000
"""What one table of the document holds at most."""
_MEASURED = 24
_MEASURED_CELLS = 96
"""Rows and cells that say how wide the columns are."""
_STEP = 8
"""Widths are multiples of this, so that a column moves seldom while its first rows arrive."""
_EDGES = 4
"""What its edges add to the width of a table, and how far the next one reaches over it to have an edge in common."""
_NARROWEST = 2 * PADDING + 12
# Without one a text stands where its script begins.
_SIDES = {
    "left": Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute,
    "right": Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute,
    "center": Qt.AlignmentFlag.AlignHCenter,
}


@dataclass(frozen=True, slots=True)
class Look:
    """The formats that a table is written in: of words, and of the table around them; `sides` are those of a Part."""

    words: Callable[[Run], QTextCharFormat]
    frame: QTextTableFormat
    sides: Sequence[str] = ()


@dataclass(slots=True)
class _Piece:
    table: QTextTable
    start: int
    size: int = 0


class Table:
    """The rows of the table at the end of a document; `room` px are free for it."""

    def __init__(self, look: Look, columns: int, room: float) -> None:
        self._look, self._columns, self._room = look, max(1, columns), room
        self._pieces: list[_Piece] = []
        self._measured = max(2, min(_MEASURED, _MEASURED_CELLS // self._columns))
        self._measures: list[tuple[list[float], list[float]]] = []
        self._widths: list[float] = []
        self._rows = 0
        self._last: Row = ()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self._rows

    def position(self, row: int) -> int:
        """Return where in the document a row begins."""
        piece = self._piece(row)
        return piece.table.cellAt(row - piece.start, 0).firstCursorPosition().position()

    def put(self, cursor: QTextCursor, start: int, rows: Sequence[Row]) -> int:
        """Let the rows from `start` on be these; return the position behind which something changed.

        `cursor` is at the end of the document, and is so after it.
        """
        self.cut(cursor, start + len(rows))
        widths = self._widths
        self._measure(start, rows)
        for number, row in enumerate(rows, start):
            if number < self._rows:
                self._write(number, row, self._last if number == self._rows - 1 else ())
            else:
                self._add(cursor, row)
                self._write(number, row, ())
            self._last = row
        cursor.movePosition(QTextCursor.MoveOperation.End)
        return self.position(start if widths == self._widths and start < self._rows else 0)

    def cut(self, cursor: QTextCursor, rows: int) -> None:
        """Keep the first `rows` rows, at least one."""
        if rows >= self._rows:
            return
        while self._pieces[-1].start >= rows:
            gone = self._pieces.pop()
            cursor.setPosition(gone.table.firstCursorPosition().position() - 1)
            cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
        piece = self._pieces[-1]
        if (left := rows - piece.start) < piece.table.rows():
            piece.table.removeRows(left, piece.table.rows() - left)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self._rows, self._last = rows, ()
        del self._measures[rows:]

    def fit(self, room: float) -> list[Callable[[], None]]:
        """Take the widths that columns have when `room` px are free; return what is to be done, a few rows each."""
        self._room = room
        natural, least = (
            [max(column) for column in zip(*rows, strict=True)] for rows in zip(*self._measures, strict=True)
        )
        widths = shared(natural, least, room - self._look.frame.leftMargin() - _EDGES)
        if widths == self._widths:
            return []
        self._widths = widths
        return [partial(self._form, piece) for piece in self._pieces]

    def _form(self, piece: _Piece) -> None:
        if isValid(piece.table):
            piece.table.setFormat(self._frame(is_first=piece.start == 0))

    def _frame(self, *, is_first: bool) -> QTextTableFormat:
        form = QTextTableFormat(self._look.frame)
        if not is_first:
            form.setTopMargin(-_EDGES)
        form.setColumnWidthConstraints([QTextLength(QTextLength.Type.FixedLength, width) for width in self._widths])
        return form

    def _measure(self, start: int, rows: Sequence[Row]) -> None:
        for number, row in enumerate(rows[: max(0, self._measured - start)], start):
            wide, words = [0.0] * self._columns, [0.0] * self._columns
            for column, cell in enumerate(row[: self._columns]):
                for run in cell:
                    metrics = QFontMetricsF(self._format(run, number).font())
                    wide[column] += metrics.horizontalAdvance(run.text)
                    longest = max(run.text.split(), key=len, default="")
                    words[column] = max(words[column], metrics.horizontalAdvance(longest))
            self._measures[number : number + 1] = [([*map(_stepped, wide)], [*map(_stepped, words)])]
        for form in self.fit(self._room) if start < self._measured else ():
            form()

    def _format(self, run: Run, row: int) -> QTextCharFormat:
        return self._look.words(replace(run, bold=True) if row == 0 and not run.bold else run)

    def _add(self, cursor: QTextCursor, row: Row) -> None:
        size = sum(len(run.text) for cell in row for run in cell)
        piece = self._pieces[-1] if self._pieces else None
        inside = self._rows - piece.start if piece is not None else 0
        if piece is None or (inside + 1) * self._columns > _CELLS or piece.size + size > _CHARACTERS:
            made = cursor.insertTable(1, self._columns, self._frame(is_first=piece is None))
            piece = _Piece(made, self._rows)
            self._pieces.append(piece)
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.setBlockFormat(thin())
        else:
            piece.table.appendRows(1)
            cursor.movePosition(QTextCursor.MoveOperation.End)
        piece.size += size
        self._rows += 1

    def _piece(self, row: int) -> _Piece:
        return next(piece for piece in reversed(self._pieces) if piece.start <= row)

    def _write(self, number: int, row: Row, before: Row) -> None:
        """Write a row that held `before`, () when that is not known."""
        piece = self._piece(number)
        for column, cell in enumerate(row[: self._columns]):
            if before[column : column + 1] == (cell,):
                continue
            place = piece.table.cellAt(number - piece.start, column)
            at = place.firstCursorPosition()
            if not before and (side := _SIDES.get("".join(self._look.sides[column : column + 1]))) is not None:
                form = at.blockFormat()
                form.setAlignment(side)
                at.setBlockFormat(form)
            at.setPosition(place.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
            at.removeSelectedText()
            for run in cell:
                at.insertText(run.text, self._format(run, number))


def thin() -> QTextBlockFormat:
    """Return the format of the empty blocks that a document has before and behind a table."""
    form = QTextBlockFormat()
    form.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    form.setAlignment(Qt.AlignmentFlag.AlignLeft)
    return form


def shared(natural: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """Return widths of columns that take up to `room` px together, or more when that is too little for anything.

    Each gets what it needs for its longest word before any gets more, and none more than all of its text in one line.
    """
    widths = [float(_NARROWEST)] * len(natural)
    for wanted in (least, natural):
        _pour(widths, wanted, room - sum(widths))
    return [math.floor(width) for width in widths]


def _pour(widths: list[float], wanted: Sequence[float], amount: float) -> None:
    """Widen columns by the same, up to what each wants, by `amount` in all."""
    thirsty = [column for column, width in enumerate(widths) if width < wanted[column]]
    while thirsty and amount >= 1:
        share = min(amount / len(thirsty), *(wanted[column] - widths[column] for column in thirsty))
        for column in thirsty:
            widths[column] += share
        amount -= share * len(thirsty)
        thirsty = [column for column in thirsty if wanted[column] - widths[column] > 1e-6]


def _stepped(width: float) -> float:
    return max(_NARROWEST, _STEP * math.ceil((width + 2 * PADDING + 1) / _STEP))
