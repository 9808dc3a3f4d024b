"""Item model of one prompt's iterations, and of its versions without iterations.

Invariant: rows are newest first without gaps, as the database pages them. Only the pages scrolled to are in memory, and
nothing here waits for the database.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from workbench.app.compose.row_marks import RowMarks
from workbench.app.tasks import Tasks
from workbench.core.runs import IterationRow
from workbench.core.timeline import (
    BareVersion,
    TimelineCursor,
    TimelinePage,
    TimelineRow,
    began_at,
    caption,
    describe,
    name,
    version_of,
)

if TYPE_CHECKING:
    from workbench.core.testing.pass_share import PassShare

Index = QModelIndex | QPersistentModelIndex
ROW = int(Qt.ItemDataRole.UserRole) + 1
"""The TimelineRow itself."""
MARKED = ROW + 1
"""Whether the row is marked for comparison."""
SHARE = MARKED + 1
"""The PassShare of the row's version, None without a scored test."""
PAGE = 100

Fetch = Callable[[str, TimelineCursor | None, int], TimelinePage]
"""(prompt uid, cursor or None, limit) → rows after the cursor, newest first."""


class TimelineModel(QAbstractListModel):
    """Newest first; pages are fetched as the view scrolls."""

    unreadable = Signal()
    """A page could not be read; `is_unreadable` stays true until another prompt is shown."""

    def __init__(self, tasks: Tasks, fetch: Fetch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._fetch = self._fetch_all = fetch
        self._prompt = ""
        self._generation = 0
        self._rows: list[TimelineRow] = []
        self._next: TimelineCursor | None = None
        self._complete = True
        self._fetching = self.is_unreadable = False
        self._iterated: set[int] = set()
        self._tickets = 0
        self._put_at: dict[str, int] = {}
        self.shares: Mapping[int, PassShare] = {}
        """How many cases pass, by version; set with `set_shares`."""
        self.marks = RowMarks(
            self.position, lambda place: row.uid if (row := self.row(place)) is not None else "", self
        )
        self.marks.changed.connect(self._repaint)
        for gone in (self.rowsRemoved, self.modelReset):
            gone.connect(self.marks.keep_loaded)

    def set_prompt(self, uid: str) -> None:
        """Show the timeline of another prompt ("" for none)."""
        self.beginResetModel()
        if uid != self._prompt:
            self._fetch = self._fetch_all
        self._prompt, self._rows, self._generation = uid, [], self._generation + 1
        self._next, self._complete, self._fetching = None, not uid, False
        self._iterated, self._put_at = set(), {}
        self.is_unreadable = False
        self.endResetModel()
        self._load()

    @property
    def is_filtered(self) -> bool:
        """Whether only some rows are shown."""
        return self._fetch is not self._fetch_all

    def filter(self, fetch: Fetch | None) -> None:
        """Show the rows that `fetch` finds, until another prompt is shown; None shows all. Rows change on arrival."""
        self._fetch = fetch or self._fetch_all
        self._generation += 1
        self._fetching = False
        prompt, fetching, generation = self._prompt, self._fetch, self._generation

        def show(page: TimelinePage) -> None:
            if generation == self._generation:
                self.beginResetModel()
                self._rows, self._next, self._complete = list(page.rows), page.next, page.next is None
                self.endResetModel()

        if prompt:
            self._tasks.run(lambda: fetching(prompt, None, PAGE), show)

    def refresh(self, then: Callable[[], None] | None = None, *, restored: int = 0) -> None:
        """Read the newest page again and merge it: rows of other processes appear, changed rows are repainted.

        With `restored`, as many rows as are loaded and that number more: restored runs may belong anywhere among them.
        """
        if not self._prompt:
            return
        prompt, fetch, generation, ticket = self._prompt, self._fetch, self._generation, self.ticket()
        limit = max(PAGE, len(self._rows) + restored) if restored else PAGE

        def merge(page: TimelinePage) -> None:
            if generation != self._generation:
                return
            self._merge(page, ticket)
            if then is not None:
                then()

        self._tasks.run(lambda: fetch(prompt, None, limit), merge)

    def ticket(self) -> int:
        """Return a sequence number to take before reading a row, because reads may arrive out of order."""
        self._tickets += 1
        return self._tickets

    def put(self, row: TimelineRow, ticket: int | None = None) -> None:
        """Insert a new row or replace the one with the same uid, unless that one was read later than `ticket`.

        The own row of a version disappears once the version has an iteration.
        """
        read_at = self.ticket() if ticket is None else ticket
        if read_at < self._put_at.get(row.uid, 0):
            return
        self._put_at[row.uid] = read_at
        if isinstance(row, IterationRow):
            self._iterated.add(row.version)
            self._remove(lambda known: isinstance(known, BareVersion) and known.number == row.version)
        position = self.position(row.uid)
        if position >= 0:
            self._replace(position, row)
            return
        if self.is_filtered:
            # Whether it matches is known once it is indexed.
            self.refresh()
            return
        # Several processes number their runs in turn, so a row may arrive after one with a higher number. A row older
        # than all loaded ones comes with its page.
        place = _place(self._rows, row)
        if place < len(self._rows) or not self._rows or self._complete:
            self._insert(place, [row])

    @property
    def prompt_uid(self) -> str:
        """The prompt whose timeline it is, "" for none."""
        return self._prompt

    def set_shares(self, shares: Mapping[int, PassShare]) -> None:
        """Show how many cases pass by version."""
        if shares != self.shares:
            self.shares = shares
            self._repaint()

    def drop(self, uids: Container[str]) -> None:
        """Remove deleted rows."""
        self._remove(lambda row: row.uid in uids)

    def mark_ran(self, versions: Iterable[int]) -> None:
        """Record that lanes pinned to these versions ran them."""
        numbers = set(versions)
        for position, row in enumerate(self._rows):
            if isinstance(row, BareVersion) and row.number in numbers:
                self._replace(position, replace(row, ran=True))

    def row(self, position: int) -> TimelineRow | None:
        """Return the row at `position`, or None outside the loaded rows."""
        return self._rows[position] if 0 <= position < len(self._rows) else None

    def position(self, uid: str) -> int:
        """Return the index of a row among the loaded ones, -1 if it is not loaded."""
        return next((i for i, row in enumerate(self._rows) if row.uid == uid), -1)

    def find(self, uid: str) -> TimelineRow | None:
        """Return the loaded row with this uid."""
        return self.row(self.position(uid))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and not self._complete and not self._fetching

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._load()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW:
            return row
        is_marked = row.uid in self.marks.uids
        if role == MARKED:
            return is_marked
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{name(row)} {caption(row)}"
        share = self.shares.get(version_of(row)) if self.shares else None
        if role == SHARE:
            return share
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            rest = (share.words if share is not None else "", "marked to compare" if is_marked else "")
            return " · ".join(filter(None, (describe(row), *rest)))
        return None

    def _repaint(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def _load(self) -> None:
        if not self._prompt:
            return
        self._fetching = True
        prompt, fetch, generation, after = self._prompt, self._fetch, self._generation, self._next

        def append(page: TimelinePage) -> None:
            if generation != self._generation:
                return
            self._fetching = False
            # The list may have become shorter in the meantime; then the page is dropped.
            if after == self._next:
                self._next, self._complete = page.next, page.next is None
                known = {row.uid for row in self._rows}
                self._insert(len(self._rows), [r for r in page.rows if r.uid not in known and not self._is_iterated(r)])

        def failed(error: Exception) -> None:
            if generation == self._generation:
                self.is_unreadable = True
                self.unreadable.emit()
            self._tasks.report(error)

        self._tasks.run(lambda: fetch(prompt, after, PAGE), append, failed)

    def _is_iterated(self, row: TimelineRow) -> bool:
        """Whether a page read earlier still contains the row of a version that has been run since."""
        return isinstance(row, BareVersion) and row.number in self._iterated

    def _merge(self, page: TimelinePage, ticket: int) -> None:
        """Replace the start of the list with `page`, except for rows read later than the page."""
        later = {row.uid: row for row in self._rows if self._put_at.get(row.uid, 0) > ticket}
        fresh = [later.pop(row.uid, row) for row in page.rows if not self._is_iterated(row)]
        for row in later.values():
            # Rows behind the page stay in place.
            if (place := _place(fresh, row)) < len(fresh) or page.next is None:
                fresh.insert(place, row)
        shown = {row.uid for row in fresh}
        at = self.position(page.rows[-1].uid) if page.rows else -1
        if page.next is None:
            tail: list[TimelineRow] = []
            self._next, self._complete = None, True
        elif at >= 0:
            tail = [row for row in self._rows[at + 1 :] if row.uid not in shown]
        else:
            # More rows arrived than a page holds, so the loaded rest would begin after a gap; it is read again.
            tail = []
            self._next, self._complete = page.next, False
        self._become([*fresh, *tail])

    def _become(self, wanted: Sequence[TimelineRow]) -> None:
        """Show these rows with as few changes as possible, so that the scroll position stays."""
        kept = {row.uid for row in wanted}
        self._remove(lambda row: row.uid not in kept)
        known = {row.uid for row in self._rows}
        if [row.uid for row in self._rows] != [row.uid for row in wanted if row.uid in known]:
            self.beginResetModel()
            self._rows = list(wanted)
            self.endResetModel()
            return
        for place, row in enumerate(wanted):
            if row.uid in known:
                self._replace(place, row)
            else:
                self._insert(place, [row])

    def _insert(self, place: int, rows: Sequence[TimelineRow]) -> None:
        if rows:
            self.beginInsertRows(QModelIndex(), place, place + len(rows) - 1)
            self._rows[place:place] = rows
            self.endInsertRows()

    def _replace(self, position: int, row: TimelineRow) -> None:
        if self._rows[position] is not row and self._rows[position] != row:
            self._rows[position] = row
            self.dataChanged.emit(self.index(position), self.index(position))

    def _remove(self, goes: Callable[[TimelineRow], bool]) -> None:
        end = len(self._rows)
        while end:
            start = end
            while start and goes(self._rows[start - 1]):
                start -= 1
            if start < end:
                self.beginRemoveRows(QModelIndex(), start, end - 1)
                del self._rows[start:end]
                self.endRemoveRows()
            end = max(0, start - 1)


def _place(rows: Sequence[TimelineRow], row: TimelineRow) -> int:
    return next((i for i, known in enumerate(rows) if _is_behind(known, row)), len(rows))


def _is_behind(known: TimelineRow, row: TimelineRow) -> bool:
    """Whether a loaded row is older than another: by number for rows of one kind, by time for two kinds."""
    if isinstance(known, BareVersion) == isinstance(row, BareVersion):
        return known.number < row.number
    return began_at(known) <= began_at(row)
