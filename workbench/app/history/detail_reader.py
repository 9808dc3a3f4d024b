"""Reads the runs that are selected in the history.

Invariant: nothing is read on the UI thread, and what comes late for another selection is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from workbench.app.history.detail import RunDetailView, looked
from workbench.app.history.run_pair import RunPairView, pair
from workbench.app.tasks import BackgroundTasks
from workbench.core.search.results import HistoryRow
from workbench.store import Store
from workbench.usecases.history import History
from workbench.usecases.problems import problem_of


class RunDetailReader(QObject):
    """Tells the last run, or the last two, that were asked for."""

    arrived = Signal(object)
    """RunDetailView"""
    paired = Signal(object)
    """RunPairView"""
    refused = Signal(str)

    def __init__(self, store: Store, history: History, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._history, self._tasks = store, history, tasks
        self._ticket = 0

    def look(self, rows: Sequence[HistoryRow], text: str) -> None:
        """Read one run, or compare two; what the search `text` looks for is marked in their answers."""
        self._ticket += 1
        ticket, asked = self._ticket, tuple(rows)

        def read() -> RunDetailView | RunPairView | None:
            # Whoever walks through the table has gone on meanwhile.
            if ticket != self._ticket:
                return None
            found = [looked(self._store, self._history, row, text) for row in asked]
            return pair(*found) if len(found) == 2 else found[0]

        self._tasks.run(read, partial(self._show, ticket), partial(self._fail, ticket))

    def forget(self) -> None:
        """Show nothing that is still being read."""
        self._ticket += 1

    def _show(self, ticket: int, found: RunDetailView | RunPairView | None) -> None:
        if ticket == self._ticket and found is not None:
            (self.paired if isinstance(found, RunPairView) else self.arrived).emit(found)

    def _fail(self, ticket: int, error: Exception) -> None:
        if ticket == self._ticket:
            self.refused.emit(problem_of(error).sentence)
