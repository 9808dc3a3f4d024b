"""What the scorer is told to do: to score cells that have just ended, or to sweep over all of a run.

Invariant: a sweep ends exactly once, whether its cells were scored, it was cancelled, or the scorer was closed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from workbench.core.testing.cells import CellKey
from workbench.store.testing.records import ScoredInput
from workbench.usecases.problems import Problem
from workbench.usecases.testing.job import SuiteJob


class Sweep:
    """A pass over all cells of a run that have no result in the job's scoring."""

    def __init__(self, job: SuiteJob) -> None:
        self.job = job
        self.scored = 0
        """Number of cells scored so far."""
        self.problem: Problem | None = None
        self._cancelled = threading.Event()
        self._done = threading.Event()
        self._then: Callable[[], None] = lambda: None

    @property
    def is_cancelled(self) -> bool:
        """Whether it was told to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Stop after the current cell; what is scored stays."""
        self._cancelled.set()
        self._then()

    def on_cancel(self, then: Callable[[], None]) -> None:
        """Also call `then` when it is told to stop."""
        self._then = then
        if self.is_cancelled:
            then()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until it has ended; return False on timeout."""
        return self._done.wait(timeout_s)

    def finish(self) -> None:
        """Mark it as ended."""
        self._done.set()


@dataclass(frozen=True, slots=True)
class FreshCells:
    """Cells that have just ended."""

    job: SuiteJob
    cells: tuple[ScoredInput, ...]
    on_scored: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class SweepOrder:
    """A sweep, its cells after `after`. It `is_last` if no more cells are answered meanwhile, and `is_walked` when only
    judges still work on its cells.
    """

    sweep: Sweep
    on_scored: Callable[[int], None]
    then: Callable[[], None]
    is_last: bool
    after: CellKey | None = None
    is_walked: bool = False


class NoRoomError(Exception):
    """The judge takes no cell now."""
