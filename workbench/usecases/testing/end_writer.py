"""Recording the ends of calls in groups.

Invariant: one write is in flight at a time, and ends are written in the order in which they came. An end that could not
be written stays here and is written again; the problem is reported once until writing works again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from workbench.store.testing.records import CellEnd
from workbench.usecases.problems import Problem, problem_of
from workbench.usecases.recorder import END_UNSAVED
from workbench.usecases.testing.suite_parts import AskedCell, SuiteTools

GROUP_S = 0.05
"""Ends that arrive within this time are written together; sooner if writing is fast, or if half of the calls wait."""
TRY_AGAIN_S = 2.0
_GROUP_WRITES = 2.0
"""Ends are collected for this multiple of the time that the last write took."""


@dataclass(frozen=True, slots=True)
class EndsWritten:
    """Ends were written, or not."""

    cells: tuple[AskedCell, ...]
    error: BaseException | None


class EndWriter:
    """Writes ends. Not thread-safe; `tell` gets `EndsWritten` on any thread, for `take`."""

    def __init__(self, tools: SuiteTools, tell: Callable[[EndsWritten], None]) -> None:
        self._tools = tools
        self._tell = tell
        self._waiting: list[AskedCell] = []
        self._is_writing = False
        self._first_at = self._wrote_at = self._not_before = 0.0
        self._group_s = GROUP_S
        self._is_troubled = False

    @property
    def is_idle(self) -> bool:
        """Whether all ends are written."""
        return not (self._waiting or self._is_writing)

    @property
    def is_writing(self) -> bool:
        """Whether a write is in flight."""
        return self._is_writing

    @property
    def unsaved(self) -> int:
        """The number of ends that could not be written so far."""
        return len(self._waiting) if self._is_troubled else 0

    @property
    def deadline(self) -> float | None:
        """The monotonic time at which `write` has something to do, None if that depends on events."""
        if not self._waiting or self._is_writing:
            return None
        return max(self._first_at + self._group_s, self._not_before)

    def add(self, cell: AskedCell) -> None:
        """Add a cell whose `result` is set."""
        if not self._waiting:
            self._first_at = time.monotonic()
        self._waiting.append(cell)

    def write(self, running: int) -> None:
        """Write what waits if it is time for that; `running` calls have not ended."""
        now = time.monotonic()
        if not self._waiting or self._is_writing or now < self._not_before:
            return
        if now - self._first_at < self._group_s and len(self._waiting) < running:
            return
        cells, self._waiting = tuple(self._waiting), []
        ended_at = self._tools.owner.now()
        self._is_writing, self._wrote_at = True, now
        future = self._tools.records.finish_outputs([CellEnd(one.uid, one.result, ended_at) for one in cells])
        future.add_done_callback(lambda done: self._tell(EndsWritten(cells, done.exception())))

    def take(self, written: EndsWritten) -> tuple[AskedCell, ...]:
        """Take the outcome of a write, and return the cells that are recorded now."""
        self._is_writing = False
        now = time.monotonic()
        if written.error is None:
            self._is_troubled = False
            self._group_s = min(GROUP_S, _GROUP_WRITES * (now - self._wrote_at))
            return written.cells
        self._waiting[:0] = written.cells
        self._not_before = now + TRY_AGAIN_S
        if not self._is_troubled:
            self._is_troubled = True
            problem = problem_of(written.error)
            self._tools.listeners.problem(Problem(f"{END_UNSAVED} {problem.sentence}", problem.detail))
        return ()
