"""The iterations of one prompt as an item model.

Invariant: rows are newest first without gaps; only the pages that were scrolled to are in memory, and nothing here
waits for the database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from workbench.app.tasks import Tasks
from workbench.core.runs import IterationRow
from workbench.core.when import absolute

Index = QModelIndex | QPersistentModelIndex
ROW = int(Qt.ItemDataRole.UserRole) + 1
"""The IterationRow itself."""
PAGE = 100

Fetch = Callable[[str, int | None, int], Sequence[IterationRow]]
"""(prompt uid, before this number or None, limit) → rows newest first."""


class TimelineModel(QAbstractListModel):
    """Newest first; pages are fetched as the view scrolls."""

    def __init__(self, tasks: Tasks, fetch: Fetch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._fetch = fetch
        self._prompt = ""
        self._generation = 0
        self._rows: list[IterationRow] = []
        self._complete = True
        self._fetching = False

    def set_prompt(self, uid: str) -> None:
        """Show the iterations of another prompt ("" for none)."""
        self.beginResetModel()
        self._prompt, self._rows, self._generation = uid, [], self._generation + 1
        self._complete, self._fetching = not uid, False
        self.endResetModel()
        self._load()

    def refresh(self, then: Callable[[], None] | None = None) -> None:
        """Read the newest page again and merge it: what another process added appears, what changed is repainted."""
        if not self._prompt:
            return
        prompt, generation = self._prompt, self._generation

        def merge(rows: Sequence[IterationRow]) -> None:
            if generation != self._generation:
                return
            for row in reversed(rows):
                self.put(row)
            if then is not None:
                then()

        self._tasks.run(lambda: self._fetch(prompt, None, PAGE), merge)

    def put(self, row: IterationRow) -> None:
        """Insert a new newest row, or replace the one with the same number."""
        position = self.position_of_number(row.number)
        if position >= 0:
            if self._rows[position] != row:
                self._rows[position] = row
                self.dataChanged.emit(self.index(position), self.index(position))
            return
        # Several processes number their runs in turn, so a row may arrive after one with a higher number. One that is
        # older than all loaded ones comes with its page.
        place = next((i for i, known in enumerate(self._rows) if known.number < row.number), len(self._rows))
        if place < len(self._rows) or not self._rows:
            self.beginInsertRows(QModelIndex(), place, place)
            self._rows.insert(place, row)
            self.endInsertRows()

    def row(self, position: int) -> IterationRow | None:
        """Return the row at `position`, None outside what is loaded."""
        return self._rows[position] if 0 <= position < len(self._rows) else None

    def position(self, run_uid: str) -> int:
        """Return the place of a run among the loaded rows, -1 if it is not there."""
        return next((i for i, row in enumerate(self._rows) if row.run_uid == run_uid), -1)

    def position_of_number(self, number: int) -> int:
        """Return the place of an iteration number among the loaded rows, or -1. Numbers have no gaps as a rule."""
        if not self._rows:
            return -1
        guess = self._rows[0].number - number
        if 0 <= guess < len(self._rows) and self._rows[guess].number == number:
            return guess
        return next((i for i, row in enumerate(self._rows) if row.number == number), -1)

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
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{row.number} {row.note or row.summary}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return describe(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return describe(row)
        return None

    def _load(self) -> None:
        if not self._prompt:
            return
        self._fetching = True
        prompt, generation = self._prompt, self._generation
        before = self._rows[-1].number if self._rows else None

        def append(rows: Sequence[IterationRow]) -> None:
            if generation != self._generation:
                return
            self._fetching = False
            self._complete = len(rows) < PAGE
            known = self._rows[-1].number if self._rows else None
            fresh = [row for row in rows if known is None or row.number < known]
            if fresh:
                first = len(self._rows)
                self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
                self._rows.extend(fresh)
                self.endInsertRows()

        self._tasks.run(lambda: self._fetch(prompt, before, PAGE), append)


def describe(row: IterationRow) -> str:
    """Return one line with everything a timeline row says, for tooltips and screen readers."""
    parts = [
        f"Iteration {row.number}, version {row.version}, {absolute(row.started_at)}",
        f"{row.added} words added, {row.removed} removed",
    ]
    if row.note or row.summary:
        parts.append(row.note or row.summary)
    if row.branched:
        parts.append("a branch")
    if row.verdict == "winner":
        parts.append(f"winner: {row.winner}")
    elif row.verdict in ("tie", "all_bad"):
        parts.append("tie" if row.verdict == "tie" else "all bad")
    if row.running:
        parts.append("running")
    return " · ".join(parts)
