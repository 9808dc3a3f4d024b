"""Decisions exactly at a threshold, and advice that must not be there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.decide import scenarios
from tests.core.decide.branches import BRANCHES
from tests.core.decide.made import attempt, column, decided, evidence, finding, pair
from workbench.core.decide.evidence import ProbeEvidence, StubbornEvidence, TrainingEvidence, VerdictEvidence
from workbench.core.decide.goals import DecideGoals


@pytest.mark.parametrize(("rows", "contradictions", "state"), [(95, 5, "agree"), (94, 5, "disagree")])
def test_five_per_cent_of_contradictions_are_still_few(rows: int, contradictions: int, state: str) -> None:
    made = evidence(training=TrainingEvidence(rows, contradictions=contradictions))
    assert finding(decided(made), "F2").state == state


@pytest.mark.parametrize(
    ("rows", "state"), [(49, "too_few"), (50, "try"), (99, "try"), (100, "usual"), (499, "usual"), (500, "good")]
)
def test_number_of_rows_has_its_word_from_the_threshold_on(rows: int, state: str) -> None:
    assert finding(decided(evidence(training=TrainingEvidence(rows))), "F13").state == state


@pytest.mark.parametrize(
    ("pairs", "said"),
    [(1, "1 pair of"), (499, "too few to train"), (500, "enough to try"), (1000, "the usual advice for")],
)
def test_pairs_for_training_by_preferences(pairs: int, said: str) -> None:
    assert said in finding(decided(evidence(training=TrainingEvidence(60, pairs=pairs))), "F13").sentence


def test_too_few_rows_are_called_so_and_no_limit() -> None:
    found = finding(decided(evidence(training=TrainingEvidence(2))), "F13")
    assert (found.word, found.answer) == ("limit reached", "too few")


def test_open_try_after_five_closed_ones_keeps_the_question_open() -> None:
    made = scenarios.narrow_plateau()
    tries = (*made.tries, attempt(16, 6, 160, "wording", added=("wording",), number=9))
    found = finding(decided(replace(made, tries=tries)), "F10")
    assert (found.state, found.word) == ("open", "limit near")


@pytest.mark.parametrize(("closed", "word"), [(2, "holds"), (3, "limit near")])
def test_limit_is_near_from_three_closed_tries_on(closed: int, word: str) -> None:
    made = scenarios.few_rows()
    assert finding(decided(replace(made, tries=made.tries[:closed])), "F10").word == word


def test_verdicts_between_models_do_not_settle_what_prompting_does() -> None:
    between_models = VerdictEvidence(1, 1, 60, 20)
    found = finding(decided(evidence(verdicts=(between_models,))), "F10")
    assert found.state == "untried"


def test_few_hold_out_cases_do_not_outweigh_many_others() -> None:
    few = pair("model", (4, 0, 0, 6))
    many = pair("model", (60, 25, 2, 13), "tuning")
    made = evidence(goals=DecideGoals(target=0.9), columns=(column(62, 100),), pairs=(few, many))
    assert finding(decided(made), "F8").state == "better"


@pytest.mark.parametrize(("stable", "saved"), [(1023, []), (1024, ["caching"])])
def test_prefix_of_the_least_length_is_cached(stable: int, saved: list[str]) -> None:
    made = scenarios.too_dear()
    (found,) = made.columns
    assert found.figures is not None
    calls = replace(found.figures, stable_tokens=float(stable))
    cost = decided(replace(made, columns=(replace(found, figures=calls),))).cost
    assert [one.id for one in cost.savings] == saved


@pytest.mark.parametrize(("fixed", "state"), [(9, "other"), (10, "knowledge")])
def test_facts_that_fix_half_of_the_cases_are_what_is_missing(fixed: int, state: str) -> None:
    stubborn = StubbornEvidence(100, 20, 3, 2, ProbeEvidence(20, fixed, 0))
    made = evidence(goals=DecideGoals(target=0.9), columns=(column(70, 100, "tuning"),), stubborn=stubborn)
    assert finding(decided(made), "F7").state == state


def test_tuned_model_that_does_not_pay_is_not_shipped() -> None:
    decision = decided(BRANCHES["tuned but unpaid"][0])
    assert (decision.code, decision.table_row) == ("KEEP_PROMPT", 5)
    assert not any(one.code == "HYBRID" for one in decision.also)
    assert decided(BRANCHES["tuned and holding"][0]).code == "HYBRID"


@pytest.mark.parametrize("name", ["nobody", "no route allowed", "closed route", "base model retires"])
def test_training_without_a_route_or_people_is_no_advice_at_all(name: str) -> None:
    decision = decided(BRANCHES[name][0])
    assert (decision.code, decision.table_row) == ("KEEP_PROMPT", 15)
    assert not any(one.code == "TUNE_LORA" for one in decision.also)


@pytest.mark.parametrize(("passing", "target", "state"), [(46, 0.8, "unclear"), (48, 0.83, "level")])
def test_more_cases_are_no_longer_advised_from_five_hundred_on(passing: int, target: float, state: str) -> None:
    """About 494 more cases would settle the first rate, between 500 and 549 the second."""
    made = evidence(goals=DecideGoals(target=target), columns=(column(passing, 60),))
    assert finding(decided(made), "F4").state == state
