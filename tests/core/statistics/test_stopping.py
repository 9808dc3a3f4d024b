"""The stopping rule for changes of a prompt."""

from __future__ import annotations

import pytest

from tests.core.statistics.made import column, compared, passes
from workbench.core.statistics.comparisons import compare_columns
from workbench.core.statistics.stopping import (
    PromptPlateau,
    PromptTry,
    TryResult,
    TryState,
    plateau,
    settle,
    settle_verdicts,
)


def settled(fixed: int, broken: int, cases: int, margin: float = 0.1) -> TryResult:
    rest = cases - fixed - broken
    passing = round(0.78 * cases) - broken
    return settle(passes(compared(passing, fixed, broken, rest - passing)), margin, is_champion_fresh=True)


@pytest.mark.parametrize(("fixed", "broken"), [(15, 3), (19, 5)])
def test_clear_gains_are_settled(fixed: int, broken: int) -> None:
    assert settled(fixed, broken, 150).is_settled


def test_better_at_5_percent_is_not_settled() -> None:
    found = passes(compared(70, 8, 1, 41))
    assert (found.verdict, found.p_greater) == ("better", pytest.approx(0.0195, abs=1e-3))
    assert settle(found, is_champion_fresh=True).state == "open"


@pytest.mark.parametrize(
    ("tries", "cases"),
    [
        (((7, 6), (5, 7), (8, 6), (6, 6), (7, 8)), 160),
        (((9, 8), (7, 9), (10, 7), (6, 6), (8, 10), (11, 8)), 200),
        (((5, 4), (4, 5), (6, 5), (4, 4), (5, 6)), 120),
    ],
)
def test_tries_without_a_gain_are_closed(tries: tuple[tuple[int, int], ...], cases: int) -> None:
    assert {settled(*one, cases).state for one in tries} == {"closed"}


def test_closing_needs_more_cases_for_a_smaller_margin() -> None:
    assert settled(3, 3, 80) == TryResult("open", "small_margin", 20)
    assert settled(3, 3, 100).state == "closed"
    assert settled(3, 3, 300, margin=0.05) == TryResult("open", "small_margin", 100)
    assert settled(3, 3, 400, margin=0.05).state == "closed"
    assert settled(3, 3, 5000, margin=0.04) == TryResult("open", "small_margin", 0)


def test_few_cases_and_a_stored_champion_cannot_tell() -> None:
    assert settled(10, 0, 49) == TryResult("cannot_tell", "few_cases", 1)
    assert settled(10, 0, 50).is_settled
    stored = settle(passes(compared(80, 40, 0, 0)), is_champion_fresh=False)
    assert stored == TryResult("cannot_tell", "stored_champion")


def test_clusters_count_as_cases() -> None:
    clusters = [at // 2 for at in range(98)]
    found = compare_columns(column("A", ["-"] * 98, clusters), [column("B", ["+"] * 98, clusters)])[0]
    assert settle(passes(found), is_champion_fresh=True) == TryResult("cannot_tell", "few_cases", 1)


@pytest.mark.parametrize(
    ("wins", "losses", "state"), [(40, 20, "settled"), (50, 50, "closed"), (27, 23, "open"), (30, 5, "cannot_tell")]
)
def test_verdicts_settle_by_the_share_of_wins(wins: int, losses: int, state: TryState) -> None:
    assert settle_verdicts(wins, losses).state == state


def tries(states: str, kinds: str) -> list[PromptTry]:
    names: dict[str, TryState] = {"s": "settled", "c": "closed", "o": "open", "?": "cannot_tell"}
    return [PromptTry(names[state], kind) for state, kind in zip(states, kinds, strict=True)]


@pytest.mark.parametrize(
    ("states", "kinds", "expected"),
    [
        ("ccccc", "abcab", PromptPlateau(True, 5, 0, 3)),
        ("cccc", "abcd", PromptPlateau(False, 4, 0, 4)),
        ("ccccc", "aaaab", PromptPlateau(False, 5, 0, 2)),
        ("ccocccc", "abcabca", PromptPlateau(False, 6, 1, 3)),
        ("cc?ccc", "abcabc", PromptPlateau(False, 5, 1, 3)),
        ("cccccsc", "abcabca", PromptPlateau(False, 1, 0, 1)),
        ("osccccc", "aaabcab", PromptPlateau(True, 5, 0, 3)),
        ("", "", PromptPlateau(False, 0, 0, 0)),
    ],
)
def test_plateau_needs_five_closed_tries_of_three_kinds_since_the_last_gain(
    states: str, kinds: str, expected: PromptPlateau
) -> None:
    assert plateau(tries(states, kinds)) == expected
