"""Thresholds of decision models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.statistics.oracles import JUDGE_ORACLES
from workbench.core.statistics.judge_cells import JudgedCell, RandomLabel
from workbench.core.statistics.judge_error import JudgeError
from workbench.core.statistics.threshold import ThresholdChoice, choose_threshold, verdict_at

probabilities = st.lists(
    st.tuples(st.integers(0, 20).map(lambda one: one / 20), st.booleans(), st.integers(0, 12)), min_size=2, max_size=40
)


def cell(case: object, probability: float | None, passes: bool, cluster: object = "") -> JudgedCell:
    label: RandomLabel = "pass" if passes else "fail"
    return JudgedCell(str(case), "unscored", label, str(cluster), probability)


def cells(rows: Sequence[tuple[float, bool]]) -> list[JudgedCell]:
    return [cell(at, probability, passes) for at, (probability, passes) in enumerate(rows)]


def chosen(answers: Sequence[JudgedCell]) -> ThresholdChoice:
    found = choose_threshold(answers)
    assert found is not None
    return found


def balanced(error: JudgeError) -> float:
    """Return the balanced accuracy; without answers of one kind this half counts as 0."""
    caught = error.catch.rate if error.catch is not None else 0.0
    passed = 1 - error.false_alarms.rate if error.false_alarms is not None else 0.0
    return (caught + passed) / 2


def test_threshold_separates_labels_and_lies_in_the_widest_gap_with_few_decimals() -> None:
    separated = [(0.1, False), (0.3, False), (0.43, False), (0.61, True), (0.9, True)]
    assert chosen(cells(separated)).threshold == 0.5
    # Passing from 0.2 on and passing from 0.8 on are equally good.
    equal = [(0.1, False), (0.2, True), (0.3, False), (0.8, True)]
    assert chosen(cells(equal)).threshold == 0.6
    close = [(0.51234, False), (0.51239, True)]
    assert chosen(cells(close)).threshold == 0.51236


def test_rates_on_the_same_labels_are_better_than_those_without_the_label() -> None:
    # The two answers at the border are judged wrongly by a threshold that was chosen without them.
    found = chosen(cells([(0.1, False), (0.2, False), (0.45, False), (0.5, True), (0.8, True), (0.9, True)]))
    assert balanced(found.fitted) == 1
    assert balanced(found.validated) < 1
    assert found.validated.labels == found.fitted.labels == 6


def test_labels_without_a_probability_or_an_opinion_do_not_count() -> None:
    rows = cells([(0.1, False), (0.9, True)])
    more = [
        replace(rows[0], case="a", label=None, probability=0.95),
        replace(rows[0], case="b", label="unsure", probability=0.95),
        replace(rows[0], case="c", probability=None),
    ]
    assert chosen([*rows, *more]) == chosen(rows)
    assert choose_threshold([]) is None
    assert choose_threshold(rows[:1]) is None


def test_label_that_leaves_no_choice_is_left_out() -> None:
    found = chosen(cells([(0.1, False), (0.8, True), (0.9, True)]))
    assert (found.validated.labels, found.validated.unscored) == (2, 1)


def test_samples_of_a_case_do_not_validate_each_other() -> None:
    alone = [(0.1, False), (0.2, False), (0.7, False), (0.5, True), (0.8, True), (0.9, True)]
    twice = [cell(at, *row) for at, row in enumerate(alone) for _ in range(2)]
    assert balanced(chosen(twice).validated) == balanced(chosen(cells(alone)).validated)


@pytest.mark.parametrize("probability", [-0.1, 1.01, float("nan")])
def test_numbers_that_are_no_probabilities_are_refused(probability: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        choose_threshold(cells([(0.1, False), (probability, True)]))


def test_probability_at_the_threshold_passes() -> None:
    assert [verdict_at(0.5, one) for one in (0.49, 0.5, 0.51)] == ["fail", "pass", "pass"]


@pytest.mark.parametrize(("values", "labels", "best"), JUDGE_ORACLES["threshold"])
def test_best_balanced_accuracy_agrees_with_scikit_learn(values: list[float], labels: list[int], best: float) -> None:
    found = chosen(cells([(value, bool(label)) for value, label in zip(values, labels, strict=True)]))
    assert balanced(found.fitted) == pytest.approx(best, abs=1e-12)


@given(probabilities, st.integers())
def test_no_threshold_is_better_and_order_changes_nothing(rows: list[tuple[float, bool, int]], seed: int) -> None:
    answers = [cell(at, value, passes, cluster or "") for at, (value, passes, cluster) in enumerate(rows)]
    found = choose_threshold(answers)
    if found is None:
        assert len({passes for _, passes, _ in rows}) == 1
        return
    passing = [value for value, passes, _ in rows if passes]
    failing = [value for value, passes, _ in rows if not passes]
    for threshold in np.linspace(0, 1.05, 22):
        caught = sum(value < threshold for value in failing) / len(failing)
        kept = sum(value >= threshold for value in passing) / len(passing)
        assert (caught + kept) / 2 <= balanced(found.fitted) + 1e-12
    assert 0 <= found.threshold <= 1
    Random(seed).shuffle(answers)
    assert choose_threshold(answers) == found


def test_guesses_look_good_only_on_the_labels_that_the_threshold_was_chosen_on() -> None:
    random = np.random.default_rng(3)
    fitted, validated = [], []
    for _ in range(40):
        rows = [
            (float(value), bool(label))
            for value, label in zip(random.random(30), random.integers(0, 2, 30), strict=True)
        ]
        found = chosen(cells(rows))
        fitted.append(balanced(found.fitted))
        validated.append(balanced(found.validated))
    assert np.mean(fitted) > 0.58
    assert np.mean(validated) < 0.53
