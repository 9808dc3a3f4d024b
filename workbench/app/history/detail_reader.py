"""Reads the runs selected in the history.

Invariant: nothing is read on the UI thread, and results for an earlier selection are dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from workbench.app.history.detail import RunDetailView, looked
from workbench.app.history.run_pair import RunPairView, pair
from workbench.app.history.suite_detail import SuiteDetailView, awaited, is_too_large, suite_detail
from workbench.app.tasks import BackgroundTasks
from workbench.core.search.match_marker import MatchMarker
from workbench.core.search.parser import parse
from workbench.core.search.results import HistoryRow
from workbench.core.testing.report import SuiteReport
from workbench.store import Store
from workbench.store.search.fields import FIELDS
from workbench.usecases.history import History
from workbench.usecases.problems import problem_of


class RunDetailReader(QObject):
    """Delivers the run or the two runs requested last."""

    arrived = Signal(object)
    """RunDetailView"""
    paired = Signal(object)
    """RunPairView"""
    tested = Signal(object)
    """SuiteDetailView: at once without the statistics of a test run, then with them"""
    refused = Signal(str)

    def __init__(
        self,
        store: Store,
        history: History,
        report: Callable[[HistoryRow], SuiteReport],
        tasks: BackgroundTasks,
        parent: QObject | None = None,
    ) -> None:
        """`report` computes the report of a test run; it blocks."""
        super().__init__(parent)
        self._store, self._history, self._report, self._tasks = store, history, report, tasks
        self._ticket = 0

    def look(self, rows: Sequence[HistoryRow], text: str) -> None:
        """Read one run, or compare two; hits of the search `text` are marked in their answers."""
        self._ticket += 1
        ticket, asked = self._ticket, tuple(rows)
        if any(row.test is not None for row in asked):
            self._look_at_test(ticket, asked, text)
            return

        def read() -> RunDetailView | RunPairView | None:
            # The selection has moved on in the meantime.
            if ticket != self._ticket:
                return None
            found = [looked(self._store, self._history, row, text) for row in asked]
            return pair(*found) if len(found) == 2 else found[0]

        self._tasks.run(read, partial(self._show, ticket), partial(self._fail, ticket))

    def _look_at_test(self, ticket: int, rows: tuple[HistoryRow, ...], text: str) -> None:
        if len(rows) > 1:
            self.refused.emit("Test runs are compared in Test. Select one run to read it.")
            return
        [row] = rows
        marker = MatchMarker(parse(text, FIELDS).query)
        self.tested.emit(awaited(row, marker))
        if is_too_large(row):
            return

        def read() -> SuiteDetailView | None:
            return suite_detail(row, self._report(row), marker) if ticket == self._ticket else None

        def show(found: SuiteDetailView | None) -> None:
            if ticket == self._ticket and found is not None:
                self.tested.emit(found)

        self._tasks.run_large(read, show, partial(self._fail, ticket))

    def forget(self) -> None:
        """Drop pending reads."""
        self._ticket += 1

    def _show(self, ticket: int, found: RunDetailView | RunPairView | None) -> None:
        if ticket == self._ticket and found is not None:
            (self.paired if isinstance(found, RunPairView) else self.arrived).emit(found)

    def _fail(self, ticket: int, error: Exception) -> None:
        if ticket == self._ticket:
            self.refused.emit(problem_of(error).sentence)
