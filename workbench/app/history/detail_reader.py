"""Reads the runs selected in the history.

Invariant: nothing is read on the UI thread, and results for an earlier selection are dropped.
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
    """Delivers the run or the two runs requested last."""

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
        """Read one run, or compare two; hits of the search `text` are marked in their answers."""
        self._ticket += 1
        ticket, asked = self._ticket, tuple(rows)

        def read() -> RunDetailView | RunPairView | None:
            # The selection has moved on in the meantime.
            if ticket != self._ticket:
                return None
            found = [looked(self._store, self._history, row, text) for row in asked]
            return pair(*found) if len(found) == 2 else found[0]

        self._tasks.run(read, partial(self._show, ticket), partial(self._fail, ticket))

    def forget(self) -> None:
        """Drop pending reads."""
        self._ticket += 1

    def _show(self, ticket: int, found: RunDetailView | RunPairView | None) -> None:
        if ticket == self._ticket and found is not None:
            (self.paired if isinstance(found, RunPairView) else self.arrived).emit(found)

    def _fail(self, ticket: int, error: Exception) -> None:
        if ticket == self._ticket:
            self.refused.emit(problem_of(error).sentence)
