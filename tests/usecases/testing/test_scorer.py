"""Scoring on its own thread: nothing is scored twice, nothing is left out, whatever the checker does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.usecases.making import new_prompt, opened, wait_for
from tests.usecases.testing import suites
from workbench.core.cases import Case, Check
from workbench.core.checks.check_result import CheckResult, unscored
from workbench.core.checks.inputs import CheckedAnswer
from workbench.core.testing.cells import CellKey
from workbench.engine.checker.client import ENDED
from workbench.store.errors import failure
from workbench.store.testing.records import CellScored
from workbench.usecases.testing.scorer import MOST_WAITING, Scorer
from workbench.usecases.workbench import Workbench


class Evaluator:
    """Passes every check of answers with "Hello"; `before` is called for each answer."""

    def __init__(self, before: Callable[[CheckedAnswer], None] = lambda answer: None) -> None:
        self.before = before
        self.seen: list[CheckedAnswer] = []

    def evaluate(self, answer: CheckedAnswer, checks: Sequence[Check]) -> tuple[CheckResult, ...]:
        if answer.text:
            self.seen.append(answer)
            self.before(answer)
        return tuple(CheckResult("pass", 1.0, "Yes.") for _ in checks)

    def close(self) -> None:
        self.before = lambda answer: None


def scored_by(workbench: Workbench, evaluator: Evaluator) -> None:
    """Let a workbench use this evaluator."""
    scorer = workbench.tests.scorer
    scorer._checker._evaluator = lambda: evaluator


def states(workbench: Workbench, run_uid: str) -> list[str]:
    run = workbench.store.tests.run(run_uid)
    columns = workbench.store.tests.results(run.uid, run.scoring_uid)
    return [cell.state for column in columns for case in column.cases for cell in case.cells]


def test_answers_that_come_faster_than_they_are_checked_are_scored_later(tmp_path: Path) -> None:
    gate = threading.Event()
    with opened(tmp_path, {}) as (workbench, _):
        evaluator = Evaluator(lambda answer: gate.wait(PATIENCE_S) and None)
        scored_by(workbench, evaluator)
        prompt = new_prompt(workbench)
        count = MOST_WAITING + 100
        handle = workbench.tests.start(prompt, suites.plan(workbench, prompt, suites.settings(), suites.cases(count)))
        wait_for(lambda: handle.progress().answered == count)
        assert handle.progress().scored == 0
        assert not handle.done
        gate.set()
        suites.finish(handle)
        assert states(workbench, handle.run_uid) == ["pass"] * count
        assert len(evaluator.seen) == count
        assert handle.progress().scored == count


def test_a_checker_that_breaks_leaves_the_answer_unscored_with_the_reason(tmp_path: Path) -> None:
    def breaks(answer: CheckedAnswer) -> None:
        if answer.text.endswith("3"):
            raise OSError("broken")

    with opened(tmp_path, {}) as (workbench, _):
        scored_by(workbench, Evaluator(breaks))
        prompt = new_prompt(workbench)
        handle = suites.run(workbench, prompt, suites.settings(), suites.cases(4))
        assert states(workbench, handle.run_uid) == ["pass", "pass", "pass", "unscored"]
        run = workbench.store.tests.run(handle.run_uid)
        detail = workbench.store.tests.cell(run.uid, run.scoring_uid, CellKey(3, 0, 0))
        assert detail.results[0].reason.startswith("The check could not be evaluated.")


def test_a_check_during_which_the_checker_was_ended_is_evaluated_again(tmp_path: Path) -> None:
    class Ended(Evaluator):
        def evaluate(self, answer: CheckedAnswer, checks: Sequence[Check]) -> tuple[CheckResult, ...]:
            results = super().evaluate(answer, checks)
            return tuple(unscored(ENDED) for _ in checks) if len(self.seen) == 1 else results

    with opened(tmp_path, {}) as (workbench, _):
        evaluator = Ended()
        scored_by(workbench, evaluator)
        prompt = new_prompt(workbench)
        handle = suites.run(workbench, prompt, suites.settings(), suites.cases(2))
        assert states(workbench, handle.run_uid) == ["pass", "pass"]
        assert len(evaluator.seen) == 3


def test_scores_that_cannot_be_written_are_written_by_the_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, {}) as (workbench, heard):
        records = workbench.store.tests
        save, failures = records.save_scores, iter(range(1))

        def broken(scoring_uid: str, scores: Sequence[CellScored]) -> Future[None]:
            if next(failures, None) is None:
                return save(scoring_uid, scores)
            found: Future[None] = Future()
            found.set_exception(failure("full"))
            return found

        monkeypatch.setattr(records, "save_scores", broken)
        prompt = new_prompt(workbench)
        handle = suites.run(workbench, prompt, suites.settings(), suites.cases(5))
        assert states(workbench, handle.run_uid) == ["pass"] * 5
        assert handle.progress().scored == 5
        assert len(heard.of("problem")) == 1


def test_a_cancelled_rescoring_keeps_what_is_scored(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        evaluator = Evaluator()
        scored_by(workbench, evaluator)
        prompt = new_prompt(workbench)
        given = suites.settings()
        handle = suites.run(workbench, prompt, given, suites.cases(300))
        seen, first = threading.Event(), len(evaluator.seen)
        gate = threading.Event()

        def hold(answer: CheckedAnswer) -> None:
            if len(evaluator.seen) == first + 150:
                seen.set()
                gate.wait(PATIENCE_S)

        evaluator.before = hold
        sweep = workbench.tests.rescore(handle.run_uid, given)
        assert seen.wait(PATIENCE_S)
        sweep.cancel()
        gate.set()
        assert sweep.wait(PATIENCE_S)
        assert 128 <= sweep.scored < 300
        assert len(states(workbench, handle.run_uid)) == sweep.scored


def test_rescoring_uses_the_checks_of_cases_whose_values_are_the_same(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings(checks=())
        tested = suites.cases(2, suites.HELLO)
        handle = suites.run(workbench, prompt, given, tested)
        never = Check("contains", value='"never"')
        now = {
            "case-0": Case("case-0", "Case 0", (("name", "name 0"),), (never,)),
            "case-1": Case("case-1", "Case 1", (("name", "changed"),), (never,)),
        }
        assert workbench.tests.rescore(handle.run_uid, given, now).wait(PATIENCE_S)
        assert states(workbench, handle.run_uid) == ["fail", "pass"]


def test_checks_see_the_prompt_the_values_and_the_facts_of_the_call(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        evaluator = Evaluator()
        scored_by(workbench, evaluator)
        prompt = new_prompt(workbench)
        suites.run(workbench, prompt, suites.settings(), suites.cases(1))
        (answer,) = evaluator.seen
        assert (answer.prompt, dict(answer.values)) == ("Hello name 0", {"name": "name 0"})
        assert (answer.finish_reason, answer.cost_usd) == ("stop", 0.0)
        assert answer.latency_ms is not None


def test_a_closed_scorer_keeps_nobody_waiting(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings()
        handle = suites.run(workbench, prompt, given, suites.cases(2))
        workbench.tests.scorer.close()
        sweep = workbench.tests.rescore(handle.run_uid, given)
        assert sweep.wait(PATIENCE_S)
        assert sweep.scored == 0
    fresh = Scorer(workbench.store.tests, Evaluator, lambda content, values: Future(), lambda problem: None)
    fresh.close()
