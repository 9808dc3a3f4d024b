"""Pass rates corrected for the errors of a judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.statistics.judge_made import answered, exchanged, judged, judged_columns
from tests.core.statistics.oracles import JUDGE_ORACLES
from workbench.core.statistics.clusters import FEWEST
from workbench.core.statistics.columns import PassRate, pass_rate
from workbench.core.statistics.comparisons import LeftOutPairs
from workbench.core.statistics.corrected_rate import (
    CorrectedDifference,
    CorrectedRate,
    corrected_difference,
    corrected_rate,
)
from workbench.core.statistics.judge_cells import JudgedCell, judged_cases, labelled_cases
from workbench.core.statistics.proportions import ConfidenceInterval


def corrected(cells: Sequence[JudgedCell]) -> CorrectedRate:
    found = corrected_rate(cells)
    assert found is not None
    return found


def interval(cells: Sequence[JudgedCell]) -> ConfidenceInterval:
    found = corrected(cells).interval
    assert found is not None
    return found


def difference(baseline: Sequence[JudgedCell], column: Sequence[JudgedCell]) -> CorrectedDifference:
    found = corrected_difference(baseline, column)
    assert found is not None
    return found


def width(found: ConfidenceInterval | None) -> float:
    assert found is not None
    return found.high - found.low


def test_rate_weighs_what_people_say_of_both_verdicts_by_the_shares_of_the_judge() -> None:
    # The judge passed 58 of 100. People passed 17 of 18 of these, and 3 of 12 of the others.
    found = corrected(answered((17, 1), (3, 9), (40, 30)))
    assert found.rate == pytest.approx(0.58 * 17 / 18 + 0.42 * 3 / 12)
    assert (found.raw.rate, found.answers, found.labels, found.missing) == (0.58, 100, 30, 0)


@pytest.mark.parametrize(("pp", "pf", "fp", "ff", "up", "uf", "rate", "low", "high"), JUDGE_ORACLES["corrected"])
def test_rate_agrees_with_ppi_python_and_interval_with_quadrature(
    pp: int, pf: int, fp: int, ff: int, up: int, uf: int, rate: float, low: float, high: float
) -> None:
    found = corrected(answered((pp, pf), (fp, ff), (up, uf)))
    assert found.rate == pytest.approx(rate, abs=1e-12)
    assert found.interval is not None
    # The draws sway by about a thousandth; the interval contains its rate.
    assert found.interval.low == pytest.approx(min(low, rate), abs=0.004)
    assert found.interval.high == pytest.approx(max(high, rate), abs=0.004)


def test_too_few_labels_correct_nothing() -> None:
    found = corrected(answered((10, 1), (2, 6), (50, 20)))
    assert (found.rate, found.interval, found.labels, found.missing) == (None, None, 19, 1)
    assert found.raw.rate == 61 / 89


def test_column_with_fewer_answers_needs_a_label_for_each() -> None:
    found = corrected(answered((7, 0), (1, 3), (1, 0)))
    assert (found.rate, found.missing) == (None, 1)
    whole = corrected(answered((8, 0), (1, 3)))
    assert (whole.rate, whole.missing) == (0.75, 0)


def test_labels_that_do_not_count_are_counted_and_change_nothing() -> None:
    cells = answered((17, 1), (3, 9), (40, 30))
    more = judged("?+,?-,?0")
    found = corrected([*cells, *(replace(cell, case=f"more {cell.case}") for cell in more)])
    assert found == replace(corrected(cells), unsure=1, unscored=2)
    unsure = [replace(cell, label="unsure") if cell.label is None else cell for cell in cells]
    assert corrected(unsure) == replace(corrected(cells), unsure=70)


def test_verdict_without_a_label_may_be_right_or_wrong() -> None:
    found = corrected(answered((25, 0), (0, 0), (60, 15)))
    assert found.rate == pytest.approx(0.85 + 0.15 / 2)
    assert found.interval is not None
    assert found.interval.low == pytest.approx(0.78, abs=0.02)
    assert found.interval.high > 0.98


def test_column_without_a_verdict_has_no_rate() -> None:
    assert corrected_rate([]) is None
    assert corrected_rate(judged("?+,?-")) is None


def test_bad_judge_gives_a_wide_interval_and_a_good_one_a_narrow_one() -> None:
    guessing = interval(answered((10, 5), (10, 5), (200, 200)))
    good = interval(answered((15, 0), (0, 15), (200, 200)))
    assert width(good) < 0.75 * width(guessing)
    inverse = interval(answered((0, 15), (15, 0), (200, 200)))
    assert width(inverse) == pytest.approx(width(good), abs=0.01)


def test_samples_of_a_case_that_are_alike_are_worth_one() -> None:
    cells = answered((14, 2), (2, 7), (20, 15))
    tripled = [replace(cell) for cell in cells for _ in range(3)]
    once, thrice = interval(cells), interval(tripled)
    assert corrected(tripled).rate == pytest.approx(corrected(cells).rate or 0)
    assert width(thrice) == pytest.approx(width(once), rel=0.05)
    separate = [replace(cell, case=f"{cell.case} {at}") for cell in cells for at in range(3)]
    assert width(interval(separate)) < 0.7 * width(once)
    clustered = [replace(cell, case=f"{cell.case} {at}", cluster=f"c{cell.case}") for cell in cells for at in range(3)]
    assert interval(clustered) == thrice


def test_always_right_judge_of_samples_is_worth_its_clusters() -> None:
    cells = answered((15, 0), (0, 10), (20, 15))
    doubled = [replace(cell) for cell in cells for _ in range(2)]
    assert width(interval(doubled)) == pytest.approx(width(interval(cells)), rel=0.05)


def test_case_with_more_samples_does_not_weigh_more() -> None:
    cells = answered((20, 0), (0, 0))
    # One more case fails, in the judge's and the person's eyes, with ten samples.
    failing = [JudgedCell("failing", "fail", "fail")] * 10
    assert corrected([*cells, *failing]).rate == pytest.approx(20 / 21)


def test_labels_in_few_clusters_give_no_interval() -> None:
    cells = answered((12, 1), (2, 7), (40, 30))
    found = corrected([replace(cell, cluster=str(at % (FEWEST - 1))) for at, cell in enumerate(cells)])
    assert found.rate is not None
    assert found.interval is None


def test_samples_in_different_clusters_are_refused() -> None:
    with pytest.raises(ValueError, match="different clusters"):
        corrected_rate([JudgedCell("1", "pass", cluster="a"), JudgedCell("1", "pass", cluster="b")])


@given(judged_columns(), st.integers())
def test_order_of_cells_changes_nothing(cells: list[JudgedCell], seed: int) -> None:
    mixed = list(cells)
    Random(seed).shuffle(mixed)
    assert corrected_rate(mixed) == corrected_rate(cells)


@given(judged_columns())
def test_interval_contains_the_rate_within_possible_values(cells: list[JudgedCell]) -> None:
    found = corrected_rate(cells)
    if found is not None and found.rate is not None and found.interval is not None:
        assert 0 <= found.interval.low <= found.rate <= found.interval.high <= 1


@given(judged_columns())
def test_labels_of_all_answers_give_the_plain_rate(cells: list[JudgedCell]) -> None:
    labelled = [replace(cell, label="fail" if len(cell.case) % 2 else "pass") for cell in cells]
    found, plain = corrected_rate(labelled), pass_rate(labelled_cases(labelled))
    if found is not None and found.rate is not None:
        assert isinstance(plain, PassRate)
        assert found.rate == pytest.approx(plain.rate)
        assert found.interval == plain.interval


@given(judged_columns())
def test_labels_that_agree_with_the_judge_leave_its_rate(cells: list[JudgedCell]) -> None:
    agreeing = [
        replace(cell, label=cell.verdict) if cell.label is not None and cell.is_scored else cell for cell in cells
    ]
    found = corrected_rate(agreeing)
    labelled = {cell.verdict for cell in agreeing if cell.is_measuring}
    if found is not None and found.rate is not None and len(labelled) == 2:
        assert found.rate == pytest.approx(found.raw.rate)


@given(judged_columns())
def test_exchanging_pass_and_fail_mirrors_the_rate(cells: list[JudgedCell]) -> None:
    found, other = corrected_rate(cells), corrected_rate(exchanged(cells))
    if found is None or other is None or found.rate is None:
        return
    # Exchanged cells lose labels only where they were unsure.
    assert other.rate == pytest.approx(1 - found.rate)
    if found.interval is not None and other.interval is not None:
        assert other.interval.low == pytest.approx(1 - found.interval.high, abs=0.02)
        assert other.interval.high == pytest.approx(1 - found.interval.low, abs=0.02)


@given(judged_columns())
def test_raw_rate_is_the_pass_rate_of_the_verdicts(cells: list[JudgedCell]) -> None:
    found = corrected_rate(cells)
    assert (found.raw if found is not None else None) == pass_rate(judged_cases(cells))


def test_difference_is_that_of_the_corrected_rates() -> None:
    before, after = answered((14, 4), (2, 5), (30, 45)), answered((19, 1), (2, 3), (55, 20))
    found = difference(before, after)
    assert (found.cases, found.left_out, found.missing) == (100, LeftOutPairs(), (0, 0))
    assert found.raw == pytest.approx(0.75 - 0.48)
    rates = corrected(before).rate, corrected(after).rate
    assert rates[0] is not None
    assert rates[1] is not None
    assert found.difference == pytest.approx(rates[1] - rates[0])
    assert found.interval is not None
    assert found.interval.low < found.difference < found.interval.high


def test_equal_columns_with_the_same_labels_do_not_differ() -> None:
    cells = answered((14, 4), (2, 5), (30, 45))
    found = difference(cells, cells)
    assert found.difference == 0
    assert found.interval is not None
    assert width(found.interval) < 0.75 * width(interval(cells))


def test_difference_leaves_out_and_counts_what_is_not_judged_on_both_sides() -> None:
    before, after = answered((14, 4), (2, 5), (30, 45)), answered((19, 1), (2, 3), (55, 20))
    extra = [JudgedCell("unscored", "pass"), JudgedCell("missing", "pass")]
    found = difference([*before, *extra], [*after, JudgedCell("unscored", "unscored"), JudgedCell("other", "pass")])
    assert found == replace(difference(before, after), left_out=LeftOutPairs(missing=2, unscored=1))
    assert corrected_difference(before, []) is None


def test_difference_needs_labels_of_both_columns() -> None:
    before, after = answered((10, 1), (2, 3), (30, 45)), answered((19, 1), (2, 3), (55, 11))
    found = difference(before, after)
    assert (found.missing, found.difference, found.interval) == ((4, 0), None, None)
    few = [[replace(cell, cluster=str(at % 5)) for at, cell in enumerate(side)] for side in (after, after)]
    without = difference(*few)
    assert (without.difference, without.interval) == (0, None)


@given(judged_columns(), judged_columns(), st.integers())
def test_exchanging_columns_mirrors_the_difference(
    before: list[JudgedCell], after: list[JudgedCell], seed: int
) -> None:
    clusters = {cell.case: cell.cluster for cell in before}
    after = [replace(cell, cluster=clusters.get(cell.case, cell.cluster)) for cell in after]
    found, other = corrected_difference(before, after), corrected_difference(after, before)
    if found is None or other is None:
        assert found is other
        return
    assert (found.cases, found.left_out, found.missing) == (other.cases, other.left_out, other.missing[::-1])
    if found.difference is not None and other.difference is not None:
        assert other.difference == pytest.approx(-found.difference)
    if found.interval is not None and other.interval is not None:
        assert (-other.interval.high, -other.interval.low) == pytest.approx((found.interval.low, found.interval.high))
        assert found.difference is not None
        assert -1 <= found.interval.low <= found.difference <= found.interval.high <= 1
    Random(seed).shuffle(before)
    Random(seed).shuffle(after)
    assert corrected_difference(before, after) == found


@pytest.mark.parametrize(
    ("difference", "low", "high", "p"),
    [
        # Symmetric: the p value of the normal distribution. The level is reached where an end touches 0.
        (0.196, 0.0, 0.392, 0.05),
        (-0.196, -0.392, 0.0, 0.05),
        (0.258, 0.062, 0.454, 0.0099),
        # The end towards 0 decides.
        (-0.3, -0.31, -0.1, 0.0033),
        (0.1, -0.1, 0.12, 0.3270),
        (0.0, -0.1, 0.1, 1.0),
        (0.0, 0.0, 0.0, 1.0),
        (1.0, 1.0, 1.0, 0.0),
    ],
)
def test_p_value_is_that_of_the_interval(difference: float, low: float, high: float, p: float) -> None:
    found = CorrectedDifference(40, LeftOutPairs(), 0.0, (0, 0), difference, ConfidenceInterval(low, high))
    assert found.p == pytest.approx(p, abs=1e-4)
    assert replace(found, interval=None).p is None
    assert replace(found, difference=None, interval=None).p is None


@pytest.mark.parametrize("seed", range(20))
def test_p_value_is_below_the_level_where_zero_is_outside_of_the_interval(seed: int) -> None:
    random = Random(seed)
    difference = random.uniform(-1, 1)
    interval = ConfidenceInterval(difference - random.random(), difference + random.random())
    found = CorrectedDifference(40, LeftOutPairs(), 0.0, (0, 0), difference, interval)
    assert found.p is not None
    assert (found.p < 0.05) == (not interval.low <= 0 <= interval.high)
