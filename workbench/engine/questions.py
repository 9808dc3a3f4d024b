"""Pending questions to the engine, each with one answer (models, key check, rendering).

Invariant: every question's future is resolved exactly once, with the answer or an EngineError, and within
ANSWER_WITHIN_S provided that `expire` is called regularly.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from typing import Any

from workbench.core.runs import Failure
from workbench.engine.calls import EngineError
from workbench.engine.protocol import failure_from_json

Reader = Callable[[Mapping[str, Any]], Any]
ANSWER_WITHIN_S = 120.0
"""Timeout in seconds: longer than any answer takes, including a start of the engine and the import of LiteLLM."""
_LATE = Failure("no_answer", f"The engine did not answer within {ANSWER_WITHIN_S:.0f} s. Try again.")
_UNREADABLE = Failure("internal", "The engine sent an answer that cannot be read. Try again.")


class PendingQuestions:
    """Open questions by id; thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` returns seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._open: dict[str, tuple[Reader, Future[Any], float]] = {}

    def add(self, read: Reader) -> tuple[str, Future[Any]]:
        """Open a question whose answer `read` turns into the result; return its id and its future."""
        future: Future[Any] = Future()
        # A running future cannot be cancelled, so only this class resolves it.
        future.set_running_or_notify_cancel()
        with self._lock:
            question = f"?{next(self._numbers)}"
            self._open[question] = (read, future, self._clock() + ANSWER_WITHIN_S)
        return question, future

    def knows(self, question: str) -> bool:
        """Whether the question is open."""
        return question in self._open

    def answer(self, message: Mapping[str, Any]) -> None:
        """Resolve the question that `message` answers; an answer to a closed question is ignored.

        Raises KeyError, TypeError or ValueError when the answer cannot be read.
        """
        if (found := self._take(message["id"])) is None:
            return
        read, future = found
        try:
            if (failure := message.get("failure")) is not None:
                future.set_exception(EngineError(failure_from_json(failure)))
            else:
                future.set_result(read(message))
        except (KeyError, TypeError, ValueError):
            future.set_exception(EngineError(_UNREADABLE))
            raise

    def fail(self, question: str, failure: Failure) -> None:
        """Resolve one question with a failure; a question that is no longer open is ignored."""
        if (found := self._take(question)) is not None:
            found[1].set_exception(EngineError(failure))

    def expire(self) -> None:
        """Fail the questions that are past their deadline."""
        now = self._clock()
        with self._lock:
            late = [question for question, (_, _, until) in self._open.items() if now >= until]
        for question in late:
            self.fail(question, _LATE)

    def _take(self, question: str) -> tuple[Reader, Future[Any]] | None:
        with self._lock:
            found = self._open.pop(question, None)
        return None if found is None else found[:2]

    def fail_all(self, failure: Failure, spare: Collection[str] = ()) -> None:
        """Resolve all open questions except those in `spare` with a failure."""
        with self._lock:
            doomed = [question for question in self._open if question not in spare]
        for question in doomed:
            self.fail(question, failure)
