"""Search for the next cell of a kind in the displayed grid, reading rows as needed.

Invariant: one search goes on at a time; a new one, or other rows, end it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, Signal

from workbench.app.testing.pivot_model import GridPivotModel
from workbench.core.testing.grid import GridRow
from workbench.core.testing.grid_shape import CellPlace

Matches = Callable[[GridRow, int], bool]
"""Whether the cell of a row in a column of answers, from 0, is looked for."""


class CellSearch(QObject):
    """Looks case by case, and within a case in the order in which its cells are displayed."""

    found = Signal(object)
    """CellPlace"""
    not_found = Signal()

    def __init__(self, pivot: GridPivotModel) -> None:
        super().__init__(pivot)
        self._pivot, self._rows = pivot, pivot.rows
        self._seeking: tuple[int, int, int, Matches] | None = None
        self._rows.rows_read.connect(self._go_on)
        pivot.modelReset.connect(self.stop)
        self._rows.refused.connect(lambda _: self.stop())

    def seek(self, after: CellPlace | None, step: int, matches: Matches) -> None:
        """Look for the next matching cell after one (`step` 1), or the previous one (-1); from the top after None.

        Emits `found` or `not_found`.
        """
        place = None if after is None else self._pivot.place(after)
        at = (-1, 0) if place is None else self._pivot.shape.in_block(*place)
        self._seeking = (*at, step, matches)
        self._go_on()

    def stop(self) -> None:
        """End the search."""
        self._seeking = None

    def _go_on(self) -> None:
        if self._seeking is None:
            return
        case, number, step, matches = self._seeking
        shape, size, count = self._pivot.shape, self._pivot.shape.block_size, self._pivot.cases
        while True:
            number += step
            if case < 0 or not 0 <= number < size:
                case, number = case + step, 0 if step > 0 else size - 1
            if case < 0 or (case >= count and self._rows.is_complete):
                self._seeking = None
                self.not_found.emit()
                return
            # Where the search goes on once rows have been read.
            going_on = self._seeking = (case, number - step, step, matches)
            if case >= count:
                self._rows.fetchMore(QModelIndex())
                return
            place = shape.cell(*shape.of_block(case, number))
            if place is None:
                continue
            cell = place._replace(case=case)
            row = self._pivot.row_at(cell)
            if row is None or self._seeking is not going_on:
                return
            if cell.column < len(row.cells) and matches(row, cell.column):
                self._seeking = None
                self.found.emit(cell)
                return


def fails(row: GridRow, column: int) -> bool:
    """Whether a cell fails."""
    return row.cells[column].status == "fail"


def differs_from(baseline: int) -> Matches:
    """Return whether the answer of a cell is another one than that of the baseline column."""

    def differs(row: GridRow, column: int) -> bool:
        if column == baseline or baseline >= len(row.cells):
            return False
        mine, other = row.cells[column], row.cells[baseline]
        return bool(mine.text and other.text) and " ".join(mine.text.split()) != " ".join(other.text.split())

    return differs
