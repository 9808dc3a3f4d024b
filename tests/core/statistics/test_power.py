"""How many more cases would show a difference."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.statistics.made import column, compared, passes
from tests.core.statistics.oracles import ORACLES
from workbench.core.statistics.comparisons import compare_columns
from workbench.core.statistics.power import cases_needed, more_cases

differences = st.floats(0.02, 0.5)


@pytest.mark.parametrize(("difference", "differing", "exact"), ORACLES["power"])
def test_cases_needed_are_a_little_more_than_exact_enumeration_says(
    difference: float, differing: float, exact: int
) -> None:
    assert exact <= cases_needed(difference, differing) <= 1.15 * exact


def test_cases_needed_agree_with_the_published_formula() -> None:
    # Connor 1987, Biometrics 43, equation for 80 % at two-sided 5 %: z = 1.96, z' = 0.8416.
    expected = ((1.96 * 0.2**0.5 + 0.8416 * (0.2 - 0.01) ** 0.5) / 0.1) ** 2
    assert cases_needed(0.1, 0.2, is_exact=False) == pytest.approx(expected, rel=1e-3)


def test_more_cases_for_golden_examples() -> None:
    assert more_cases(passes(compared(80, 8, 5, 7)), 0.1).more == 20
    assert more_cases(passes(compared(10, 9, 2, 3)), 0.3).more == 20
    assert more_cases(passes(compared(500, 30, 28, 442)), 0.1).more == 0
    assert more_cases(passes(compared(80, 8, 5, 7)), 0.001).more is None


def test_clusters_that_change_as_one_need_more_cases() -> None:
    clusters = [at // 4 for at in range(80)]
    before, after = ["-"] * 8 + ["+"] * 72, ["+"] * 72 + ["-"] * 8
    grouped = passes(compare_columns(column("A", before, clusters), [column("B", after, clusters)])[0])
    single = passes(compare_columns(column("A", before), [column("B", after)])[0])
    assert (single.mean_square, grouped.mean_square) == (pytest.approx(0.2), pytest.approx(0.2))
    more, most = more_cases(single, 0.1).more, more_cases(grouped, 0.1).more
    assert more is not None
    assert most is not None
    assert most > 4 * more


@given(differences, differences, st.floats(0.5, 1), st.integers(1, 6))
def test_smaller_differences_and_more_columns_need_more_cases(
    one: float, other: float, differing: float, columns: int
) -> None:
    small, large = sorted((one, other))
    assert cases_needed(large, differing) <= cases_needed(small, differing)
    assert cases_needed(small, differing, columns) <= cases_needed(small, differing, columns + 1)
    assert cases_needed(small, differing, is_exact=False) < cases_needed(small, differing)


def test_no_differing_case_so_far_does_not_mean_that_none_will_differ() -> None:
    found = passes(compared(20, 0, 0, 0))
    assert more_cases(found, 0.1) == more_cases(replace(found, mean_square=0.1), 0.1)


@pytest.mark.parametrize("difference", [0, -0.1, 1.1])
def test_impossible_differences_are_refused(difference: float) -> None:
    with pytest.raises(ValueError, match="difference"):
        more_cases(passes(compared(20, 2, 1, 0)), difference)
