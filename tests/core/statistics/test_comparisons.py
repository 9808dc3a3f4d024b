"""Comparisons with the baseline: golden examples, pairs, clusters, Holm, margins."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.core.statistics.made import case, column, column_pairs, compared, passes, table
from workbench.core.statistics.columns import summarise
from workbench.core.statistics.comparisons import LeftOutPairs, PassComparison, compare_columns, no_worse
from workbench.core.statistics.power import more_cases
from workbench.core.statistics.proportions import ConfidenceInterval
from workbench.core.statistics.results import CaseResults, CellResult, ColumnResults


def percent(interval: ConfidenceInterval | None) -> tuple[int, int]:
    assert interval is not None
    return round(100 * interval.low), round(100 * interval.high)


@pytest.mark.parametrize(
    ("cells", "points", "interval", "p", "verdict"),
    [
        ((70, 14, 3, 33), 9, (2, 16), 0.013, "better"),
        ((30, 14, 3, 1), 23, (7, 38), 0.013, "better"),
        ((30, 3, 14, 1), -23, (-38, -7), 0.013, "worse"),
        ((10, 9, 2, 3), 29, (2, 51), 0.065, "no_difference"),
        ((80, 8, 5, 7), 3, (-5, 11), 0.581, "no_difference"),
    ],
)
def test_comparison_of_golden_examples(
    cells: tuple[int, int, int, int], points: int, interval: tuple[int, int], p: float, verdict: str
) -> None:
    found = passes(compared(*cells))
    assert (found.both, found.fixed, found.broken, found.neither) == cells
    assert (round(100 * found.difference), percent(found.interval)) == (points, interval)
    assert found.p == pytest.approx(p, abs=0.001)
    assert (found.verdict, found.method, found.flips) == (verdict, "mcnemar", 0)


def test_cases_without_a_pair_are_left_out_and_counted() -> None:
    baseline = ColumnResults("A", (case(1, "+"), case(2, "?"), case(3, "0"), case(4, "+"), case(5, "+?"), case(6, "?")))
    other = ColumnResults("B", (case(1, "-"), case(2, "+"), case(3, "+"), case(7, "+"), case(5, "-"), case(6, "0")))
    (found,) = compare_columns(baseline, [other])
    assert found.left_out == LeftOutPairs(missing=2, unscored=2, unanswered=1)
    assert (passes(found).pairs, passes(found).broken) == (2, 2)


def test_columns_without_a_common_case_are_not_compared() -> None:
    (found,) = compare_columns(column("A", ["?"]), [column("B", ["+"])])
    assert (found.verdict, found.passes, found.scores) == ("no_pairs", None, None)


def test_samples_are_averaged_and_majorities_counted() -> None:
    found = passes(compare_columns(column("A", ["++-"] * 12), [column("B", ["+--"] * 6 + ["+++"] * 6)])[0])
    assert (found.both, found.fixed, found.broken, found.neither) == (6, 0, 6, 0)
    assert found.difference == pytest.approx(0)
    assert (found.method, found.p) == ("sign_flip", 1)


@pytest.mark.parametrize("cells", [["++"] * 9, ["+"] * 30])
def test_comparison_below_ten_clusters_gives_counts_only(cells: list[str]) -> None:
    clusters = [at % 9 for at in range(len(cells))]
    found = passes(compare_columns(column("A", ["-"] * len(cells), clusters), [column("B", cells, clusters)])[0])
    assert (found.fixed, found.method, found.verdict) == (len(cells), "counts", "too_few")
    assert (found.p, found.interval, no_worse(found, 0.1).holds) == (None, None, None)


def test_a_cluster_that_changes_as_one_is_one_draw() -> None:
    clusters = [at // 4 for at in range(60)]
    before, after = ["-"] * 20 + ["+"] * 40, ["+"] * 20 + ["+"] * 40
    grouped = passes(compare_columns(column("A", before, clusters), [column("B", after, clusters)])[0])
    single = passes(compare_columns(column("A", before), [column("B", after)])[0])
    assert (grouped.difference, grouped.fixed) == (single.difference, single.fixed)
    assert (single.p, grouped.p) == (pytest.approx(2 / 2**20), pytest.approx(2 / 2**5))


def test_interval_is_not_empty_if_no_cluster_differs() -> None:
    found = passes(compare_columns(column("A", ["+++"] * 40), [column("B", ["+++"] * 40)])[0])
    assert percent(found.interval) == (-9, 9)
    assert no_worse(found, 0.05).holds is False
    assert no_worse(found, 0.1).holds is True


def test_holm_counts_the_columns_with_a_test() -> None:
    baseline, better = table(70, 14, 3, 33)
    alike, empty = replace(baseline, name="same"), column("none", ["?"] * 120)
    first, second, third = compare_columns(baseline, [better, alike, empty])
    assert (first.columns, passes(first).p_adjusted) == (2, pytest.approx(2 * 0.012726, rel=1e-3))
    assert (first.verdict, second.verdict, third.verdict) == ("better", "no_difference", "no_pairs")
    four = compare_columns(baseline, [better, *(replace(baseline, name=str(at)) for at in range(3))])
    assert (four[0].verdict, passes(four[0]).p_adjusted) == ("no_difference", pytest.approx(0.0509, abs=1e-4))


def test_no_worse_compares_the_lower_end_with_the_margin() -> None:
    found = passes(compared(80, 8, 5, 7))
    assert [no_worse(found, margin).holds for margin in (0.04, 0.045, 0.046, 0.1)] == [False, False, True, True]
    with pytest.raises(ValueError, match="margin"):
        no_worse(found, 0)


def test_scores_without_parts_are_compared_by_the_exact_test() -> None:
    def scored(name: str, numbers: Sequence[float]) -> ColumnResults:
        cells = [CellResult("pass" if one else "fail", one) for one in numbers]
        return ColumnResults(name, tuple(CaseResults(str(at), (cell,)) for at, cell in enumerate(cells)))

    before, after = [0.0, 1.0] * 40, [1.0] * 30 + [0.0] * 12 + [0.0, 1.0] * 19
    found = compare_columns(scored("A", before), [scored("B", after)])[0]
    assert found.passes is not None
    assert found.scores is not None
    assert found.scores.flips == 0
    assert found.scores.p == pytest.approx(found.passes.p)
    parts = compare_columns(scored("A", before), [scored("B", [one or 0.25 for one in after])])[0].scores
    assert parts is not None
    assert parts.flips > 0


def test_scores_are_compared_by_case_and_need_ten_clusters() -> None:
    def scored(name: str, *scores: float | None) -> ColumnResults:
        return ColumnResults(
            name, tuple(CaseResults(str(at), (CellResult("pass", score=one),)) for at, one in enumerate(scores))
        )

    baseline = [at % 7 / 10 for at in range(30)]
    higher = [one + 0.1 + at % 3 / 10 for at, one in enumerate(baseline)]
    better = compare_columns(scored("A", *baseline), [scored("B", *higher)])[0].scores
    assert better is not None
    assert (better.verdict, better.difference) == ("better", pytest.approx(0.2))
    assert better.interval is not None
    assert 0.1 < better.interval.low < 0.2 < better.interval.high < 0.3
    few = compare_columns(scored("A", *baseline[:9], None), [scored("B", *higher[:10])])[0].scores
    assert few is not None
    assert (few.pairs, few.verdict, few.p, few.interval) == (9, "too_few", None, None)
    assert compare_columns(scored("A", None), [scored("B", 1.0)])[0].scores is None


def test_a_case_in_two_clusters_is_refused() -> None:
    with pytest.raises(ValueError, match="different clusters"):
        compare_columns(column("A", ["+"], ["x"]), [column("B", ["+"], ["y"])])


def mirrored(found: PassComparison) -> PassComparison:
    return replace(
        found,
        fixed=found.broken,
        broken=found.fixed,
        difference=-found.difference,
        interval=found.interval and -found.interval,
        interval_90=found.interval_90 and -found.interval_90,
    )


@given(column_pairs())
def test_exchanging_the_columns_mirrors_the_comparison(pair: tuple[ColumnResults, ColumnResults]) -> None:
    one, other = compare_columns(pair[0], [pair[1]])[0], compare_columns(pair[1], [pair[0]])[0]
    assert one.left_out == other.left_out
    if one.passes is None or other.passes is None:
        assert one.passes is other.passes
        return
    back = mirrored(other.passes)
    assert (back.fixed, back.broken, back.p) == (one.passes.fixed, one.passes.broken, pytest.approx(one.passes.p))
    for mine, its in ((one.passes.interval, back.interval), (one.passes.interval_90, back.interval_90)):
        assert (mine is None) == (its is None)
        if mine is not None and its is not None:
            assert (mine.low, mine.high) == (pytest.approx(its.low), pytest.approx(its.high))
            assert -1 <= mine.low <= one.passes.difference + 1e-9
            assert one.passes.difference - 1e-9 <= mine.high <= 1


@given(column_pairs(), st.randoms(use_true_random=False))
def test_order_of_cases_and_samples_changes_nothing(pair: tuple[ColumnResults, ColumnResults], random: Random) -> None:
    def mixed(results: ColumnResults) -> ColumnResults:
        cases = [replace(one, cells=one.cells[::-1]) for one in results.cases]
        random.shuffle(cases)
        return replace(results, cases=tuple(cases))

    assert compare_columns(*_with(mixed(pair[0]), mixed(pair[1]))) == compare_columns(*_with(*pair))


def _with(baseline: ColumnResults, other: ColumnResults) -> tuple[ColumnResults, list[ColumnResults]]:
    return baseline, [other]


@depth.examples(20, 500)
@given(column_pairs())
def test_each_case_twice_in_its_cluster_does_not_make_a_difference_surer(
    pair: tuple[ColumnResults, ColumnResults],
) -> None:
    def clustered(results: ColumnResults, times: int) -> ColumnResults:
        cases = (
            replace(one, case=f"{one.case} {copy}", cluster=one.cluster or f"of {one.case}")
            for one in results.cases
            for copy in range(times)
        )
        return replace(results, cases=tuple(cases))

    once, twice = (
        compare_columns(clustered(pair[0], times), [clustered(pair[1], times)])[0].passes for times in (1, 2)
    )
    # Fewer than ten cases without samples have a test, which they lose as clusters.
    if once is None or twice is None or twice.method == "counts":
        return
    assert twice.p == pytest.approx(once.p)
    if once.interval is None or twice.interval is None or once.method == "mcnemar":
        return
    width = once.interval.high - once.interval.low
    assert twice.interval.high - twice.interval.low == pytest.approx(width)


@pytest.mark.deep
def test_comparing_four_columns_of_5000_cells_takes_under_a_second(figure: Callable[[str], None]) -> None:
    random = np.random.default_rng(5)
    columns = []
    for name, rate in zip("ABCD", (0.7, 0.72, 0.75, 0.7), strict=True):
        scores = np.clip(random.normal(rate, 0.3, (1000, 5)), 0, 1).round(3)
        cases = (
            CaseResults(
                str(at),
                tuple(CellResult("pass" if one > 0.5 else "fail", one, 1.0, 0.001) for one in row),
                f"cluster {at // 3}" if at < 600 else "",
            )
            for at, row in enumerate(scores.tolist())
        )
        columns.append(ColumnResults(name, tuple(cases)))
    start = time.perf_counter()
    found = compare_columns(columns[0], columns[1:])
    needs = [more_cases(passes(one), 0.05, one.columns) for one in found]
    summaries = [summarise(one) for one in columns]
    took = time.perf_counter() - start
    figure(f"{took:.2f} s for 4 columns of 1,000 cases of 5 samples, 600 of them in clusters of 3")
    assert len(summaries) == len(needs) + 1 == 4
    # The budget is 1 s on a machine that does nothing else.
    assert took < 3
