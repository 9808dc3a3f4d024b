"""The stored rows of a test run, as the displayed grid takes them.

Invariant: rows are in the order of the query, page behind page. The cursors of all pages are kept, but only pages near
the visible part are in memory; others are read again when scrolled to. Results that arrive while a run goes on change
cells in place: no row moves under the reader, and only `show` resets the model.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.app.testing.cell_words import STATUS_WORDS, cell_tip, cell_words
from workbench.app.testing.row_pages import RowPages
from workbench.app.testing.source import SuiteSource
from workbench.app.testing.words import ColumnHead
from workbench.core.testing.grid import GridCell, GridPage, GridQuery, GridRow
from workbench.core.visible_text import visible_name, visible_note
from workbench.host.clock import utc_now

Index = QModelIndex | QPersistentModelIndex
CASE, TAG, FIRST = range(3)
"""The column of the case's name, that of its tags, and the first one of answers."""
ROW, CELL = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
"""Roles of the GridRow and the GridCell, None while they are being read."""
PAGE = 100
"""Rows of a page, fewer with many columns."""
_PAGE_CELLS, _LEAST_PAGE = 1_500, 20


class SuiteGridModel(QAbstractTableModel):
    """The rows of one run and scoring."""

    refused = Signal(object)
    """Exception: a page could not be read."""
    loaded = Signal()
    """The first page of a query is there."""
    rows_read = Signal()
    """More rows are in memory, or a read failed."""

    def __init__(self, tasks: BackgroundTasks, source: SuiteSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks, self._source = tasks, source
        self.run_uid = self.scoring_uid = ""
        self.query = GridQuery()
        self.heads: tuple[ColumnHead, ...] = ()
        self.shows_results = False
        self.beside = ""
        """The word before the result of the other run in cells of a probe."""
        self.is_by_sample = False
        """Whether the rows in memory are those of samples."""
        self.failure: Exception | None = None
        """Why the first rows of the query could not be read."""
        self._forget()
        self._generation = 0

    def _forget(self) -> None:
        self._rows = RowPages()
        self._next: str | None = None
        self._is_fetching = self._is_first = self._is_rereading = False

    # Content.

    def show(self, run_uid: str, scoring_uid: str, query: GridQuery, heads: Sequence[ColumnHead]) -> None:
        """Show a run, or other rows of it; the old rows stay until the first new page is there."""
        is_same_run = run_uid == self.run_uid
        self.run_uid, self.scoring_uid, self.query, self.failure = run_uid, scoring_uid, query, None
        self._generation += 1
        self._is_fetching = self._is_rereading = False
        if not run_uid or not is_same_run:
            self.beginResetModel()
            self._forget()
            self.heads, self.is_by_sample = tuple(heads), query.by_sample
            self.endResetModel()
        elif len(heads) != len(self.heads):
            self.beginResetModel()
            self.heads = tuple(heads)
            self.endResetModel()
        else:
            self.set_heads(heads)
        if run_uid:
            self._is_fetching = self._is_first = True
            self._read("", self.page_size, partial(self._become, self._generation))

    def set_heads(self, heads: Sequence[ColumnHead]) -> None:
        """Show other statistics above the same columns."""
        if len(heads) == len(self.heads) and tuple(heads) != self.heads:
            self.heads = tuple(heads)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, FIRST, FIRST + len(heads) - 1)

    def set_scoring(self, scoring_uid: str) -> None:
        """Show the results of another scoring in place."""
        if scoring_uid != self.scoring_uid:
            self.scoring_uid = scoring_uid
            self.refresh()

    def set_results(self, shown: bool) -> None:
        """Show results instead of answers in the cells."""
        if shown != self.shows_results:
            self.shows_results = shown
            if self._rows.count:
                self.dataChanged.emit(self.index(0, FIRST), self.index(self._rows.count - 1, self.columnCount() - 1))

    def refresh(self) -> None:
        """Read the rows again as they are shown, because results arrived."""
        self._rows.outdate()
        if self._rows.count:
            # Whoever shows rows asks for them now, which reads exactly the visible pages.
            self.dataChanged.emit(self.index(0, 0), self.index(self._rows.count - 1, self.columnCount() - 1), [ROW])

    def row(self, position: int) -> GridRow | None:
        """Return a row; None outside the loaded rows and while it is being read again."""
        if not 0 <= position < self._rows.count:
            return None
        number = self._rows.number_of(position)
        if not self._rows.is_kept(number) or number in self._rows.stale:
            self._want(number)
        return self._rows.row(position)

    def peek(self, position: int) -> GridRow | None:
        """Return a row in memory, None for others; nothing is read for it."""
        return self._rows.row(position)

    def cell(self, position: int, column: int) -> GridCell | None:
        """Return a cell by the column of the model, None if it has none or is being read."""
        row = self.row(position)
        return row.cells[column - FIRST] if row is not None and 0 <= column - FIRST < len(row.cells) else None

    def position_of(self, case: int, sample: int | None = None) -> int:
        """Return the row of a case, or of one of its samples, among those in memory, -1 if it is not there."""
        for position, row in self._rows.in_memory():
            if row.position == case and sample in (None, row.sample):
                return position
        return -1

    @property
    def page_size(self) -> int:
        """The number of rows that are read at a time."""
        return max(_LEAST_PAGE, min(PAGE, _PAGE_CELLS // max(1, len(self.heads))))

    @property
    def is_complete(self) -> bool:
        """Whether all rows of the query have been reached."""
        return self._next is None and not self._is_fetching

    # Overrides of QAbstractTableModel.

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else self._rows.count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else FIRST + len(self.heads)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.row(index.row())
        if role == ROW:
            return row
        column = index.column()
        if row is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole and column == CASE else None
        if column < FIRST:
            return self._data_of_case(row, column, role)
        cell = row.cells[column - FIRST] if column - FIRST < len(row.cells) else None
        if role == CELL or cell is None:
            return cell
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_words(cell, results=self.shows_results, beside=self.beside)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            words = cell_words(cell, results=self.shows_results, beside=self.beside)
            return f"{STATUS_WORDS[cell.status]}: {words}"
        return tip(cell_tip(cell, utc_now())) if role == Qt.ItemDataRole.ToolTipRole else None

    def _data_of_case(self, row: GridRow, column: int, role: int) -> Any:
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip("\n".join(filter(None, (row.name, ", ".join(row.tags), row.values_text))))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return case_title(row) if column == CASE else tag_words(row)
        return None

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._next is not None and not self._is_fetching

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent) and self._next is not None:
            self._is_fetching = True
            self._read(self._next, self.page_size, partial(self._append, self._generation, self._next))

    # Reading.

    def _read(self, after: str, limit: int, then: Callable[[GridPage], None]) -> None:
        run, scoring, query, source = self.run_uid, self.scoring_uid, self.query, self._source
        self._tasks.run_large(
            lambda: source.page(run, scoring, query, after, limit), then, partial(self._fail, self._generation)
        )

    def _become(self, generation: int, page: GridPage) -> None:
        """Replace all rows by the first page of a query."""
        if generation != self._generation:
            return
        self.beginResetModel()
        self._forget()
        self.is_by_sample = self.query.by_sample
        if page.rows:
            self._take("", page)
        self._next = page.after or None
        self.endResetModel()
        self.loaded.emit()

    def _append(self, generation: int, after: str, page: GridPage) -> None:
        if generation != self._generation:
            return
        self._is_fetching = False
        self._next = page.after or None
        if page.rows:
            self.beginInsertRows(QModelIndex(), self._rows.count, self._rows.count + len(page.rows) - 1)
            self._take(after, page)
            self.endInsertRows()
        self.rows_read.emit()

    def _take(self, after: str, page: GridPage) -> None:
        self._rows.append(after, list(page.rows), self._page_cells)

    @property
    def _page_cells(self) -> int:
        return self.page_size * max(1, len(self.heads))

    def _want(self, number: int) -> None:
        self._rows.want(number)
        self._reread()

    def _reread(self) -> None:
        if self._is_rereading or (number := self._rows.next_wanted()) is None:
            return
        self._is_rereading = True
        _, size, after = self._rows.extent(number)
        self._read(after, size, partial(self._put, self._generation, number))

    def _put(self, generation: int, number: int, page: GridPage) -> None:
        if generation != self._generation:
            return
        self._is_rereading = False
        self._rows.stale.discard(number)
        self._rows.no_longer_wanted(number)  # it may have been wanted again while it was read
        (first, *_), old = self._rows.extent(number), self._rows.rows_of(number)
        if old is None:
            self._rows.keep(number, list(page.rows), self._page_cells)
            self.dataChanged.emit(self.index(first, 0), self.index(first + len(page.rows) - 1, self.columnCount() - 1))
        else:
            # A row that no longer belongs to the query stays where it is until the query is asked again.
            fresh = {(row.position, row.sample): row for row in page.rows}
            for place, row in enumerate(old):
                new = fresh.get((row.position, row.sample), row)
                if new is not row and new != row:
                    old[place] = new
                    self._tell_changes(first + place, row, new)
        self._reread()
        self.rows_read.emit()

    def _tell_changes(self, position: int, old: GridRow, new: GridRow) -> None:
        changed = [
            number
            for number, cell in enumerate(new.cells)
            if number >= len(old.cells) or (cell is not old.cells[number] and cell != old.cells[number])
        ]
        first, last = (FIRST + changed[0], FIRST + changed[-1]) if changed else (CASE, TAG)
        self.dataChanged.emit(self.index(position, first), self.index(position, last))

    def _fail(self, generation: int, error: Exception) -> None:
        if generation == self._generation:
            self.failure, self._is_first = (error if self._is_first else self.failure), False
            self._is_fetching = self._is_rereading = False
            self._rows.give_up()
            self.refused.emit(error)


def case_title(row: GridRow) -> str:
    """Return the name of a case, else its values, else its number, for display on one line."""
    return visible_name(row.name or " ".join(row.values_text.split())) or f"Case {row.position + 1}"


def tag_words(row: GridRow) -> str:
    """Return the tags of a case on one line."""
    return visible_name(", ".join(row.tags))


def tip(text: str) -> str:
    """Return a tooltip that wraps and shows a text literally."""
    return f"<qt>{html.escape(visible_note(text)).replace(chr(10), '<br>')}</qt>" if text else ""
