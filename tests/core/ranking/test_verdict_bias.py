"""Detection of biases, with verdicts constructed to have them."""

from __future__ import annotations

from math import comb
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.ranking.made import verdict
from workbench.core.ranking.judgements import JudgedOutput, Judgement
from workbench.core.ranking.verdict_bias import (
    STEADY,
    SWAYED,
    VerdictAgreement,
    VerdictShare,
    agreement,
    not_blind,
    places,
    seen_before,
)


def won_at(*spots: int, lanes: int = 2, blind: bool = True) -> list[Judgement]:
    """Return verdicts whose winners stood at these positions."""
    return [
        verdict(f"r{n}", *((chr(ord("a") + i), 1 if i == spot else 2) for i in range(lanes)), blind=blind)
        for n, spot in enumerate(spots)
    ]


def test_bias_towards_the_left_position_is_detected() -> None:
    found = places(won_at(*[0] * 29, *[1] * 11))
    assert (found.winners, found.first, found.expected) == (40, 29, 20)
    exact = 2 * sum(comb(40, k) for k in range(29, 41)) / 2**40
    assert found.chance == pytest.approx(exact)
    assert found.misleads


def test_bias_towards_the_right_position_is_detected() -> None:
    found = places(won_at(*[0] * 5, *[1] * 35))
    assert found.misleads
    assert found.first < found.expected


def test_balanced_or_few_positions_do_not_mislead() -> None:
    found = places(won_at(*[0, 1] * 30))
    assert found.chance == pytest.approx(1)
    assert not found.misleads
    # Four of four happens by luck in 1 of 8 cases.
    few = places(won_at(0, 0, 0, 0))
    assert few.chance == pytest.approx(1 / 8)
    assert not few.misleads
    assert places([]).chance == 1


def test_negligible_position_bias_does_not_mislead() -> None:
    found = places(won_at(*[0] * 10_300, *[1] * 9_700))
    assert found.chance < 0.001
    assert not found.misleads


def test_expected_share_depends_on_the_number_of_lanes() -> None:
    found = places([*won_at(0, 1, lanes=2), *won_at(0, 1, 2, 3, lanes=4)])
    assert (found.winners, found.first, found.expected) == (6, 2, 2.0)
    # Probabilities of 0 to 6 first places: two tosses with 1/2 and four with 1/4, written out.
    two, four = [0.25, 0.5, 0.25], [comb(4, k) * 0.25**k * 0.75 ** (4 - k) for k in range(5)]
    whole = [sum(two[i] * four[k - i] for i in range(3) if 0 <= k - i <= 4) for k in range(7)]
    assert found.chance == pytest.approx(sum(share for share in whole if share <= whole[2] * 1.0000001))
    assert places(won_at(*[0] * 20, *[1] * 10, *[2] * 10, lanes=3)).chance < places(won_at(*[0] * 20, *[1] * 20)).chance


def test_position_bias_uses_only_blind_verdicts_with_a_winner() -> None:
    found = places([*won_at(*[0] * 50, blind=False), *won_at(0, 1), verdict("t", ("a", 1), ("b", 1))])
    assert (found.winners, found.left_out, found.misleads) == (2, 50, False)


@given(st.lists(st.tuples(st.integers(2, 5), st.integers(0, 4)), max_size=40))
def test_position_chance_is_a_probability(shown: list[tuple[int, int]]) -> None:
    found = places([won_at(spot % lanes, lanes=lanes)[0] for lanes, spot in shown])
    assert 0 < found.chance <= 1


def test_false_alarms_about_position_bias_are_rare() -> None:
    random = Random(1)
    alarms = sum(places(won_at(*(random.randrange(3) for _ in range(60)), lanes=3)).misleads for _ in range(400))
    assert alarms <= 12


def test_large_share_of_non_blind_verdicts_misleads() -> None:
    made = [*won_at(*[0] * 8), *won_at(0, 0, blind=False), verdict("x", ("a", None), ("b", None), blind=False)]
    found = not_blind(made)
    assert found == VerdictShare(2, 10)
    assert found.misleads
    assert not not_blind(made[:9]).misleads
    assert not not_blind([]).misleads


def test_swayed_share_shifts_100_verdicts_by_two_standard_errors() -> None:
    """The reason for the threshold."""
    verdicts = 100
    share = (1 - SWAYED) / 2 + SWAYED
    assert (share - 0.5) / (0.25 / verdicts) ** 0.5 == pytest.approx(2)


def test_large_share_of_outputs_seen_before_misleads() -> None:
    made = [verdict(f"r{n}", ("a", 1), ("b", 2), seen=n < 3) for n in range(10)]
    assert seen_before(made) == VerdictShare(3, 10)
    assert seen_before(made).misleads
    assert not seen_before(made[2:]).misleads


def about(*said: str) -> list[Judgement]:
    """Return verdicts about the same two outputs, with alternating sides."""
    told = {"first": ("winner", 1, 2), "second": ("winner", 2, 1), "tie": ("tie", 1, 1), "bad": ("all_bad", None, None)}
    made = []
    for turn, word in enumerate(said):
        kind, one, other = told[word]
        outputs = (JudgedOutput("x", "a", one), JudgedOutput("y", "b", other))
        made.append(Judgement(f"r{turn}", "", kind, outputs if turn % 2 else outputs[::-1]))
    return made


def test_agreement_counts_repeated_verdicts_on_the_same_outputs() -> None:
    assert agreement(about("first")) == VerdictAgreement(0, 0)
    assert agreement(about("first", "first", "tie", "tie", "second", "bad", "bad")) == VerdictAgreement(6, 3)
    assert agreement([*about("first"), *won_at(0, 1)]) == VerdictAgreement(0, 0)


def test_losing_outputs_do_not_count_as_compared() -> None:
    def three(run: str, winner: int) -> Judgement:
        outputs = tuple(JudgedOutput(f"o{i}", "abc"[i], 1 if i == winner else 2) for i in range(3))
        return Judgement(run, "", "winner", outputs)

    # First against second: twice, contradicting. First against third: twice, agreeing. Second against third: once.
    assert agreement([three("r", 0), three("s", 1)]) == VerdictAgreement(1, 0)
    assert agreement([three("r", 0), three("s", 0)]) == VerdictAgreement(2, 2)


def test_agreement_is_unknown_poor_or_good() -> None:
    assert VerdictAgreement(9, 0).misleads is None
    assert VerdictAgreement(10, 6).misleads is True
    assert VerdictAgreement(10, 7).misleads is False
    # The reason for the threshold: verdicts that are right four times in five.
    right = 0.8
    assert right**2 + (1 - right) ** 2 == pytest.approx(STEADY)
    low, high = VerdictAgreement(20, 15).interval
    assert (low, high) == pytest.approx((0.5313, 0.8881), abs=1e-4)
    assert VerdictAgreement(0, 0).interval == (0.0, 1.0)
    assert VerdictAgreement(0, 0).share == 0.0


@given(st.integers(1, 200), st.integers(0, 200))
def test_agreement_interval_contains_the_share(repeats: int, agreeing: int) -> None:
    found = VerdictAgreement(repeats, min(repeats, agreeing))
    low, high = found.interval
    assert 0 <= low <= found.share <= high <= 1
