"""Trying checks on answers, off the thread that asks.

Invariant: one thread owns the process that evaluates checks; nothing here blocks its caller. A request replaces those
with the same key that are not finished, whose futures are cancelled. A check that hangs costs a second, and is
unscored.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from workbench.core.cases import SET, Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.core.checks.inputs import CheckedAnswer
from workbench.core.checks.suggestions import MOST_ANSWERS, CheckSuggestion, candidates, ranked

T = TypeVar("T")
_PROBE = CheckedAnswer("{}")
"""An answer on which a check without a mistake passes or fails."""


class CheckEvaluator(Protocol):
    """Evaluates checks in a process of its own; see `engine.checker.client.CheckerClient`."""

    def evaluate(self, answer: CheckedAnswer, checks: Sequence[Check]) -> tuple[CheckResult, ...]:
        """Return the results of the checks of one answer, in order."""

    def close(self) -> None:
        """End the process."""


@dataclass(frozen=True, slots=True)
class TriedChecks:
    """Results of checks: `results` has one row per answer, in the order of the checks.

    `problems` has a sentence for each check that has a mistake, "" for others.
    """

    problems: tuple[str, ...]
    results: tuple[tuple[CheckResult, ...], ...]


class CheckTrial:
    """Evaluates checks for the window. The thread and the process are started on first use."""

    def __init__(
        self, env: Mapping[str, str], make: Callable[[Mapping[str, str]], CheckEvaluator] | None = None
    ) -> None:
        """`env` are the environment variables of the process; `make` replaces the real client in tests."""
        self._env = dict(env)
        self._make = make or _client
        self._client: CheckEvaluator | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="check-trial")
        self._lock = threading.Lock()
        self._newest: dict[str, Future[Any]] = {}
        self._requests: dict[str, int] = {}
        self._is_closed = False

    def evaluate(
        self, answers: Sequence[CheckedAnswer], checks: Sequence[Sequence[Check]], *, key: str
    ) -> Future[tuple[tuple[CheckResult, ...], ...]]:
        """Return the results of each answer's own checks."""

        def work(go_on: Callable[[], None]) -> tuple[tuple[CheckResult, ...], ...]:
            pairs = zip(answers, checks, strict=True)
            return tuple(self._evaluated(answer, own, go_on) for answer, own in pairs)

        return self._submit(key, work)

    def attempt(self, answers: Sequence[CheckedAnswer], checks: Sequence[Check], *, key: str) -> Future[TriedChecks]:
        """Return the problems of checks, and their results on all answers."""

        def work(go_on: Callable[[], None]) -> TriedChecks:
            problems = tuple(self._problem(check, go_on) for check in checks)
            return TriedChecks(problems, tuple(self._evaluated(answer, checks, go_on) for answer in answers))

        return self._submit(key, work)

    def suggest(
        self,
        answers: Sequence[CheckedAnswer],
        winners: Collection[int] = (),
        present: Sequence[Check] = (),
        *,
        key: str,
        schema: str = "",
        is_for_case: bool = False,
    ) -> Future[tuple[CheckSuggestion, ...]]:
        """Return suggested checks; see `core.checks.suggestions.suggest_checks`."""

        def work(go_on: Callable[[], None]) -> tuple[CheckSuggestion, ...]:
            looked_at = answers[:MOST_ANSWERS]
            found = candidates(looked_at, present, schema=schema, is_for_case=is_for_case)
            checks = [one.check for one in found]
            return ranked(found, [self._evaluated(answer, checks, go_on) for answer in looked_at], winners)

        return self._submit(key, work)

    def close(self) -> None:
        """Cancel what waits, wait for the check that is being evaluated, and end the process."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        # The process dies with the thread that started it, so it is ended there.
        self._pool.submit(self._end)
        self._pool.shutdown(wait=True)

    def _submit(self, key: str, work: Callable[[Callable[[], None]], T]) -> Future[T]:
        with self._lock:
            if self._is_closed:
                done: Future[T] = Future()
                done.cancel()
                return done
            request = self._requests[key] = self._requests.get(key, 0) + 1
            if (before := self._newest.get(key)) is not None:
                before.cancel()

            def go_on() -> None:
                if self._is_closed or self._requests[key] != request:
                    raise CancelledError

            future = self._newest[key] = self._pool.submit(work, go_on)
        return future

    def _evaluated(
        self, answer: CheckedAnswer, checks: Sequence[Check], go_on: Callable[[], None]
    ) -> tuple[CheckResult, ...]:
        """Evaluate one check at a time, so that a newer request waits for one check at most."""
        if self._client is None:
            self._client = self._make(self._env)
        results: list[CheckResult] = []
        for check in checks:
            go_on()
            results += self._client.evaluate(answer, (check,))
        return tuple(results)

    def _problem(self, check: Check, go_on: Callable[[], None]) -> str:
        """Return the mistake of a check: it fails with and without `not-`, or is unscored."""
        row = CHECK_TYPES.get(check.type)
        if row is None or not row.is_evaluated or check.type == SET or row.needs not in ("", "engine", "sqlglot"):
            return ""
        plain = replace(check, weight=None)
        first, second = self._evaluated(_PROBE, (plain, replace(plain, negated=not check.negated)), go_on)
        # Other errors of code may come from the answer, which is none of the prompt's.
        is_mistake = row.value != "code" or "SyntaxError" in first.reason
        is_wrong = first.state == "unscored" or first.state == second.state == "fail"
        return first.reason if is_wrong and is_mistake and not _has_template(check) else ""

    def _end(self) -> None:
        if self._client is not None:
            self._client.close()


def _has_template(check: Check) -> bool:
    """Whether a check's value depends on the variables of a case."""
    return "{{" in check.value


def _client(env: Mapping[str, str]) -> CheckEvaluator:
    from workbench.engine.checker.client import CheckerClient

    return CheckerClient(env)
