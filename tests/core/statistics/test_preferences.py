"""Pairwise judgements and their sign test."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.statistics.preferences import Preference, PreferenceCell, PreferenceCount, count_preferences
from workbench.core.statistics.proportions import mcnemar

SIGNS: dict[str, Preference] = {">": "better", "<": "worse", "=": "undecided", "?": "unscored"}
MIRRORED = str.maketrans("<>", "><")


def cells(cases: Sequence[str], clusters: Sequence[object] = ()) -> list[PreferenceCell]:
    """Return a cell for each sign of each case."""
    return [
        PreferenceCell(str(at), SIGNS[sign], str(clusters[at]) if clusters else "")
        for at, signs in enumerate(cases)
        for sign in signs
    ]


def counted(cases: Sequence[str], clusters: Sequence[object] = ()) -> PreferenceCount:
    (found,) = count_preferences([cells(cases, clusters)])
    return found


def test_cases_have_the_exact_sign_test() -> None:
    found = counted(">" * 9 + "<" * 2 + "=" * 13)
    assert (found.cases, found.won, found.lost, found.undecided, found.unscored) == (24, 9, 2, 13, 0)
    assert found.p == found.p_adjusted == pytest.approx(0.0654296875)
    assert (found.verdict, found.flips) == ("no_difference", 0)


def test_verdict_says_who_is_preferred() -> None:
    assert counted(">" * 10 + "<").verdict == "better"
    assert counted("<" * 10 + ">").verdict == "worse"
    assert counted("=" * 30).p == 1


def test_unscored_judgements_are_left_out_and_counted() -> None:
    found = counted([">", "?", "?>", "<"])
    assert (found.cases, found.won, found.lost, found.unscored) == (3, 2, 1, 1)
    nothing = counted(["?"])
    assert (nothing.cases, nothing.unscored, nothing.p, nothing.verdict) == (0, 1, None, "too_few")


def test_samples_count_by_their_majority_and_are_averaged_for_the_test() -> None:
    found = counted([">>="] * 8 + ["<>="] * 2)
    assert (found.won, found.lost, found.undecided) == (8, 0, 2)
    assert found.p == mcnemar(8, 0)


def test_cases_of_a_cluster_are_one_draw() -> None:
    found = counted(">" * 40, [at // 4 for at in range(40)])
    assert (found.won, found.clusters) == (40, 10)
    assert found.p == mcnemar(10, 0)
    few = counted(">" * 40, [at // 5 for at in range(40)])
    assert (few.clusters, few.p, few.verdict) == (8, None, "too_few")
    assert counted([">>"] * 9).p is None


def test_p_is_adjusted_for_the_columns_compared_at_once() -> None:
    one, two, none = count_preferences([cells(">" * 7), cells(">" * 6 + "<"), cells([">>"])])
    assert (one.p, one.p_adjusted) == (mcnemar(7, 0), 2 * mcnemar(7, 0))
    assert (two.p, two.p_adjusted) == (mcnemar(6, 1), mcnemar(6, 1))
    assert (none.p, none.p_adjusted, none.columns) == (None, None, 3)


@given(
    st.lists(st.tuples(st.text("><=?", min_size=1, max_size=3), st.integers(0, 15)), min_size=1, max_size=30),
    st.integers(),
)
def test_exchanging_the_sides_exchanges_won_and_lost_and_order_changes_nothing(
    rows: list[tuple[str, int]], seed: int
) -> None:
    clusters = [cluster or "" for _, cluster in rows]
    found = counted([signs for signs, _ in rows], clusters)
    other = counted([signs.translate(MIRRORED) for signs, _ in rows], clusters)
    assert (other.won, other.lost, other.undecided) == (found.lost, found.won, found.undecided)
    assert other.p == (pytest.approx(found.p) if found.p is not None else None)
    mixed = cells([signs for signs, _ in rows], clusters)
    Random(seed).shuffle(mixed)
    assert count_preferences([mixed]) == [found]
