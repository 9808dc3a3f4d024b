"""Questions with one answer (models, key check, rendering) that wait for the engine.

Invariant: every question's future is resolved exactly once, with the answer or an EngineError.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from typing import Any

from workbench.core.runs import Failure
from workbench.engine.calls import EngineError
from workbench.engine.protocol import failure_from_json

Reader = Callable[[Mapping[str, Any]], Any]


class Questions:
    """Open questions by id; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._open: dict[str, tuple[Reader, Future[Any]]] = {}

    def add(self, read: Reader) -> tuple[str, Future[Any]]:
        """Open a question whose answer `read` turns into the result; return its id and its future."""
        future: Future[Any] = Future()
        # A running future cannot be cancelled, so nobody else resolves it.
        future.set_running_or_notify_cancel()
        with self._lock:
            question = f"?{next(self._numbers)}"
            self._open[question] = (read, future)
        return question, future

    def knows(self, question: str) -> bool:
        """Whether the question is open."""
        return question in self._open

    def answer(self, message: Mapping[str, Any]) -> None:
        """Resolve the question that `message` answers."""
        with self._lock:
            read, future = self._open.pop(message["id"])
        if (failure := message.get("failure")) is not None:
            future.set_exception(EngineError(failure_from_json(failure)))
        else:
            future.set_result(read(message))

    def fail(self, question: str, failure: Failure) -> None:
        """Resolve one question with a failure."""
        with self._lock:
            _, future = self._open.pop(question)
        future.set_exception(EngineError(failure))

    def fail_all(self, failure: Failure, spare: Collection[str] = ()) -> None:
        """Resolve all open questions but those in `spare` with a failure."""
        with self._lock:
            doomed = [question for question in self._open if question not in spare]
        for question in doomed:
            self.fail(question, failure)
