"""Computes the ranking by checks off the UI thread, and words its rows.

Invariant: one ranking is computed at a time, and only that of the prompt requested last is delivered. Verdicts of
people are never part of it.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.core.dates import duration
from workbench.core.money import show_cost
from workbench.store import Store
from workbench.usecases.testing.check_rows import CheckRanking, CheckRankRow

TITLES = ("Column", "Pass rate, 95 % interval", "", "Cases that pass", "Cost per 1,000", "Median latency", "From")
RATE, PLOT = 1, 2


def texts(row: CheckRankRow) -> tuple[str, ...]:
    """Return the texts of a row; the plot has none."""
    latency = "unknown" if row.latency is None else duration(round(1000 * row.latency.median))
    passing = f"{row.passing:,} of {row.cases:,}"
    return row.name, rate_text(row), "", passing, show_cost(row.cost_per_1000), latency, f"test {row.run}"


def rate_text(row: CheckRankRow) -> str:
    """Return "92 % (80 to 97)", and what judges make of it; below ten clusters it says that only counts are shown."""
    if row.low is None or row.high is None:
        rate = "too few for a rate"
    else:
        rate = f"{_percent(row.rate)} % ({_percent(row.low)} to {_percent(row.high)})"
    return " · ".join(filter(None, (rate, row.judged)))


def spoken(row: CheckRankRow) -> str:
    """Return a row as one sentence for screen readers."""
    name, rate, _, passing, cost, latency, run = texts(row)
    return f"{name}: {rate}, {passing} cases pass, {cost} per 1,000, median {latency}, from {run}."


def headline(found: CheckRanking) -> str:
    """Return "48 cases · 6 columns"."""
    return f"{found.cases:,} cases · {len(found.rows):,} columns" if found.rows else ""


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"


class CheckRankingController(QObject):
    """Computes the ranking of one prompt at a time."""

    ranked = Signal(object)
    """CheckRanking"""
    failed = Signal()
    """The newest request failed; the error was reported."""

    def __init__(self, store: Store, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._tasks = store, tasks
        self._prompt = ""
        self._is_computing = self._is_wanted = False

    def show(self, prompt_uid: str) -> None:
        """Rank the tests of a prompt; computes again for the same prompt."""
        self._prompt = prompt_uid
        self._is_wanted = bool(prompt_uid)
        if self._is_wanted and not self._is_computing:
            self._compute()

    def _compute(self) -> None:
        self._is_computing, self._is_wanted = True, False
        store, prompt = self._store, self._prompt

        def work() -> CheckRanking:
            # Imports numpy.
            from workbench.usecases.judging.judge_reports import judged_run
            from workbench.usecases.testing.check_ranking import rank_by_checks

            return rank_by_checks(store.tests, prompt, lambda run: judged_run(store.judges, run))

        self._tasks.run_large(work, self._done, self._broke)

    def _done(self, found: CheckRanking) -> None:
        self._is_computing = False
        if self._is_wanted:
            self._compute()
        elif found.prompt_uid == self._prompt:
            self.ranked.emit(found)

    def _broke(self, error: Exception) -> None:
        self._is_computing = False
        if self._is_wanted:
            self._compute()
        else:
            self._tasks.report(error)
            self.failed.emit()
