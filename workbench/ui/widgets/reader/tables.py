"""A Markdown table in a document.

Invariant: a new or changed row costs a few rows and no more. A document lays out a whole table for each of its
characters, so a long one is split into several of a few rows each, without a gap. The first rows determine the column
widths; later rows move no column.
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

from workbench.ui.widgets.reader.parts import Row, TextRun

PADDING = 4
_CELLS = 48
_CHARACTERS = 2_000
"""Maximum cells and characters of one table of the document."""
_MEASURED = 24
_MEASURED_CELLS = 96
"""Rows and cells that determine the column widths."""
_STEP = 8
"""Widths are multiples of this, so that columns seldom move while the first rows arrive."""
_EDGES = 4
"""Pixels that its edges add to the width of a table, and by which the next one overlaps it to share an edge."""
_NARROWEST = 2 * PADDING + 12
# Without an alignment, text is aligned by the direction of its script.
_SIDES = {
    "left": Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute,
    "right": Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute,
    "center": Qt.AlignmentFlag.AlignHCenter,
}


@dataclass(frozen=True, slots=True)
class TableLook:
    """The formats of a table: of its words, and of its frame; `sides` as in `Part`."""

    words: Callable[[TextRun], QTextCharFormat]
    frame: QTextTableFormat
    sides: Sequence[str] = ()


@dataclass(slots=True)
class _Piece:
    table: QTextTable
    start: int
    size: int = 0


class ReadingTable:
    """The rows of the table at the end of a document; `room` is the available width in pixels."""

    def __init__(self, look: TableLook, columns: int, room: float) -> None:
        self._look, self._columns, self._room = look, max(1, columns), room
        self._pieces: list[_Piece] = []
        self._measured = max(2, min(_MEASURED, _MEASURED_CELLS // self._columns))
        self._measures: list[tuple[list[float], list[float]]] = []
        self._widths: list[float] = []
        self._rows = 0
        self._last: Row = ()

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self._rows

    def position(self, row: int) -> int:
        """Return the document position of a row."""
        piece = self._piece(row)
        return piece.table.cellAt(row - piece.start, 0).firstCursorPosition().position()

    def put(self, cursor: QTextCursor, start: int, rows: Sequence[Row]) -> int:
        """Replace the rows from `start` on; return the position after which something changed.

        `cursor` is at the end of the document, before and after.
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
        """Compute the column widths for `room` pixels; return callbacks that apply them, a few rows each."""
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

    def _format(self, run: TextRun, row: int) -> QTextCharFormat:
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
        """Write a row that contained `before`, () if unknown."""
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
    """Return the format of the empty blocks that a document has before and after a table."""
    form = QTextBlockFormat()
    form.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    form.setAlignment(Qt.AlignmentFlag.AlignLeft)
    return form


def shared(natural: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """Return column widths that take up to `room` px together, or more if that is less than the minimum widths.

    Each column gets the width of its longest word before any gets more, and none gets more than its text in one line.
    """
    widths = [float(_NARROWEST)] * len(natural)
    for wanted in (least, natural):
        _pour(widths, wanted, room - sum(widths))
    return [math.floor(width) for width in widths]


def _pour(widths: list[float], wanted: Sequence[float], amount: float) -> None:
    """Widen columns evenly, each up to its wanted width, by `amount` in all."""
    thirsty = [column for column, width in enumerate(widths) if width < wanted[column]]
    while thirsty and amount >= 1:
        share = min(amount / len(thirsty), *(wanted[column] - widths[column] for column in thirsty))
        for column in thirsty:
            widths[column] += share
        amount -= share * len(thirsty)
        thirsty = [column for column in thirsty if wanted[column] - widths[column] > 1e-6]


def _stepped(width: float) -> float:
    return max(_NARROWEST, _STEP * math.ceil((width + 2 * PADDING + 1) / _STEP))
