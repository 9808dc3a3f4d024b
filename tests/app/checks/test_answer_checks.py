"""Checks of shown answers: evaluated once, the newest request is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, cast

from workbench.app.checks.answer_checks import AnswerChecks
from workbench.app.lanes.shown_answers import LaneAnswer, OutputChecks, ShownAnswers
from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import CheckedAnswer
from workbench.usecases.check_trial import CheckTrial

LATE, SENT = Check("contains", value='"late"'), Check("contains", value='"sent"')
ONE = LaneAnswer("a", "fast", "out-a", CheckedAnswer("It is late."))
TWO = LaneAnswer("b", "slow", "out-b", CheckedAnswer("It was sent."))


class LateTasks:
    """Delivers what was run when the test says so, in order."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def run(self, work: Callable[[], Any], then: Callable[[Any], None], *_: object) -> None:
        self.waiting.append(lambda: then(work()))

    def watch(self, future: Future[Any], then: Callable[[Any], None], *_: object) -> None:
        self.waiting.append(lambda: then(future.result()))

    def deliver(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


class Trial:
    """Evaluates at once, and counts the answers."""

    def __init__(self) -> None:
        self.answers = 0

    def evaluate(
        self, answers: Sequence[CheckedAnswer], checks: Sequence[Sequence[Check]], *, key: str
    ) -> Future[tuple[tuple[CheckResult, ...], ...]]:
        self.answers += len(answers)
        done: Future[tuple[tuple[CheckResult, ...], ...]] = Future()
        pairs = zip(answers, checks, strict=True)
        done.set_result(tuple(tuple(evaluate(check, answer) for check in own) for answer, own in pairs))
        return done


class Followed:
    """The object under test, with all that it showed."""

    def __init__(self) -> None:
        self.tasks, self.trial, self.made = LateTasks(), Trial(), 0
        self.checks: dict[str, tuple[Check, ...]] = {"": (LATE,), "case": (LATE, SENT)}
        self.shown: list[Mapping[str, OutputChecks]] = []
        self.answers = AnswerChecks(
            cast(Any, self.tasks), self._make, lambda _, set_uid: self.checks[set_uid], self.shown.append
        )

    def _make(self) -> CheckTrial:
        self.made += 1
        return cast(CheckTrial, self.trial)

    def follow(self, *answers: LaneAnswer, set_uid: str = "") -> list[str]:
        self.answers.follow("p", ShownAnswers(set_uid, answers))
        self.tasks.deliver()
        return self.told()

    def told(self) -> list[str]:
        return [f"{uid} {''.join(one.state[0] for one in found.results)}" for uid, found in self.shown[-1].items()]


def test_answer_is_checked_once_for_the_same_checks() -> None:
    followed = Followed()
    assert followed.follow(ONE) == ["out-a p"]
    assert followed.follow(ONE, TWO) == ["out-a p", "out-b f"]
    assert followed.trial.answers == 2
    followed.checks[""] = (SENT,)
    assert followed.follow(ONE, TWO) == ["out-a f", "out-b p"]
    assert followed.trial.answers == 4


def test_checks_of_the_shown_case_are_used() -> None:
    followed = Followed()
    assert followed.follow(TWO, set_uid="case") == ["out-b fp"]


def test_prompt_without_checks_starts_nothing() -> None:
    followed = Followed()
    followed.checks[""] = ()
    assert followed.follow(ONE) == []
    assert followed.follow() == []
    assert followed.made == 0


def test_results_of_an_earlier_request_are_not_shown_but_kept() -> None:
    followed = Followed()
    followed.answers.follow("p", ShownAnswers("", (ONE,)))
    followed.tasks.waiting.pop(0)()
    followed.answers.follow("p", ShownAnswers("", (TWO,)))
    followed.tasks.deliver()
    assert len(followed.shown) == 1
    assert followed.told() == ["out-b f"]
    assert followed.follow(ONE) == ["out-a p"]
    assert followed.trial.answers == 2
