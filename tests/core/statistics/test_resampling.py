"""Effective sizes, sign-flip tests and bootstrap intervals agree with other programs, and mirror."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.core.statistics.oracles import ORACLES
from workbench.core.statistics import bootstrap
from workbench.core.statistics import sign_flip as module
from workbench.core.statistics.bootstrap import resample
from workbench.core.statistics.clusters import ClusterValues, cluster_values, effective_size, gather, rate_interval
from workbench.core.statistics.proportions import Z_90, ConfidenceInterval, mcnemar, mcnemar_greater
from workbench.core.statistics.sign_flip import FLIPS, sign_flip

whole = st.lists(st.integers(-5, 5), min_size=1, max_size=25)
keyed = st.lists(st.tuples(st.integers(0, 14), st.sampled_from([0.0, 0.5, 1.0])), min_size=20, max_size=80)


def values_of(numbers: Sequence[float], sizes: Sequence[float] = ()) -> ClusterValues:
    return cluster_values(np.array(numbers, dtype=float), np.array(sizes or [1.0] * len(numbers)))


def ends(interval: ConfidenceInterval | None) -> tuple[float, float]:
    assert interval is not None
    return interval.low, interval.high


@pytest.mark.parametrize("oracle", ORACLES["clusters"])
def test_effective_size_agrees_with_cluster_robust_errors_of_statsmodels(oracle: dict[str, Any]) -> None:
    rates = [passed / scored for passed, scored in zip(oracle["passed"], oracle["scored"], strict=True)]
    values = gather(oracle["clusters"], rates)
    assert values.mean == pytest.approx(oracle["rate"])
    assert values.variance**0.5 == pytest.approx(oracle["standard_error"])
    interval, effective = rate_interval(values, sum(oracle["scored"]))
    assert effective == pytest.approx(oracle["effective"], rel=1e-3)
    assert ends(interval) == pytest.approx(oracle["interval"], abs=1e-3)


def test_effective_size_at_0_and_100_percent_is_the_number_of_clusters() -> None:
    for rate in (0.0, 1.0):
        values = gather([case // 5 for case in range(60)], [rate] * 60)
        assert effective_size(values, 60) == 12


def test_effective_size_is_that_of_clusters_if_their_cases_always_agree() -> None:
    values = gather([case // 6 for case in range(120)], [float(case // 6 % 3 > 0) for case in range(120)])
    assert 17 < effective_size(values, 120) < 20


def test_pass_rate_below_ten_clusters_has_no_interval() -> None:
    assert rate_interval(gather([case // 5 for case in range(45)], [1.0] * 45), 45) == (None, 0.0)
    assert rate_interval(gather(range(9), [1.0] * 9), 18) == (None, 0.0)
    assert rate_interval(gather(range(9), [1.0] * 9), 9)[1] == 9


@given(keyed)
def test_duplicates_in_clusters_do_not_shrink_intervals(rows: list[tuple[int, float]]) -> None:
    keys, rates = [key for key, _ in rows], [rate for _, rate in rows]
    once, twice = gather(keys, rates), gather(keys * 2, rates * 2)
    assume(once.count >= 10)
    size = effective_size(once, len(rates))
    # At its limit it is the number of cases: clusters whose cases balance each other.
    if size < len(rates):
        assert effective_size(twice, 2 * len(rates)) <= size + 1e-9
    means, doubled = resample(once), resample(twice)
    assert (means is None) == (doubled is None)
    if means is not None and doubled is not None:
        assert ends(doubled.interval()) == pytest.approx(ends(means.interval()))
    signs, again = gather(keys, [rate - 0.5 for rate in rates]), gather(keys * 2, [rate - 0.5 for rate in rates] * 2)
    assert sign_flip(again, 2).p == pytest.approx(sign_flip(signs, 2).p)


@given(keyed, st.randoms())
def test_order_of_cases_changes_nothing(rows: list[tuple[int, float]], random: Any) -> None:
    mixed = random.sample(rows, len(rows))
    one, other = (gather([key for key, _ in some], [rate - 0.3 for _, rate in some]) for some in (rows, mixed))
    assert (one.mean, one.seed, sign_flip(one)) == (other.mean, other.seed, sign_flip(other))
    means, again = resample(one), resample(other)
    assert (means and means.interval()) == (again and again.interval())


@pytest.mark.parametrize(("numbers", "p", "greater"), ORACLES["sign_flip"])
def test_sign_flip_agrees_with_scipy(numbers: list[float], p: float, greater: float) -> None:
    found = sign_flip(values_of(numbers))
    assert (found.p, found.p_greater, found.flips) == (pytest.approx(p), pytest.approx(greater), 0)


@pytest.mark.parametrize(("numbers", "p"), ORACLES["sign_flip_drawn"])
def test_sign_flip_of_many_clusters_agrees_with_scipy(numbers: list[float], p: float) -> None:
    drawn = sign_flip(values_of(numbers))
    assert (drawn.p, drawn.flips) == (pytest.approx(p, abs=0.012), FLIPS)
    if all(one.is_integer() for one in numbers):
        exact = sign_flip(values_of(numbers), grid=1)
        assert (exact.p, exact.flips) == (pytest.approx(p, abs=0.004), 0)


@given(whole)
def test_sign_flip_is_the_same_by_enumeration_and_convolution(numbers: list[int]) -> None:
    values = values_of([one / 6 for one in numbers])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ENUMERATED", 0)
        convolved = sign_flip(values, 6)
        patch.setattr(module, "ENUMERATED", 30)
        assume(sum(map(bool, numbers)) <= 16)
        enumerated = sign_flip(values)
    assert convolved.p == pytest.approx(enumerated.p)
    assert convolved.p_greater == pytest.approx(enumerated.p_greater)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 20))
def test_sign_flip_of_single_pairs_is_the_exact_mcnemar_test(fixed: int, broken: int, alike: int) -> None:
    found = sign_flip(values_of([1] * fixed + [-1] * broken + [0] * (alike + 1)), grid=1)
    assert found.p == pytest.approx(mcnemar(fixed, broken))
    assert found.p_greater == pytest.approx(mcnemar_greater(fixed, broken))


@given(whole, st.booleans())
def test_sign_flip_and_bootstrap_mirror_with_columns_exchanged(numbers: list[int], exact: bool) -> None:
    sizes = [1.0 + abs(one) % 3 for one in numbers]
    one, other = values_of(numbers, sizes), values_of([-number for number in numbers], sizes)
    first, second = (sign_flip(values, 1 if exact else None) for values in (one, other))
    assert first.p == second.p
    assert first.p_greater + second.p_greater >= 1 - 1e-9
    means, mirrored = resample(one), resample(other)
    assert (means is None) == (mirrored is None)
    if means is not None and mirrored is not None:
        assert ends(mirrored.interval()) == ends(-means.interval())
        assert means.interval().low <= one.mean + 1e-9
        assert one.mean - 1e-9 <= means.interval().high
        assert min(one.sums / one.sizes) <= means.interval().low
        assert means.interval().high <= max(one.sums / one.sizes)


@given(whole, st.integers(1, 5))
def test_larger_differences_never_raise_the_one_sided_p(numbers: list[int], more: int) -> None:
    found = sign_flip(values_of(numbers), 1).p_greater
    assert 0 < found <= 1
    assert sign_flip(values_of([*numbers, more]), 1).p_greater <= found + 1e-9


@pytest.mark.parametrize(("numbers", "low", "high", "low_90", "high_90"), ORACLES["bootstrap"])
def test_bootstrap_agrees_with_scipy(
    numbers: list[float], low: float, high: float, low_90: float, high_90: float
) -> None:
    means = resample(values_of(numbers), 100_000)
    assert means is not None
    tolerance = 0.03 * (high - low)
    assert ends(means.interval(expanded=False)) == pytest.approx((low, high), abs=tolerance)
    assert ends(means.interval(Z_90, expanded=False)) == pytest.approx((low_90, high_90), abs=tolerance)
    found = means.interval()
    assert found.low < low + tolerance
    assert high - tolerance < found.high


@pytest.mark.parametrize("sizes", [(), [1.0, 2.0]])
def test_bootstrap_by_kinds_of_clusters_agrees_with_that_of_clusters(
    sizes: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [0.0] * 90 + [0.5] * 30 + [1.0] * 180
    values = values_of(numbers, sizes * 150)
    few = resample(values, 50_000)
    monkeypatch.setattr(bootstrap, "_KIND_DRAWS", 1_000)
    many = resample(values, 50_000)
    assert few is not None
    assert many is not None
    assert len(few.means) == len(many.means) == 50_000
    assert not np.array_equal(few.means, many.means)
    for level in (0.01, 0.1, 0.5, 0.9, 0.99):
        assert np.quantile(few.means, level) == pytest.approx(np.quantile(many.means, level), abs=0.003)
    assert ends(few.interval()) == pytest.approx(ends(many.interval()), abs=0.003)


def test_bootstrap_of_equal_clusters_is_refused() -> None:
    assert resample(values_of([0.5, 0.5, 1.0], [1, 1, 2])) is None
    assert resample(values_of([1])) is None


def test_gathering_no_cases_is_refused() -> None:
    with pytest.raises(ValueError, match="no cases"):
        gather([], [])
