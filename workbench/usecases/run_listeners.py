"""Listeners for events of runs and the engine.

Invariant: an exception in a listener is logged and affects no other; callbacks run on worker threads, in order per run.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from workbench.engine.calls import EngineNotice, NoticeKind
from workbench.store.records import RunBegun
from workbench.usecases.problems import Problem, fault_of_child, note_death

_log = logging.getLogger(__name__)


class RunListener:
    """Base class with empty callbacks. Callbacks must return quickly and must not wait for the runner."""

    def on_run_started(self, begun: RunBegun) -> None:
        """Called when a run is recorded and about to be sent."""

    def on_output_ended(self, output_uid: str) -> None:
        """Called when an output has its final text and cost; it is being saved."""

    def on_run_ended(self, run_uid: str) -> None:
        """Called when all outputs of a run have ended and saving was tried, or the run was refused."""

    def on_saved_late(self, run_uid: str) -> None:
        """Called when answers of a run that could not be saved at their end are saved."""

    def on_problem(self, sentence: str, detail: str) -> None:
        """Called with a problem that belongs to no output."""

    def on_engine(self, kind: NoticeKind, text: str) -> None:
        """Called when the engine starts, is ready, restarts, or cannot start."""


class RunListeners(RunListener):
    """Forwards every event to all listeners."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: tuple[RunListener, ...] = ()
        self._engine: tuple[NoticeKind, str] | None = None

    def add(self, listener: RunListener) -> None:
        """Add a listener and call it with the engine's current state, which may be older than the listener."""
        with self._lock:
            self._all = (*self._all, listener)
            engine = self._engine
        if engine is not None:
            listener.on_engine(*engine)

    def remove(self, listener: RunListener) -> None:
        """Remove a listener."""
        with self._lock:
            self._all = tuple(one for one in self._all if one is not listener)

    def on_run_started(self, begun: RunBegun) -> None:
        self._tell(lambda one: one.on_run_started(begun))

    def on_output_ended(self, output_uid: str) -> None:
        self._tell(lambda one: one.on_output_ended(output_uid))

    def on_run_ended(self, run_uid: str) -> None:
        self._tell(lambda one: one.on_run_ended(run_uid))

    def on_saved_late(self, run_uid: str) -> None:
        self._tell(lambda one: one.on_saved_late(run_uid))

    def on_problem(self, sentence: str, detail: str) -> None:
        self._tell(lambda one: one.on_problem(sentence, detail))

    def on_engine(self, kind: NoticeKind, text: str) -> None:
        with self._lock:
            self._engine = (kind, text)
        self._tell(lambda one: one.on_engine(kind, text))

    def engine(self, notice: EngineNotice) -> None:
        """Forward a notice of the engine; its unexpected exceptions are logged and forwarded as problems."""
        if notice.kind == "fault":
            self.problem(fault_of_child(notice.text, "engine"))
            return
        if notice.kind in ("restarting", "dead"):
            note_death(notice.text, "engine")
        self.on_engine(notice.kind, notice.text)

    def problem(self, problem: Problem) -> None:
        """Forward a problem."""
        self.on_problem(problem.sentence, problem.detail)

    def _tell(self, call: Callable[[RunListener], None]) -> None:
        for one in self._all:
            try:
                call(one)
            except Exception:  # noqa: BLE001 - a listener may raise anything
                _log.exception("A listener failed: %s", type(one).__name__)
