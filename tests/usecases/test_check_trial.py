"""Trying checks: results and problems, off the calling thread, the newest request first."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError

import pytest

from tests.patience import PATIENCE_S
from workbench.core.cases import SET, Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import CheckedAnswer
from workbench.engine.checker.client import CheckerClient
from workbench.engine.checker.sandbox import QuickJsEngine
from workbench.host.processes import scrubbed_env
from workbench.usecases.check_trial import CheckTrial

LATE = Check("contains", value='"late"')
ANSWERS = (CheckedAnswer("It is late."), CheckedAnswer("It was sent."))


class InThisProcess:
    """Evaluates checks here; holds while `gate` is closed, and records what it evaluated."""

    def __init__(self, _: Mapping[str, str]) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.began = threading.Event()
        self.evaluated: list[str] = []
        self.threads: set[str] = set()
        self.is_closed = False

    def evaluate(self, answer: CheckedAnswer, checks: Sequence[Check]) -> tuple[CheckResult, ...]:
        self.began.set()
        assert self.gate.wait(PATIENCE_S)
        self.threads.add(threading.current_thread().name)
        self.evaluated += [check.type for check in checks]
        return tuple(evaluate(check, answer, QuickJsEngine()) for check in checks)

    def close(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.is_closed = True


@pytest.fixture
def made() -> list[InThisProcess]:
    return []


@pytest.fixture
def trial(made: list[InThisProcess]) -> Iterator[CheckTrial]:
    def make(env: Mapping[str, str]) -> InThisProcess:
        made.append(InThisProcess(env))
        return made[-1]

    one = CheckTrial({}, make)
    yield one
    one.close()


def test_checks_are_tried_on_all_answers(trial: CheckTrial) -> None:
    tried = trial.attempt(ANSWERS, (LATE, Check("is-refusal", negated=True)), key="form").result(PATIENCE_S)
    assert [[result.state for result in row] for row in tried.results] == [["pass", "pass"], ["fail", "pass"]]
    assert tried.problems == ("", "")


@pytest.mark.parametrize(
    ("check", "problem"),
    [
        (Check("regex", value='"("'), "The regular expression is invalid"),
        (Check("regex", value='"late"'), ""),
        (Check("regex", True, value='"late"'), ""),
        (Check("is-json", value='{"type":"strange"}'), "The JSON Schema of the check"),
        (Check("is-json", value='{"type":"object"}'), ""),
        (Check("contains"), "Enter a text to look for"),
        (Check("contains", weight=0.0), "Enter a text to look for"),
        (Check("contains", value='"{{order}}"'), ""),
        (Check("javascript", value='"output.length <"'), "The JavaScript failed: SyntaxError"),
        (Check("javascript", value='"JSON.parse(output).a.b"'), ""),
        (Check("latency", threshold=1.0), ""),
        (Check("llm-rubric", value='"polite"'), ""),
        (Check("new-one"), ""),
        (Check(SET), ""),
    ],
)
def test_mistakes_are_found_without_answers(trial: CheckTrial, check: Check, problem: str) -> None:
    (found,) = trial.attempt((), (check,), key="form").result(PATIENCE_S).problems
    assert found.startswith(problem)
    assert bool(found) == bool(problem)


def test_each_answer_has_its_own_checks(trial: CheckTrial) -> None:
    found = trial.evaluate(ANSWERS, ((LATE,), ()), key="lanes").result(PATIENCE_S)
    assert [[result.state for result in row] for row in found] == [["pass"], []]


def test_newer_request_replaces_older_ones_with_its_key(trial: CheckTrial, made: list[InThisProcess]) -> None:
    trial.evaluate(ANSWERS[:1], ((LATE,),), key="form").result(PATIENCE_S)
    (evaluator,) = made
    evaluator.gate.clear()
    evaluator.began.clear()
    running = trial.evaluate(ANSWERS, ((LATE,) * 100, (LATE,) * 100), key="form")
    assert evaluator.began.wait(PATIENCE_S)
    waiting = trial.evaluate(ANSWERS[:1], ((LATE,),), key="form")
    other = trial.evaluate(ANSWERS[:1], ((LATE,),), key="lanes")
    newest = trial.evaluate(ANSWERS[:1], ((LATE,),), key="form")
    evaluator.gate.set()
    assert newest.result(PATIENCE_S)[0][0].state == other.result(PATIENCE_S)[0][0].state == "pass"
    for one in (running, waiting):
        with pytest.raises(CancelledError):
            one.result(PATIENCE_S)
    # One before the gate was closed, the one at the gate, and those of the two requests that count.
    assert len(evaluator.evaluated) == 4


def test_suggestions_pass_on_the_answers(trial: CheckTrial) -> None:
    found = trial.suggest((CheckedAnswer("{}"), CheckedAnswer("[]")), key="suggestions").result(PATIENCE_S)
    assert (found[0].check, found[0].sentence) == (Check("is-json"), "Both answers are JSON.")


def test_closing_ends_the_evaluator_in_its_own_thread(trial: CheckTrial, made: list[InThisProcess]) -> None:
    trial.evaluate(ANSWERS[:1], ((LATE,),), key="form").result(PATIENCE_S)
    trial.close()
    trial.close()
    assert made[0].is_closed
    assert len(made[0].threads) == 1
    assert trial.evaluate(ANSWERS[:1], ((LATE,),), key="form").cancelled()


def test_trial_that_was_never_used_starts_nothing(made: list[InThisProcess]) -> None:
    CheckTrial({}, InThisProcess).close()
    assert made == []


def test_check_that_hangs_is_stopped_and_the_others_are_evaluated() -> None:
    hangs = Check("regex", value='"^(a+)+$"')
    trial = CheckTrial(scrubbed_env(os.environ), lambda env: CheckerClient(env, limit_s=3))
    try:
        answer = CheckedAnswer("a" * 60 + "! It is late.")
        tried = trial.attempt((answer,), (hangs, LATE), key="form").result(PATIENCE_S)
    finally:
        trial.close()
    assert [result.state for result in tried.results[0]] == ["unscored", "pass"]
