"""Conversion of verdicts into comparisons."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.core.ranking.made import judgements, verdict
from workbench.core.ranking.judgements import ComparisonSet, EntrantComparison, EntrantTally, Judgement, compare


def test_winner_is_compared_with_each_loser_but_losers_are_not_compared() -> None:
    found = compare([verdict("r", ("b", 2), ("a", 1), ("c", 2))])
    assert found.items == (EntrantComparison("r", "a", "b", 1, 0, 0, 3), EntrantComparison("r", "a", "c", 1, 0, 0, 3))
    assert (found.comparing, found.blind, found.cases, found.runs) == (1, 1, 1, 1)
    assert found.entrants == ("a", "b", "c")


def test_tied_entrants_are_all_compared_with_each_other() -> None:
    found = compare([verdict("r", ("a", 1), ("b", 1), ("c", 1))])
    assert [(i.first, i.second, i.won, i.lost, i.tied) for i in found.items] == [
        ("a", "b", 0, 0, 1),
        ("a", "c", 0, 0, 1),
        ("b", "c", 0, 0, 1),
    ]


def test_tied_winners_beat_the_rest() -> None:
    found = compare([verdict("r", ("c", 2), ("a", 1), ("b", 1), ("d", 2))])
    said = {(i.first, i.second): (i.won, i.lost, i.tied) for i in found.items}
    assert said == {
        ("a", "b"): (0, 0, 1),
        ("a", "c"): (1, 0, 0),
        ("a", "d"): (1, 0, 0),
        ("b", "c"): (1, 0, 0),
        ("b", "d"): (1, 0, 0),
    }


def test_samples_of_an_entrant_share_a_comparison_and_are_never_compared() -> None:
    won = compare([verdict("r", ("a", 2), ("a", 1), ("b", 2), ("b", 2), ("b", 2))])
    assert won.items == (EntrantComparison("r", "a", "b", 1, 0, 0, 2),)
    # Of the pairs of outputs with different places, two go to a and one to b; one pair is a tie.
    mixed = compare([verdict("r", ("a", 1), ("a", 2), ("b", 1), ("b", 2), ("b", 2))])
    assert mixed.items == (EntrantComparison("r", "a", "b", 0.5, 0.25, 0.25, 2),)


def test_repeated_verdicts_on_the_same_values_of_a_run_weigh_as_one() -> None:
    found = compare(
        [verdict("r", ("a", 1), ("b", 2)), verdict("r", ("a", 2), ("b", 1)), verdict("r", ("a", 1), ("b", 2))]
    )
    (item,) = found.items
    assert (item.won, item.lost, item.tied) == (2 / 3, 1 / 3, 0)
    assert (found.comparing, found.cases) == (3, 1)
    other = compare([verdict("r", ("a", 1), ("b", 2), values="x"), verdict("r", ("a", 2), ("b", 1), values="y")])
    assert (len(other.items), other.cases, other.runs) == (2, 2, 1)


def test_all_bad_verdict_is_counted_but_compares_no_entrants() -> None:
    bad = verdict("r", ("a", None), ("b", None))
    found = compare([bad, verdict("s", ("a", 1), ("a", 2)), verdict("t", ("a", 1), ("b", 2), blind=False)])
    assert [item.run for item in found.items] == ["t"]
    assert (found.comparing, found.blind, found.all_bad, found.silent) == (1, 0, 1, 1)
    assert found.tallies == (
        EntrantTally("a", verdicts=2, blind=1, all_bad=1, won=1),
        EntrantTally("b", verdicts=2, blind=1, all_bad=1, lost=1),
    )
    assert compare([]) == ComparisonSet()


def test_tally_counts_verdicts_and_pairs_separately() -> None:
    found = compare([verdict("r", ("a", 1), ("b", 2), ("c", 2)), verdict("s", ("a", 1), ("b", 1))])
    a, b, c = found.tallies
    assert (a.verdicts, a.won, a.lost, a.tied, a.pairs) == (2, 2, 0, 1, 3)
    assert (b.verdicts, b.won, b.lost, b.tied) == (2, 0, 1, 1)
    assert (c.pairs, c.lost) == (1, 1)


@given(st.lists(judgements, max_size=12), st.randoms(use_true_random=False))
def test_verdict_order_does_not_affect_comparisons(made: list[Judgement], random: Random) -> None:
    mixed = list(made)
    random.shuffle(mixed)
    assert compare(mixed) == compare(made)


@given(st.lists(judgements, max_size=12))
def test_every_comparison_weighs_one_and_is_counted_in_the_tallies(made: list[Judgement]) -> None:
    found = compare(made)
    for item in found.items:
        assert item.first < item.second
        assert abs(item.won + item.lost + item.tied - 1) < 1e-12
        assert item.lanes >= 2
    assert abs(sum(tally.pairs for tally in found.tallies) - 2 * len(found.items)) < 1e-9
    assert abs(sum(tally.won - tally.lost for tally in found.tallies)) < 1e-9
    assert found.comparing + found.all_bad + found.silent == len(made)
