"""Recording the ends of calls in groups.

Invariant: one write is in flight at a time, and ends are written in the order in which they came. An end that could not
be written stays here and is written again; the problem is reported once until writing works again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from workbench.core.runs import Result
from workbench.usecases.problems import Problem, problem_of
from workbench.usecases.recorder import END_UNSAVED
from workbench.usecases.run_listeners import RunListeners

GROUP_S = 0.05
"""Ends that arrive within this time are written together; sooner if writing is fast, or if half of the calls wait."""
TRY_AGAIN_S = 2.0
_GROUP_WRITES = 2.0
"""Ends are collected for this multiple of the time that the last write took."""


class EndedCall(Protocol):
    """A call that has ended."""

    @property
    def uid(self) -> str:
        """The uid of its output."""

    @property
    def result(self) -> Result:
        """How it ended."""


EndedT = TypeVar("EndedT", bound=EndedCall)


@dataclass(frozen=True, slots=True)
class EndsWritten(Generic[EndedT]):
    """Ends were written, or not."""

    calls: tuple[EndedT, ...]
    error: BaseException | None


class EndWriter(Generic[EndedT]):
    """Writes ends. Not thread-safe; `tell` gets `EndsWritten` on any thread, for `take`."""

    def __init__(
        self,
        write: Callable[[Sequence[EndedT], str], Future[None]],
        now: Callable[[], str],
        listeners: RunListeners,
        tell: Callable[[EndsWritten[EndedT]], None],
    ) -> None:
        """`write` records ended calls in one transaction, with the time in UTC; `now` returns that."""
        self._record, self._now, self._listeners = write, now, listeners
        self._tell = tell
        self._waiting: list[EndedT] = []
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

    def add(self, call: EndedT) -> None:
        """Add a call that has ended."""
        if not self._waiting:
            self._first_at = time.monotonic()
        self._waiting.append(call)

    def write(self, running: int) -> None:
        """Write what waits if it is time for that; `running` calls have not ended."""
        now = time.monotonic()
        if not self._waiting or self._is_writing or now < self._not_before:
            return
        if now - self._first_at < self._group_s and len(self._waiting) < running:
            return
        calls, self._waiting = tuple(self._waiting), []
        self._is_writing, self._wrote_at = True, now
        future = self._record(calls, self._now())
        future.add_done_callback(lambda done: self._tell(EndsWritten(calls, done.exception())))

    def take(self, written: EndsWritten[EndedT]) -> tuple[EndedT, ...]:
        """Take the outcome of a write, and return the calls whose ends are recorded now."""
        self._is_writing = False
        now = time.monotonic()
        if written.error is None:
            self._is_troubled = False
            self._group_s = min(GROUP_S, _GROUP_WRITES * (now - self._wrote_at))
            return written.calls
        self._waiting[:0] = written.calls
        self._not_before = now + TRY_AGAIN_S
        if not self._is_troubled:
            self._is_troubled = True
            problem = problem_of(written.error)
            self._listeners.problem(Problem(f"{END_UNSAVED} {problem.sentence}", problem.detail))
        return ()
