"""Counts and statistics of the shown run.

Invariant: of each, one is read at a time. A request made meanwhile is served next, and the result of an earlier one is
dropped; a result about another run than the newest request is never delivered.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.app.testing.source import SuiteSource
from workbench.core.testing.grid import GridCounts, GridQuery, SuiteRun

if TYPE_CHECKING:
    # It imports numpy, which the window does not need.
    from workbench.core.testing.report import SuiteReport

T = TypeVar("T")
_LEAST_S = 1.0
_SHARE = 5
"""While a run goes on, its statistics take at most this part of the time."""


class NewestWork(Generic[T]):
    """Runs one piece of work at a time, and of those that came meanwhile only the last."""

    def __init__(
        self, tasks: BackgroundTasks, then: Callable[[T], None], on_error: Callable[[Exception], object]
    ) -> None:
        self._tasks, self._then, self._on_error = tasks, then, on_error
        self._next: Callable[[], T] | None = None
        self._is_working = self._is_unwanted = False

    def ask(self, work: Callable[[], T]) -> None:
        """Do this next."""
        self._next = work
        self._go_on()

    def drop(self) -> None:
        """Deliver nothing that was asked for."""
        self._next, self._is_unwanted = None, self._is_working

    def _go_on(self) -> None:
        if self._is_working or self._next is None:
            return
        work, self._next = self._next, None
        self._is_working, self._is_unwanted = True, False
        self._tasks.run_large(work, self._done, self._failed)

    def _done(self, result: T) -> None:
        self._is_working = False
        if self._next is None and not self._is_unwanted:
            self._then(result)
        self._go_on()

    def _failed(self, error: Exception) -> None:
        self._is_working = False
        if self._next is None and not self._is_unwanted:
            self._on_error(error)
        self._go_on()


class RunFigures(QObject):
    """`counts` is empty and `report` None until they are read."""

    counted = Signal()
    reported = Signal()
    refused = Signal(object)
    """Exception"""

    def __init__(self, source: SuiteSource, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self.counts = GridCounts()
        self.report: SuiteReport | None = None
        self._asked_at = self._took = 0.0
        self._followed = ("", 0)
        self._counting = NewestWork(tasks, self._set_counts, self.refused.emit)
        self._computing = NewestWork(tasks, self._set_report, self.refused.emit)

    def clear(self) -> None:
        """Forget both, because another run is shown."""
        self._counting.drop()
        self._computing.drop()
        self.counts, self.report = GridCounts(), None
        self.counted.emit()
        self.reported.emit()

    def count(self, run: SuiteRun, query: GridQuery) -> None:
        """Count the rows by filter."""
        source = self._source
        self._counting.ask(lambda: source.counts(run.uid, run.scoring_uid, query))

    def compute(self, prompt_uid: str, run: SuiteRun) -> None:
        """Compute the statistics of a run of a prompt, if there are results."""
        source = self._source
        if run.scoring_uid:
            self._asked_at = monotonic()
            self._computing.ask(lambda: source.report(prompt_uid, run.uid))

    def follow(self, prompt_uid: str, run: SuiteRun, scored: int) -> None:
        """Compute the statistics of a running test with `scored` new results, unless they were computed just now."""
        is_new = (run.uid, scored) != self._followed and scored > 0
        if is_new and monotonic() - self._asked_at >= max(_LEAST_S, _SHARE * self._took):
            self._followed = run.uid, scored
            self.compute(prompt_uid, run)

    def worth_showing(self, *, live: bool) -> SuiteReport | None:
        """Return the report, None while a run is `live` and nothing is scored."""
        return None if live and self.report is not None and not self.report.scored else self.report

    def _set_counts(self, counts: GridCounts) -> None:
        self.counts = counts
        self.counted.emit()

    def _set_report(self, report: SuiteReport) -> None:
        self.report = report
        self._took = monotonic() - self._asked_at
        self.reported.emit()
