"""The number of further verdicts needed to separate the two strongest entrants."""

from __future__ import annotations

from random import Random
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.core.ranking.made import Counts, judged, of_counts, strengths_of
from workbench.core.ranking.davidson import ComparisonChances, fit
from workbench.core.ranking.intervals import measure
from workbench.core.ranking.judgements import Judgement, compare
from workbench.core.ranking.separation import (
    LeaderSeparation,
    VerdictNeed,
    chance_to_separate,
    information,
    rounded,
    separate,
    separation_words,
)


def separated(made: list[Judgement], most: int = 1000) -> LeaderSeparation:
    comparisons = compare(made)
    found = separate(comparisons, measure(comparisons, fit(comparisons), 1, 300), most)
    assert found is not None
    return found


def of(counts: Counts, most: int = 1000) -> LeaderSeparation:
    return separated(of_counts(counts), most)


def test_clearly_different_leaders_are_reported_as_separated() -> None:
    found = of([("a", "b", 60, 20, 5), ("b", "c", 30, 20, 0)])
    assert (found.first, found.second, found.state) == ("a", "b", "separated")
    assert found.distance.low > 0
    assert (found.alike, found.direct) == (VerdictNeed(0, 0), VerdictNeed(0, 0))
    assert separation_words(found, str.upper) == ("A is stronger than B: their difference is larger than chance.")


def test_overlapping_leaders_report_the_number_of_verdicts_needed() -> None:
    found = of([("a", "b", 20, 12, 0), ("b", "c", 30, 10, 0), ("a", "c", 33, 7, 0)])
    assert (found.first, found.second, found.state) == ("a", "b", "more")
    assert found.distance.low < 0
    # Verdicts about these two alone are more informative than a mix in which every third one is about them.
    assert found.direct.even is not None
    assert found.alike.even is not None
    assert 0 < found.direct.even < found.alike.even
    assert separation_words(found) == (
        f"a and b overlap: {found.direct.even} to {found.direct.likely} more verdicts about these two needed"
        " to separate them."
    )


def test_nearly_equal_leaders_get_no_number_of_verdicts() -> None:
    found = of([("a", "b", 500, 500, 0)])
    assert (found.state, found.alike, found.direct) == ("equal", VerdictNeed(None, None), VerdictNeed(None, None))
    assert separation_words(found) == (
        "a and b are about equal: more than 1,000 more verdicts needed to separate them."
    )


def test_verdict_need_above_the_limit_shows_the_limit() -> None:
    found = of([("a", "b", 40, 30, 0)], most=300)
    assert found.alike.even is not None
    assert found.alike.likely is None
    assert "more than 300" in separation_words(found)


def test_unconnected_leaders_are_reported() -> None:
    found = of([("a", "b", 30, 5, 0), ("x", "y", 30, 6, 0)])
    assert {found.first, found.second} == {"a", "x"}
    assert found.state == "unconnected"
    assert found.alike == VerdictNeed(None, None)
    assert separation_words(found) == "No verdict connects a and x. Judge them against each other."


def test_single_entrant_has_no_separation() -> None:
    comparisons = compare([])
    assert separate(comparisons, measure(comparisons, fit(comparisons, also="a"))) is None


@pytest.mark.deep(only=True)
@pytest.mark.parametrize(("runs", "more"), [(30, 40), (60, 40), (60, 120)])
def test_predicted_separation_probability_is_calibrated(runs: int, more: int) -> None:
    """Of judges whose preferences are as uncertain as the variance says, the foretold share separates."""
    random, told, came, judges = Random(runs * more), 0.0, 0, depth.pick(50, 400)
    for _ in range(judges):
        strength = random.gauss(0, 0.5)
        made = judged(random, strengths_of((strength, -strength)), 2, runs)
        before = separated(made)
        if before.state == "separated":
            continue
        variance = ((before.distance.high - before.distance.estimate) / 1.96) ** 2
        told += chance_to_separate(before.distance.estimate, variance, variance * runs / (runs + more))
        extra = judged(random, strengths_of((strength, -strength)), 2, more)
        renamed = [Judgement(f"x{j.run}", j.values, j.kind, j.outputs, j.blind) for j in extra]
        came += separated(made + renamed).state == "separated"
    assert told == pytest.approx(came, abs=3 * judges**0.5 * 0.5)
    assert told > judges / 25


def test_direct_verdict_need_follows_from_the_information_of_a_verdict() -> None:
    found = of([("a", "b", 30, 20, 0), ("a", "c", 30, 20, 0), ("b", "c", 30, 20, 0)])
    variance = ((found.distance.high - found.distance.estimate) / 1.96) ** 2
    # Near equality a verdict has nearly the information of a comparison of equals, 1/4.
    reached = [
        chance_to_separate(found.distance.estimate, variance, 1 / (1 / variance + more * 0.245))
        for more in range(1, 500)
    ]
    least = next(more for more, chance in enumerate(reached, 1) if chance >= 0.5)
    assert found.direct.even in (rounded(least - 1), rounded(least), rounded(least + 1))


def test_equal_entrants_may_separate_in_either_direction() -> None:
    assert chance_to_separate(0.0, 1.0, 0.2) == pytest.approx(2 * NormalDist().cdf(-1.959964 * (0.2 / 0.8) ** 0.5))
    assert chance_to_separate(0.5, 1.0, 1.0) == 0.0
    assert chance_to_separate(2.0, 1.0, 1.0) == 1.0


def test_even_verdict_need_gives_a_probability_of_one_half() -> None:
    found = of([("a", "b", 30, 20, 0)])
    assert found.alike.even is not None
    variance = ((found.distance.estimate - found.distance.low) / 1.96) ** 2
    for more, least in ((found.alike.even, 0.5), (found.alike.even // 2, 0.0)):
        chance = chance_to_separate(found.distance.estimate, variance, variance * 50 / (50 + more))
        assert least <= chance < least + 0.49


@given(st.floats(0, 2), st.floats(0.05, 4), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_more_verdicts_never_lower_the_separation_probability(
    distance: float, variance: float, one: float, other: float
) -> None:
    if distance > 1.96 * variance**0.5:
        return
    near, far = sorted((one, other), reverse=True)
    before, after = (chance_to_separate(distance, variance, variance * left) for left in (near, far))
    assert 0 <= before <= after + 1e-9 <= 1 + 1e-9


def test_information_is_computed_from_outcome_probabilities() -> None:
    assert information(ComparisonChances(0.5, 0, 0.5)) == 0.25
    assert information(ComparisonChances(0.25, 0.5, 0.25)) == 0.125
    assert information(ComparisonChances(0.9, 0, 0.1)) == pytest.approx(0.09)


@given(st.integers(1, 100_000))
def test_rounded_count_has_two_significant_digits_and_is_never_lower(number: int) -> None:
    shown = rounded(number)
    assert number <= shown <= number * 1.5
    assert len(str(shown).rstrip("0")) <= 2
    assert rounded(shown) == shown


def test_counts_are_rounded_up() -> None:
    assert [rounded(n) for n in (1, 7, 11, 31, 104, 999)] == [1, 8, 12, 40, 120, 1000]
