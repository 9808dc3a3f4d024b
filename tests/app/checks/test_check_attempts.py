"""Trying edited checks: each once on the same answers, and never shown for others."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, cast

from tests.app.checks.test_answer_checks import LATE, ONE, SENT, TWO, LateTasks
from workbench.app.checks.check_attempts import CheckAttempts
from workbench.app.lanes.shown_answers import ShownAnswers
from workbench.core.cases import SET, Check
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import CheckedAnswer
from workbench.core.checks.suggestions import CheckSuggestion, suggest_checks
from workbench.usecases.check_trial import TriedChecks


class Trial:
    """Evaluates at once, and records the types of the checks."""

    def __init__(self) -> None:
        self.tried: list[str] = []

    def attempt(self, answers: Sequence[CheckedAnswer], checks: Sequence[Check], *, key: str) -> Future[TriedChecks]:
        self.tried += [check.value or check.type for check in checks]
        done: Future[TriedChecks] = Future()
        rows = tuple(tuple(evaluate(check, answer) for check in checks) for answer in answers)
        done.set_result(TriedChecks(("",) * len(checks), rows))
        return done

    def suggest(
        self, answers: Sequence[CheckedAnswer], winners: Sequence[int], present: Sequence[Check], **options: Any
    ) -> Future[tuple[CheckSuggestion, ...]]:
        del options["key"]
        done: Future[tuple[CheckSuggestion, ...]] = Future()
        done.set_result(suggest_checks(answers, winners, present, **options))
        return done


class Tried:
    """The object under test, and how often it told of changes."""

    def __init__(self) -> None:
        self.tasks, self.trial, self.changes = LateTasks(), Trial(), 0
        self.attempts = CheckAttempts(cast(Any, self.tasks), cast(Any, self.trial), self._changed)

    def _changed(self) -> None:
        self.changes += 1

    def told(self) -> dict[tuple[int, ...], str]:
        return {path: "".join(one.state[0] for one in found[1]) for path, found in self.attempts.tried.items()}


def test_check_is_tried_once_on_the_same_answers() -> None:
    made = Tried()
    assert made.attempts.show_answers(ShownAnswers("", (ONE, TWO)))
    made.attempts.attempt((LATE, Check(SET, checks=(LATE, SENT))))
    made.tasks.deliver()
    assert made.told() == {(0,): "pf", (1,): "ff", (1, 0): "pf", (1, 1): "fp"}
    made.attempts.attempt((LATE, SENT), is_reordered=True)
    made.tasks.deliver()
    assert made.told() == {(0,): "pf", (1,): "fp"}
    assert made.trial.tried == ['"late"', "assert-set", '"sent"']
    assert not made.attempts.show_answers(ShownAnswers("", (ONE, TWO)))


def test_edited_check_keeps_its_results_until_new_ones_arrive() -> None:
    made = Tried()
    made.attempts.show_answers(ShownAnswers("", (ONE,)))
    made.attempts.attempt((LATE,))
    made.tasks.deliver()
    made.attempts.attempt((SENT,))
    assert made.told() == {(0,): "p"}
    made.tasks.deliver()
    assert made.told() == {(0,): "f"}


def test_results_for_other_answers_and_after_the_end_are_dropped() -> None:
    made = Tried()
    made.attempts.show_answers(ShownAnswers("", (ONE,)))
    made.attempts.attempt((LATE,))
    made.attempts.show_answers(ShownAnswers("", (TWO,)))
    made.tasks.deliver()
    assert made.told() == {}
    made.attempts.attempt((LATE,))
    made.attempts.stop()
    changes = made.changes
    made.tasks.deliver()
    assert made.changes == changes
    assert made.told() == {(0,): ""}


def test_suggestions_do_not_repeat_the_checks() -> None:
    made = Tried()
    found: list[str] = []

    def take(some: Sequence[CheckSuggestion]) -> None:
        found.extend(one.check.type for one in some)

    made.attempts.show_answers(ShownAnswers("", (ONE, TWO)))
    made.attempts.attempt((Check("is-refusal", negated=True),))
    made.attempts.suggest(take)
    made.tasks.deliver()
    assert found == ["word-count"]
