"""Figures of one column."""

from __future__ import annotations

from itertools import pairwise
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.statistics.made import column, column_pairs, table
from tests.core.statistics.oracles import ORACLES
from workbench.core.statistics.columns import PassPower, pass_powers, pass_rate, summarise
from workbench.core.statistics.results import CaseResults, CellResult, ColumnResults, is_majority

counts = st.lists(st.integers(0, 5).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))), max_size=12)


def test_summary_of_single_samples_has_wilsons_interval() -> None:
    passes = summarise(table(30, 14, 3, 1)[1]).passes
    assert passes is not None
    assert (passes.rate, passes.passing, passes.cases, passes.effective) == (pytest.approx(44 / 48), 44, 48, 48)
    assert passes.interval is not None
    assert (passes.interval.low, passes.interval.high) == (
        pytest.approx(0.80, abs=0.005),
        pytest.approx(0.97, abs=0.005),
    )


def test_summary_counts_states_and_leaves_cases_without_a_score_out_of_the_rate() -> None:
    found = summarise(column("A", ["+", "-", "?", "0", "+?", "++-"]))
    assert (found.cases, found.cells) == (6, 9)
    assert (found.passed, found.failed, found.unscored, found.unanswered) == (4, 2, 2, 1)
    assert (found.unscored_share, found.unanswered_share) == (2 / 9, 1 / 9)
    assert found.passes is not None
    assert found.passes.cases == 4
    assert found.passes.rate == pytest.approx((1 + 0 + 1 + 2 / 3) / 4)
    assert found.passes.interval is None
    assert found.passes.passing == 3


def test_column_without_results_has_no_figures() -> None:
    for empty in (column("A", []), column("A", ["?", "0"])):
        found = summarise(empty)
        assert (found.passes, found.score, found.latency, found.cost_per_1000) == (None, None, None, None)
        assert (found.flaky, found.pass_powers) == ((), ())
    assert summarise(column("A", [])).unscored_share == 0


def test_flaky_cases_have_samples_that_pass_and_samples_that_fail() -> None:
    assert summarise(column("A", ["+++", "+-+", "--", "-?", "+0-"])).flaky == ("1", "4")


def test_a_case_passes_by_majority_and_a_tie_fails() -> None:
    assert [is_majority(*one) for one in ((1, 1), (1, 2), (2, 3), (0, 1))] == [True, False, True, False]


def test_pass_power_is_the_chance_that_all_samples_drawn_of_a_case_pass() -> None:
    assert pass_powers([(3, 4), (4, 4), (0, 1)]) == (
        PassPower(1, pytest.approx((0.75 + 1 + 0) / 3), 3),
        PassPower(2, pytest.approx((0.5 + 1) / 2), 2),
        PassPower(3, pytest.approx((0.25 + 1) / 2), 2),
        PassPower(4, pytest.approx(0.5), 2),
    )


@given(counts)
def test_pass_power_falls_with_the_number_of_samples_of_the_same_cases(drawn: list[tuple[int, int]]) -> None:
    powers = pass_powers(drawn)
    for one, more in pairwise(powers):
        if one.cases == more.cases:
            assert more.rate <= one.rate + 1e-12
    assert all(0 <= power.rate <= 1 for power in powers)


@pytest.mark.parametrize(("seconds", "quartiles"), ORACLES["quartiles"])
def test_latency_quartiles_agree_with_numpy(seconds: list[float], quartiles: list[float]) -> None:
    cells = (*(CellResult("pass", seconds=one) for one in seconds), CellResult("unscored"), CellResult("no_answer"))
    found = summarise(ColumnResults("A", (CaseResults("1", cells),)))
    assert found.latency is not None
    assert [found.latency.first, found.latency.median, found.latency.third] == pytest.approx(quartiles)
    assert (found.latency.known, found.latency_unknown) == (len(seconds), 1)


def test_cost_is_the_mean_of_known_costs_and_unknown_ones_are_counted() -> None:
    cells = [CellResult("pass", cost_usd=cost) for cost in (0.001, 0.003, None, nan, 0.0)]
    found = summarise(ColumnResults("A", (CaseResults("1", (*cells, CellResult("no_answer"))),)))
    assert found.cost_per_1000 == pytest.approx(4 / 3)
    assert found.cost_unknown == 2


def test_mean_score_is_of_scored_samples_and_needs_ten_differing_clusters_for_an_interval() -> None:
    def scored(*scores: float | None) -> ColumnResults:
        cases = (
            CaseResults(str(at), (CellResult("pass", score=one), CellResult("unscored", score=9.0)))
            for at, one in enumerate(scores)
        )
        return ColumnResults("A", tuple(cases))

    few = summarise(scored(0.5, 1.0, None, inf)).score
    assert few is not None
    assert (few.mean, few.cases, few.interval) == (0.75, 2, None)
    same = summarise(scored(*[1.0] * 20)).score
    assert same is not None
    assert same.interval is None
    many = summarise(scored(*[at / 20 for at in range(20)])).score
    assert many is not None
    assert many.interval is not None
    assert 0.3 < many.interval.low < many.mean < many.interval.high < 0.65


@given(column_pairs())
def test_interval_of_a_pass_rate_contains_it(pair: tuple[ColumnResults, ColumnResults]) -> None:
    found = pass_rate(pair[0].cases)
    if found is not None and found.interval is not None:
        assert 0 <= found.interval.low <= found.rate + 1e-12
        assert found.rate - 1e-12 <= found.interval.high <= 1
        cells = sum(case.counts[1] for case in pair[0].cases)
        assert 0 < found.effective <= cells


def test_a_case_twice_in_a_column_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        ColumnResults("A", (CaseResults("1", ()), CaseResults("1", ())))
