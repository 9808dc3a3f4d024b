"""Telling others what happened.

Invariant: a listener that fails is logged and harms nobody else; callbacks come from worker threads, in order per run.
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
    """Override what you want to hear. Callbacks must return quickly and must not wait for the runner."""

    def on_run_started(self, begun: RunBegun) -> None:
        """A run is recorded and about to be sent."""

    def on_output_ended(self, output_uid: str) -> None:
        """An output has its final text and cost; it is being saved."""

    def on_run_ended(self, run_uid: str) -> None:
        """All outputs of a run have ended and were saved as far as possible, or the run was refused."""

    def on_saved_late(self, run_uid: str) -> None:
        """Answers of a run that could not be saved when they ended are saved now."""

    def on_problem(self, sentence: str, detail: str) -> None:
        """Something to tell the person, outside of any output."""

    def on_engine(self, kind: NoticeKind, text: str) -> None:
        """The engine starts, is ready, restarts, or cannot start."""


class Listeners(RunListener):
    """Passes everything on to all who listen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: tuple[RunListener, ...] = ()
        self._engine: tuple[NoticeKind, str] | None = None

    def add(self, listener: RunListener) -> None:
        """Tell `listener` from now on, and at once how the engine is: it may be ready before anybody listens."""
        with self._lock:
            self._all = (*self._all, listener)
            engine = self._engine
        if engine is not None:
            listener.on_engine(*engine)

    def remove(self, listener: RunListener) -> None:
        """Tell `listener` nothing more."""
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
        """Pass on what the engine tells of itself; its unexpected exceptions are problems, and logged."""
        if notice.kind == "fault":
            self.problem(fault_of_child(notice.text, "engine"))
            return
        if notice.kind in ("restarting", "dead"):
            note_death(notice.text, "engine")
        self.on_engine(notice.kind, notice.text)

    def problem(self, problem: Problem) -> None:
        """Pass a problem on."""
        self.on_problem(problem.sentence, problem.detail)

    def _tell(self, call: Callable[[RunListener], None]) -> None:
        for one in self._all:
            try:
                call(one)
            except Exception:  # noqa: BLE001 - a listener may be anything
                _log.exception("A listener failed: %s", type(one).__name__)
