"""Search for the next cell of a kind in the grid, reading rows as needed.

Invariant: one search goes on at a time; a new one, or other rows, end it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, Signal

from workbench.app.testing.grid_model import SuiteGridModel
from workbench.core.testing.grid import GridRow

Matches = Callable[[GridRow, int], bool]
"""Whether the cell of a row in a column of answers, from 0, is looked for."""


class CellSearch(QObject):
    """Looks row by row, and in each row from shown column to column."""

    found = Signal(int, int)
    """The row and the column of answers, from 0."""
    not_found = Signal()

    def __init__(self, model: SuiteGridModel) -> None:
        super().__init__(model)
        self._model = model
        self._seeking: tuple[int, int, int, Matches] | None = None
        model.rows_read.connect(self._go_on)
        model.modelReset.connect(self.stop)
        model.refused.connect(lambda _: self.stop())

    def seek(self, row: int, column: int, step: int, matches: Matches) -> None:
        """Look for the next matching cell after one (`step` 1), or the previous one (-1).

        With `row` -1 all rows are looked through. Emits `found` or `not_found`.
        """
        order = self._model.order
        self._seeking = (row, order.index(column) if column in order else 0, step, matches)
        self._go_on()

    def stop(self) -> None:
        """End the search."""
        self._seeking = None

    def _go_on(self) -> None:
        if self._seeking is None:
            return
        at, place, step, matches = self._seeking
        model, row, is_read = self._model, None, False
        order, count = model.order, model.rowCount()
        while True:
            place += step
            if at < 0 or not 0 <= place < len(order):
                at, place, is_read = at + step, 0 if step > 0 else len(order) - 1, False
            if at < 0 or (at >= count and model.is_complete):
                self._seeking = None
                self.not_found.emit()
                return
            if not is_read:
                # Where the search goes on once rows have been read.
                going_on = self._seeking = (at, place - step, step, matches)
                if at >= count:
                    model.fetchMore(QModelIndex())
                    return
                row, is_read = model.row(at), True
                if row is None or self._seeking is not going_on:
                    return
            column = order[place] if order else 0
            if row is not None and column < len(row.cells) and matches(row, column):
                self._seeking = None
                self.found.emit(at, column)
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
