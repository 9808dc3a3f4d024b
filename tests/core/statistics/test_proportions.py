"""Intervals and tests of counts agree with other programs, published tables and each other."""

from __future__ import annotations

from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.statistics.oracles import ORACLES
from workbench.core.statistics.proportions import (
    Z_95,
    ConfidenceInterval,
    holm,
    mcnemar,
    mcnemar_greater,
    newcombe,
    student_point,
    wilson,
)

counts = st.integers(0, 60)


def z_of(alpha: float) -> float:
    return NormalDist().inv_cdf(1 - alpha / 2)


def ends(interval: ConfidenceInterval) -> tuple[float, float]:
    return interval.low, interval.high


@pytest.mark.parametrize(("hits", "size", "alpha", "low", "high"), ORACLES["wilson"])
def test_wilson_agrees_with_statsmodels(hits: int, size: int, alpha: float, low: float, high: float) -> None:
    assert ends(wilson(hits / size, size, z_of(alpha))) == pytest.approx((low, high), abs=1e-12)


@pytest.mark.parametrize(("hits", "size", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)])
def test_wilson_agrees_with_a_published_table(hits: int, size: int, low: float, high: float) -> None:
    # Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3.
    assert ends(wilson(hits / size, size)) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("both", "fixed", "broken", "neither", "p", "greater"), ORACLES["mcnemar"])
def test_mcnemar_agrees_with_statsmodels(
    both: int, fixed: int, broken: int, neither: int, p: float, greater: float
) -> None:
    assert mcnemar(fixed, broken) == pytest.approx(p, rel=1e-9)
    assert mcnemar_greater(fixed, broken) == pytest.approx(greater, rel=1e-9)


@pytest.mark.parametrize(("both", "fixed", "broken", "neither", "alpha", "low", "high"), ORACLES["newcombe"])
def test_newcombe_agrees_with_its_formula_on_intervals_of_statsmodels(
    both: int, fixed: int, broken: int, neither: int, alpha: float, low: float, high: float
) -> None:
    assert ends(newcombe(both, fixed, broken, neither, z_of(alpha))) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [((1, 1, 7, 12), -0.507, -0.026), ((59, 6, 16, 80), -0.119, -0.005)],
    ids=["airway hyper-responsiveness (Bentur 2009)", "complete response (Cavo 2012)"],
)
def test_newcombe_agrees_with_a_published_table(cells: tuple[int, int, int, int], low: float, high: float) -> None:
    # Fagerland, Lydersen and Laake 2014, "Recommended tests and confidence intervals for paired binomial proportions",
    # Statistics in Medicine 33: Newcombe's square-and-add interval of both examples.
    assert ends(newcombe(*cells)) == pytest.approx((low, high), abs=6e-4)


@pytest.mark.parametrize(("p_values", "adjusted"), ORACLES["holm"])
def test_holm_agrees_with_statsmodels(p_values: list[float], adjusted: list[float]) -> None:
    assert holm(p_values) == pytest.approx(adjusted)


@pytest.mark.parametrize(("z", "freedom", "point"), ORACLES["student"])
def test_student_points_agree_with_scipy(z: float, freedom: int, point: float) -> None:
    assert student_point(freedom, z) == pytest.approx(point, rel=1e-4)


@given(st.integers(1, 500).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))))
def test_wilson_contains_the_rate_and_mirrors_with_pass_and_fail_exchanged(drawn: tuple[int, int]) -> None:
    hits, size = drawn
    found, mirrored = wilson(hits / size, size), wilson((size - hits) / size, size)
    assert 0 <= found.low <= hits / size <= found.high <= 1
    assert found.low < found.high
    assert ends(found) == pytest.approx((1 - mirrored.high, 1 - mirrored.low))


@given(st.floats(0, 1), st.floats(1, 1000), st.floats(1.01, 10))
def test_wilson_is_narrower_with_more_draws(rate: float, size: float, times: float) -> None:
    few, many = wilson(rate, size), wilson(rate, size * times)
    assert many.high - many.low < few.high - few.low


@given(counts, counts, counts, counts)
def test_newcombe_contains_the_difference_and_mirrors_with_columns_exchanged(
    both: int, fixed: int, broken: int, neither: int
) -> None:
    size = both + fixed + broken + neither
    if not size:
        return
    found, mirrored = newcombe(both, fixed, broken, neither), newcombe(both, broken, fixed, neither)
    assert -1 <= found.low <= (fixed - broken) / size + 1e-12
    assert (fixed - broken) / size - 1e-12 <= found.high <= 1
    assert ends(found) == pytest.approx((-mirrored.high, -mirrored.low), abs=1e-12)
    wider = newcombe(both, fixed, broken, neither, Z_95 * 1.1)
    assert wider.low <= found.low
    assert found.high <= wider.high


@given(counts, counts)
def test_mcnemar_is_symmetric_and_one_more_fixed_case_never_weakens_it(fixed: int, broken: int) -> None:
    assert mcnemar(fixed, broken) == mcnemar(broken, fixed)
    assert mcnemar_greater(fixed + 1, broken) <= mcnemar_greater(fixed, broken)
    assert mcnemar_greater(fixed, broken) + mcnemar_greater(broken, fixed) >= 1
    if fixed >= broken:
        assert mcnemar(fixed + 1, broken) <= mcnemar(fixed, broken)


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_adjusts_upwards_keeps_order_and_ignores_the_order_of_columns(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(p <= one <= min(1.0, len(p_values) * p) + 1e-15 for p, one in zip(p_values, adjusted, strict=True))
    assert holm(p_values[::-1]) == adjusted[::-1]
    assert [one for _, one in sorted(zip(p_values, adjusted, strict=True))] == sorted(adjusted)


def test_interval_without_results_is_refused() -> None:
    with pytest.raises(ValueError, match="no interval without results"):
        wilson(0.5, 0)
