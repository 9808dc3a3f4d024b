"""Progress of a running test, and the handle by which callers follow it.

Invariant: a handle is done exactly once: when the run was refused, or when nothing of it runs and its ends are written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from workbench.core.money import show_cost
from workbench.core.text import counted
from workbench.usecases.problems import Problem

SuiteState = Literal["starting", "running", "paused", "stopped", "finished", "budget"]
"""stopped: by the person, or because answers could not be recorded. budget: a limit was reached."""
_ENDED = ("stopped", "finished", "budget")


@dataclass(frozen=True, slots=True)
class SuiteProgress:
    """Numbers of cells: all, `answered` with a finished output, `failed` calls, `running` calls, `scored` since start.

    `new` cells are asked by this start, `done` of them have ended. `reused` cells were answered before.
    `requests` are those that were sent: an answer with tools takes several.
    `spent_usd` includes the reservations of calls whose cost is unknown; `unknown` counts these calls. `limits` are the
    concurrent calls allowed now, over all endpoints. `judging` answers wait for judges, whose calls `judge_running` run
    and `judge_calls` ended since the start, of which `judge_failed` failed.
    """

    cells: int = 0
    answered: int = 0
    failed: int = 0
    running: int = 0
    scored: int = 0
    new: int = 0
    done: int = 0
    reused: int = 0
    requests: int = 0
    spent_usd: float = 0.0
    reserved_usd: float = 0.0
    unknown: int = 0
    limits: int = 0
    unsaved: int = 0
    judging: int = 0
    judge_calls: int = 0
    judge_failed: int = 0
    judge_running: int = 0
    state: SuiteState = "starting"
    failure: str = ""
    """Why the newest failed call of this start failed, "" for none."""
    why: str = ""
    """A sentence about the end, "" for none."""

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens."""
        return self.state in _ENDED

    @property
    def sentence(self) -> str:
        """The progress in one line, such as "64 new, 32 done, 8 running · $0.012"."""
        if self.state == "starting":
            return "Starting."
        parts = [f"{self.new:,} new, {self.done:,} done"]
        if self.running:
            parts[0] += f", {self.running:,} running"
        if self.reused:
            parts.append(f"{self.reused:,} reused")
        if self.failed:
            parts.append(f"{counted(self.failed, 'failed call')}")
        if self.judging or self.judge_calls:
            waiting = f", {self.judging:,} waiting" if self.judging else ""
            parts.append(f"{counted(self.judge_calls, 'judgement')}{waiting}")
        if self.judge_failed:
            parts.append(f"{counted(self.judge_failed, 'failed judgement')}")
        if self.spent_usd:
            parts.append(show_cost(self.spent_usd))
        if self.state == "paused":
            parts.append("paused")
        line = " · ".join(parts)
        return f"{line}. {self.why}" if self.why else line


class SuiteHandle:
    """A started or resumed test run. All members are thread-safe; `progress` is polled."""

    def __init__(self, run_uid: str) -> None:
        self.run_uid = run_uid
        self.scoring_uid = ""
        """The scoring that answers get; "" until it is known."""
        self._lock = threading.Lock()
        self._progress = SuiteProgress()
        self._problem: Problem | None = None
        self._done = threading.Event()
        self._began = threading.Event()
        self._settled = threading.Event()
        self._is_unheard = False
        """Whether the caller waited for the run to be recorded and gave up."""

    def progress(self) -> SuiteProgress:
        """Return the newest progress."""
        with self._lock:
            return self._progress

    @property
    def problem(self) -> Problem | None:
        """Why the run was refused or ended early; None if it was not."""
        return self._problem

    @property
    def done(self) -> bool:
        """Whether nothing of the run runs, and scoring has ended."""
        return self._done.is_set()

    @property
    def is_recorded(self) -> bool:
        """Whether the run is in the history."""
        return self._began.is_set()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the run is done; return False on timeout."""
        return self._done.wait(timeout_s)

    def wait_recorded(self, timeout_s: float) -> bool:
        """Wait until the run is in the history, or was refused; return False on timeout."""
        if self._settled.wait(timeout_s):
            return True
        with self._lock:
            self._is_unheard = not self._settled.is_set()
            return not self._is_unheard

    def update(self, change: Callable[[SuiteProgress], SuiteProgress]) -> None:
        """Replace the progress by `change` of it."""
        with self._lock:
            self._progress = change(self._progress)

    def begin(self) -> None:
        """Mark the run as recorded."""
        self._began.set()
        self._settled.set()

    def refuse(self, problem: Problem) -> bool:
        """Set the reason why the run was refused or ended early; return False if whoever started it will say it."""
        with self._lock:
            self._problem = problem
            self._settled.set()
            self._progress = replace(self._progress, state="stopped", why=problem.sentence)
            return self._is_unheard or self.is_recorded

    def finish(self) -> None:
        """Mark the run as done and wake up waiting threads."""
        self._settled.set()
        self._done.set()
