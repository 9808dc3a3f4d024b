"""Table model of the displayed grid: cases, versions, models and samples where a person wants them.

Invariant: the model has no rows of its own. Each place is computed from the stored rows by a `GridShape`, so it may be
of any size, and what a cell says does not depend on where it stands. A shape that needs other stored rows is applied
together with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from workbench.app.testing.grid_model import CASE, FIRST, SuiteGridModel, case_title, tip
from workbench.app.testing.pivot_words import WAITING, PivotWords
from workbench.app.testing.words import ColumnHead
from workbench.core.testing.grid import GridRow
from workbench.core.testing.grid_layout import GridLayout
from workbench.core.testing.grid_shape import CellPlace, ColumnKey, GridShape, grid_shape

Index = QModelIndex | QPersistentModelIndex


class GridPivotModel(QAbstractTableModel):
    """The stored `rows` as they are displayed. Behind two columns of labels stand those of cells, counted from 0."""

    arranged = Signal()
    """Another shape was applied."""
    reshaped = Signal()
    """Another shape is wanted, which may need other rows."""

    def __init__(self, rows: SuiteGridModel) -> None:
        super().__init__(rows)
        self.rows = rows
        self.wanted = self.shape = grid_shape(GridLayout(), (), 1)
        """The shape that was asked for, and the displayed one."""
        self.words = PivotWords(self.shape, ())
        self.cases = 0
        """The cases in reach, in the order of the query."""
        self._shown_position = -1
        rows.modelAboutToBeReset.connect(self._begin_rows)
        rows.modelReset.connect(self._end_rows)
        rows.rowsInserted.connect(self._take_rows)
        rows.rows_read.connect(self.read_ahead)
        rows.dataChanged.connect(self._tell_changes)
        rows.headerDataChanged.connect(lambda *_: self._take_heads())

    # Shape.

    @property
    def layout(self) -> GridLayout:
        """The layout that was asked for."""
        return self.wanted.layout

    def arrange(self, layout: GridLayout, current: CellPlace | None = None) -> None:
        """Put cases, versions, models and samples elsewhere; splits show the values of the current cell."""
        shape = grid_shape(layout, self.wanted.columns_of_run, self.wanted.samples, self.wanted.shown)
        self.want(shape if current is None else shape.showing_cell(current))

    def reveal(self, cell: CellPlace) -> None:
        """Show the values of the splits that a cell has."""
        if self.place(cell) is None:
            self.want(self.wanted.showing_cell(cell))

    def want(self, shape: GridShape) -> None:
        """Display another shape: at once, or with the rows that it needs, which `reshaped` asks for."""
        if shape != self.wanted:
            self._set_shape(shape)
            self.reshaped.emit()

    def set_columns(self, columns: Sequence[ColumnKey], samples: int) -> None:
        """Display other columns of the run, or another run, in the same layout."""
        self._set_shape(grid_shape(self.layout, columns, samples, self.wanted.shown))

    def begin(self, columns: Sequence[ColumnKey], samples: int = 1) -> None:
        """Display columns in the layout that the grid begins with."""
        self._set_shape(grid_shape(GridLayout(), columns, samples))

    def _set_shape(self, shape: GridShape) -> None:
        self.wanted = shape
        if shape != self.shape and shape.by_sample == self.rows.is_by_sample:
            self.beginResetModel()
            self._apply()
            self.endResetModel()
            self.arranged.emit()
            self.read_ahead()

    def _apply(self) -> None:
        self.shape = self.wanted
        self.words = PivotWords(self.shape, self.rows.heads)
        self.cases = self.rows.rowCount() // self.shape.rows_per_case

    def _take_heads(self) -> None:
        self.words = PivotWords(self.shape, self.rows.heads)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, FIRST, max(FIRST, self.columnCount() - 1))

    # Stored rows.

    def _begin_rows(self) -> None:
        self.beginResetModel()
        row = self.rows.peek(self.shape.stored_row(self.wanted.shown.case, None))
        self._shown_position = -1 if row is None else row.position

    def _end_rows(self) -> None:
        before = self.shape
        if self.wanted.by_sample == self.rows.is_by_sample:
            if self.wanted.layout.case == "split":
                # The same case, if it is still there.
                at = max(0, self.rows.position_of(self._shown_position))
                self.wanted = self.wanted.showing("case", at // self.wanted.rows_per_case)
            self._apply()
        else:
            self.cases = self.rows.rowCount() // self.shape.rows_per_case
        self.endResetModel()
        if self.shape != before:
            self.arranged.emit()
        self.read_ahead()

    def _take_rows(self) -> None:
        cases = self.rows.rowCount() // self.shape.rows_per_case
        if cases == self.cases:
            return
        place, shape = self.shape.layout.case, self.shape
        if place == "rows":
            self.beginInsertRows(QModelIndex(), shape.row_count(self.cases), shape.row_count(cases) - 1)
            self.cases = cases
            self.endInsertRows()
        elif place == "columns":
            first = FIRST + shape.column_count(self.cases)
            self.beginInsertColumns(QModelIndex(), first, FIRST + shape.column_count(cases) - 1)
            self.cases = cases
            self.endInsertColumns()
        else:
            self.cases = cases
            self.arranged.emit()

    def _tell_changes(self, first: QModelIndex, last: QModelIndex, roles: list[int]) -> None:
        rows, columns = self.rowCount(), self.columnCount()
        if not rows or columns <= FIRST:
            return
        cases = (first.row() // self.shape.rows_per_case, last.row() // self.shape.rows_per_case)
        top, bottom, left, right = 0, rows - 1, 0, columns - 1
        if self.shape.layout.case == "rows":
            top = cases[0] * self.shape.rows.lines
            bottom = min(bottom, (cases[1] + 1) * self.shape.rows.lines - 1)
            if self.shape.layout.is_default:
                left, right = first.column(), min(right, last.column())
        elif self.shape.layout.case == "columns":
            left = FIRST + cases[0] * self.shape.columns.lines
            right = min(right, FIRST + (cases[1] + 1) * self.shape.columns.lines - 1)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, left, right)
        elif not cases[0] <= self.shape.shown.case <= cases[1]:
            return
        self.dataChanged.emit(self.index(top, left), self.index(bottom, right), roles)

    def read_ahead(self) -> None:
        """Read more cases if the shown one is among the last in memory."""
        if self.shape.layout.case == "split" and self.shape.shown.case >= self.cases - 2:
            self.rows.fetchMore(QModelIndex())

    # Places.

    def at(self, row: int, column: int) -> CellPlace | None:
        """Return the cell of a place; None for a version that was not run with a model."""
        if not 0 <= row < self.rowCount() or not 0 <= column < self.columnCount() - FIRST:
            return None
        return self.shape.cell(row, column)

    def row_at(self, cell: CellPlace) -> GridRow | None:
        """Return the stored row of a cell, None while it is read."""
        return self.rows.row(self.shape.stored_row(cell.case, cell.sample))

    def place(self, cell: CellPlace) -> tuple[int, int] | None:
        """Return row and column of a cell, None if it is not displayed."""
        place = self.shape.place(cell)
        return place if place is not None and self.at(*place) is not None else None

    def find(self, position: int, column: int, sample: int | None) -> CellPlace | None:
        """Return the cell of a case by its position in the run, None if it is not in memory."""
        if not self.shape.by_sample:
            sample = None
        at = self.rows.position_of(position, sample)
        return None if at < 0 else CellPlace(at // self.shape.rows_per_case, column, sample)

    def _case_row(self, row: int, column: int) -> GridRow | None:
        """Return the stored row of the case of a place."""
        _, _, sample = self.shape.rows.split(row)
        return self.rows.row(self.shape.stored_row(self.shape.case_at(row, column), sample))

    def case_name(self, case: int) -> str:
        """Return the name of a case by its place in the query."""
        row = self.rows.row(self.shape.stored_row(case, None))
        return WAITING if row is None else case_title(row)

    def label(self, row: int) -> str:
        """Return the label of a row."""
        return self.words.label(row, self._labelled(row))

    def note(self, row: int) -> str:
        """Return what stands behind the label of a row."""
        return self.words.note(row, self._labelled(row))

    def head(self, column: int) -> ColumnHead:
        """Return the head of a column of cells."""
        has_case = self.shape.layout.case == "columns"
        return self.words.head(column, self._case_row(0, column) if has_case else None)

    def _labelled(self, row: int) -> GridRow | None:
        return self._case_row(row, 0) if self.shape.layout.case == "rows" else None

    # Overrides of QAbstractTableModel.

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else self.shape.row_count(self.cases)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else FIRST + self.shape.column_count(self.cases)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if section >= FIRST:
            if section >= self.columnCount():
                return None
            head = self.head(section - FIRST)
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return head.words.replace("\n", ", ")
            if role == Qt.ItemDataRole.ToolTipRole:
                return tip(head.words)
            return head.title if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.words.corner if section == CASE else self.words.corner_note
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        if column < FIRST:
            return self._label_data(row, column, role)
        cell = self.at(row, column - FIRST)
        if cell is None:
            return None
        stored = self.rows.index(self.shape.stored_row(cell.case, cell.sample), FIRST + cell.column)
        return self.rows.data(stored, role)

    def _label_data(self, row: int, column: int, role: int) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.label(row) if column == CASE else self.note(row)
        if self.shape.layout.case == "rows":
            _, _, sample = self.shape.rows.split(row)
            stored = self.shape.stored_row(self.shape.case_at(row, 0), sample)
            return self.rows.data(self.rows.index(stored, column), role)
        return tip(self.words.row_tip(row)) if role == Qt.ItemDataRole.ToolTipRole else None

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self.rows.canFetchMore(QModelIndex())

    def fetchMore(self, parent: Index) -> None:
        if not parent.isValid():
            self.rows.fetchMore(QModelIndex())
