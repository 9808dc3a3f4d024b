"""Table model of the runs that a search finds.

Invariant: rows are in the order of the search, page behind page. Only the cursors of the pages are all kept. Rows are
in memory near the visible part and the selection, and are read again when scrolled to. A newer search cancels the
previous one, and nothing here waits for the database.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from workbench.app.history.paging import HistoryTablePage, PagedRows, walk
from workbench.app.tasks import BackgroundTasks
from workbench.core.history_columns import COLUMNS, WHEN, cell, whole
from workbench.core.search.results import HistoryRow, Order, SearchCursor, SearchTotal
from workbench.usecases.problems import problem_of
from workbench.usecases.searcher import SearchPage, SearchStop

Index = QModelIndex | QPersistentModelIndex
ROW = int(Qt.ItemDataRole.UserRole) + 1
"""The HistoryRow itself, None while it is being read again."""
PAGE = 100
KEPT = 30
"""Number of pages with rows in memory, in addition to held ones."""
_COUNTED_MS, _MOST_MS = 500, 30_000
"""Delay before rows without numbers are read again; it doubles each time."""


def alignment(column: int) -> Qt.AlignmentFlag:
    """Return how the title and the texts of a column are aligned."""
    side = Qt.AlignmentFlag.AlignRight if COLUMNS[column].is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class HistorySearch(Protocol):
    """The search interface of `usecases.searcher.Searcher`."""

    def search(
        self,
        text: str,
        after: SearchCursor | None = None,
        limit: int = PAGE,
        *,
        order: Order = "newest",
        stop: SearchStop | None = None,
    ) -> SearchPage:
        """Return up to `limit` runs behind `after`; blocks."""


class HistoryTableModel(QAbstractTableModel):
    """Pages are fetched as the view scrolls."""

    answered = Signal(object)
    """SearchPage: the first page of a search is shown."""
    refused = Signal(str)
    """Why the last search, or a page of it, could not be read."""

    def __init__(
        self, tasks: BackgroundTasks, searcher: HistorySearch, now: Callable[[], str], parent: QObject | None = None
    ) -> None:
        """`now` returns UTC text."""
        super().__init__(parent)
        self._tasks, self._searcher, self._now = tasks, searcher, now
        self._stop = SearchStop()
        self._generation = 0
        self._asked: tuple[str, Order] = ("", "newest")
        self._shown: tuple[str, Order] = ("", "newest")
        self._starts: list[int] = []
        self._afters: list[SearchCursor | None] = []
        self._next: SearchCursor | None = None
        self._count = 0
        self._pages: OrderedDict[int, tuple[HistoryRow, ...]] = OrderedDict()
        self._fetching = self._rereading = False
        self._missed = -1
        self._changed: set[int] = set()
        self._held: frozenset[int] = frozenset()
        self._counting = QTimer(self, singleShot=True)
        self._counting.timeout.connect(self._count_again)
        self.is_searching = False
        """Whether the displayed rows are older than the last request."""
        self.total: SearchTotal | None = None
        """The number of runs that the shown search finds."""

    @property
    def text(self) -> str:
        """The search whose runs are shown."""
        return self._shown[0]

    def search(self, text: str, order: Order = "newest") -> None:
        """Search and show the result when it arrives; the current rows stay until then."""
        self._search(text, order, PAGE)

    def search_again(self, *, all_rows: bool = False) -> None:
        """Repeat the last search; unchanged rows stay where they are.

        The first page shows what is new; with `all_rows` all pages are read, because any row may have been deleted.
        """
        if not all_rows or self._asked != self._shown or self._count <= KEPT * PAGE:
            self._search(*self._asked, max(PAGE, self._count if all_rows and self._asked == self._shown else 0))
            return
        stop, (text, order) = self._begin(), self._asked
        self.is_searching = True
        count = self._count
        wanted = [range(self._starts[page], self._starts[page] + self._size(page)) for page in self._pages]
        self._tasks.run_large(
            lambda: walk(lambda after: self._searcher.search(text, after, PAGE, order=order, stop=stop), count, wanted),
            partial(self._show_walked, self._generation),
            partial(self._fail, self._generation),
        )

    def _search(self, text: str, order: Order, limit: int) -> None:
        stop = self._begin()
        self._asked = (text, order)
        self.is_searching = True
        self._tasks.run(
            lambda: self._searcher.search(text, None, limit, order=order, stop=stop),
            partial(self._show, self._generation),
            partial(self._fail, self._generation),
        )

    def close(self) -> None:
        """Cancel the search in progress."""
        self._begin()

    def row(self, position: int) -> HistoryRow | None:
        """Return the row at `position`; None outside the loaded rows, and while it is being read again."""
        if not 0 <= position < self._count:
            return None
        number = bisect_right(self._starts, position) - 1
        page = self._pages.get(number)
        if page is None:
            self._read_again(number)
            return None
        self._pages.move_to_end(number)
        place = position - self._starts[number]
        # A page that was read again may have fewer rows.
        return page[place] if place < len(page) else None

    def shown(self, position: int, column: int) -> tuple[HistoryRow | None, str]:
        """Return a row and the text of one of its cells."""
        row = self.row(position)
        # Reading the clock takes longer than building most cells.
        return row, "…" if row is None else cell(row, column, self._now() if column == WHEN else "")

    def texts(self, column: int, first: int, last: int) -> set[str]:
        """Return the texts of a column in a range of rows, of those in memory."""
        now = self._now()
        rows = map(self.row, range(first, last + 1))
        return {cell(row, column, now) for row in rows if row is not None}

    def position(self, uid: str) -> int:
        """Return the position of a run among those in memory, -1 if it is not there."""
        return next(iter(self.positions((uid,))), -1)

    def positions(self, uids: Iterable[str]) -> list[int]:
        """Return the positions of runs in memory, from top to bottom."""
        wanted = frozenset(uids)
        return sorted(
            self._starts[number] + place
            for number, page in self._pages.items()
            for place, row in enumerate(page)
            if row.row.run_uid in wanted
        )

    def reread(self, uids: Sequence[str]) -> None:
        """Read the pages of changed runs again."""
        self._changed |= {bisect_right(self._starts, place) - 1 for place in self.positions(uids)}
        self._read_next()

    def hold(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Hold these rows in memory, given as first and last positions, and read the missing ones."""
        self._held = frozenset(
            number
            for first, last in ranges
            for number in range(bisect_right(self._starts, first) - 1, bisect_right(self._starts, last))
        )
        self._read_next()

    @property
    def holds_all(self) -> bool:
        """Whether all rows to hold are in memory."""
        return self._held <= self._pages.keys()

    # Overrides of QAbstractTableModel.

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return COLUMNS[section].title
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return alignment(section)
        return None

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._next is not None and not self._fetching

    def fetchMore(self, parent: Index) -> None:
        if not self.canFetchMore(parent):
            return
        self._fetching = True
        text, order = self._shown
        after, stop = self._next, self._stop
        self._tasks.run(
            lambda: self._searcher.search(text, after, PAGE, order=order, stop=stop),
            partial(self._append, self._generation),
            partial(self._fail, self._generation),
        )

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.shown(index.row(), index.column())[1]
        row = self.row(index.row())
        if role == ROW or row is None:
            return row
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == WHEN:
            return whole(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return whole(row)
        return None

    def _begin(self) -> SearchStop:
        """Cancel the read in progress, and return the stop of the next search."""
        self._stop.stop()
        self._stop = SearchStop()
        self._generation += 1
        self._fetching = self._rereading = False
        self._missed = -1
        self._counting.stop()
        self._counting.setInterval(0)
        self._changed.clear()
        return self._stop

    def _show(self, generation: int, found: SearchPage) -> None:
        if generation != self._generation:
            return
        self.is_searching = False
        before, self.total = self.total, found.page.total
        rows = found.page.rows
        is_new = self._asked != self._shown or self._pages.get(0) != rows or not self._count
        # A first page that was read again may have fewer rows than it stands for.
        is_new = is_new or len(rows) < self._size(0)
        if is_new:
            self._become(PagedRows(found, (HistoryTablePage(None, len(rows), rows),), found.page.next))
        self.answered.emit(found)
        if not is_new and self._count > PAGE and before != self.total:
            # Runs were added or deleted below the first page.
            self.search_again(all_rows=True)

    def _show_walked(self, generation: int, walked: PagedRows) -> None:
        if generation == self._generation:
            self.is_searching, self.total = False, walked.first.page.total
            self._become(walked)
            self.answered.emit(walked.first)

    def _become(self, walked: PagedRows) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._shown = self._asked
        self._pages.clear()
        self._held = frozenset()
        self._starts, self._afters, self._count = [], [], 0
        for page in walked.pages:
            self._take(page)
        self._next = walked.next
        self.endResetModel()

    def _append(self, generation: int, found: SearchPage) -> None:
        if generation != self._generation:
            return
        self._fetching = False
        if not found.page.rows:
            self._next = None
            return
        self.beginInsertRows(QModelIndex(), self._count, self._count + len(found.page.rows) - 1)
        self._take(HistoryTablePage(self._next, len(found.page.rows), found.page.rows))
        self._next = found.page.next
        self.endInsertRows()

    def _take(self, page: HistoryTablePage) -> None:
        if page.size:
            self._starts.append(self._count)
            self._afters.append(page.after)
            self._count += page.size
        if page.rows:
            self._keep(len(self._starts) - 1, page.rows)

    def _keep(self, number: int, rows: tuple[HistoryRow, ...]) -> None:
        self._pages[number] = rows
        self._pages.move_to_end(number)
        loose = [kept for kept in self._pages if kept not in self._held]
        for old in loose[: max(0, len(loose) - KEPT)]:
            del self._pages[old]
        if any(row.is_uncounted for row in rows) and not self._counting.isActive():
            self._counting.start(min(2 * self._counting.interval() or _COUNTED_MS, _MOST_MS))

    def _count_again(self) -> None:
        self.reread([row.row.run_uid for page in self._pages.values() for row in page if row.is_uncounted])

    def _read_again(self, number: int) -> None:
        """Read a page into memory. Of several requests, the last one is served next, because the user is there."""
        self._missed = number
        self._read_next()

    def _read_next(self) -> None:
        wanted = self._changed or (self._held - self._pages.keys())
        number = self._missed if self._missed >= 0 else min(wanted, default=-1)
        if self._rereading or number < 0:
            return
        self._rereading, self._missed = True, -1
        self._changed.discard(number)
        text, order = self._shown
        after, stop, size = self._afters[number], self._stop, self._size(number)
        self._tasks.run(
            lambda: self._searcher.search(text, after, size, order=order, stop=stop),
            partial(self._put, self._generation, number),
            partial(self._fail, self._generation),
        )

    def _size(self, number: int) -> int:
        end = self._starts[number + 1] if number + 1 < len(self._starts) else self._count
        return end - self._starts[number]

    def _put(self, generation: int, number: int, found: SearchPage) -> None:
        if generation != self._generation:
            return
        self._rereading = False
        self._keep(number, found.page.rows)
        if self._missed == number:  # requested again while it was read
            self._missed = -1
        first = self._starts[number]
        self.dataChanged.emit(self.index(first, 0), self.index(first + self._size(number) - 1, len(COLUMNS) - 1))
        self._read_next()
        if len(found.page.rows) < self._size(number):  # runs were deleted, or no longer match
            self.search_again(all_rows=True)

    def _fail(self, generation: int, error: Exception) -> None:
        # Errors of a cancelled search are ignored.
        if generation == self._generation:
            self.is_searching = self._fetching = self._rereading = False
            self.refused.emit(problem_of(error).sentence)
