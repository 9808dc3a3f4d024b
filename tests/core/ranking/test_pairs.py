"""Pairs for the judging queue: informative, balanced, reproducible by seed, and undoable."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, pairwise
from random import Random

import numpy as np
import pytest

from tests import depth
from tests.core.ranking.made import Counts, of_counts
from tests.core.ranking.sittings import EVEN_MARGIN, HISTORIES, MARGIN, History, compared
from workbench.core.ranking.davidson import DavidsonFit, covariance, fit
from workbench.core.ranking.evidence import Floats
from workbench.core.ranking.judgements import Judgement, compare
from workbench.core.ranking.pairs import AGAIN, OutputPair, PairOption, PairQueue, believe, connect, queue, take

FOUR = "abcd"


def belief(made: list[Judgement], entrants: str = FOUR) -> tuple[DavidsonFit, Floats]:
    comparisons = compare(made)
    found = fit(comparisons, also=entrants)
    return found, covariance(comparisons, found)


def candidates(entrants: str = FOUR, values: int = 10, judged: int = 0) -> list[PairOption]:
    """Return all pairs of entrants on every value set, in alternating order; the first `judged` sets are judged."""
    return [
        PairOption(f"{one}{v}", f"{other}{v}", one, other, f"v{v}", first_left=int(v < judged), judged=int(v < judged))
        for pair in combinations(entrants, 2)
        for v in range(values)
        for one, other in [pair if v % 2 else pair[::-1]]
    ]


def made(counts: Counts = (), seed: int = 1, values: int = 10, judged: int = 0) -> PairQueue:
    return queue(candidates(values=values, judged=judged), *belief(of_counts(counts)), seed)


def taken(start: PairQueue, number: int) -> tuple[list[OutputPair], PairQueue]:
    pairs = []
    for _ in range(number):
        pair, start = take(start)
        assert pair is not None
        pairs.append(pair)
    return pairs, start


def entrants(pair: OutputPair) -> str:
    return "".join(sorted((pair.candidate.first_entrant, pair.candidate.second_entrant)))


def left_of(pair: OutputPair) -> str:
    straight = pair.left == pair.candidate.first
    return pair.candidate.first_entrant if straight else pair.candidate.second_entrant


def test_most_uncertain_pair_is_offered_first() -> None:
    # a and b are far above c and d; the order of a and b is the most uncertain and least compared.
    settled = [
        ("a", "c", 20, 1, 0),
        ("b", "d", 20, 1, 0),
        ("a", "d", 20, 1, 0),
        ("b", "c", 20, 1, 0),
        ("c", "d", 30, 30, 0),
    ]
    pairs, _ = taken(made(settled), 3)
    assert entrants(pairs[0]) == "ab"


def test_unjudged_entrant_is_offered_first() -> None:
    pairs, _ = taken(made([("a", "b", 20, 15, 0), ("b", "c", 20, 15, 0), ("a", "c", 20, 15, 0)]), 4)
    assert all("d" in entrants(pair) for pair in pairs)


def test_gain_is_the_expected_reduction_of_ranking_uncertainty() -> None:
    start = made([("a", "b", 4, 2, 3), ("b", "c", 5, 0, 1), ("a", "d", 1, 1, 0)])
    covariances, strengths = start.covariances, start.strengths

    def apart(some: Floats, k: int, m: int) -> float:
        return float(some[k, k] + some[m, m] - 2 * some[k, m])

    for group, gain in enumerate(start.gains()):
        i, j = start.first[group], start.second[group]
        spread = math.sqrt(apart(covariances, i, j))
        off = np.linspace(-6, 6, 4001)
        weight = np.exp(-(off**2) / 2) / np.exp(-(off**2) / 2).sum()
        one, other = np.exp(strengths[i] - strengths[j] + spread * off), np.ones_like(off)
        middle = start.nu * np.sqrt(one * other)
        win, lose, tie = np.stack([one, other, middle]) / (one + other + middle)
        information = float(((1 - tie - (win - lose) ** 2) / 4) @ weight)
        across = covariances[:, i] - covariances[:, j]
        after = covariances - np.outer(across, across) * information / (1 + information * spread**2)
        expected = 0.0
        for k, m in combinations(range(4), 2):
            before = apart(covariances, k, m)
            openness = math.exp(-((strengths[k] - strengths[m]) ** 2) / (2 * before))
            expected += openness * (before - apart(after, k, m)) / before
        assert gain == pytest.approx(expected, rel=1e-3)


def test_taken_pair_counts_as_judged() -> None:
    start = made([("a", "b", 4, 2, 0), ("b", "c", 5, 1, 0), ("a", "d", 1, 1, 0), ("c", "d", 1, 2, 0)])
    (pair,), after = taken(start, 1)
    i, j = (start.entrants.index(name) for name in entrants(pair))
    direction = np.zeros(4)
    direction[i], direction[j] = 1, -1
    gained = np.linalg.pinv(after.covariances) - np.linalg.pinv(start.covariances)
    information = gained[i, i]
    assert gained == pytest.approx(information * np.outer(direction, direction), abs=1e-6)
    # Never more information than a comparison of equals.
    assert 0 < information <= 0.25
    assert np.diag(after.covariances).sum() < np.diag(start.covariances).sum()


def test_left_and_right_sides_alternate() -> None:
    pairs, _ = taken(made([("a", "b", 5, 5, 1), ("c", "d", 2, 1, 0)]), 60)
    for group in map("".join, combinations(FOUR, 2)):
        # A repeated pair swaps its sides, independently of the alternation.
        lefts = [left_of(pair) for pair in pairs[: AGAIN - 1] if entrants(pair) == group]
        # Each two consecutive pairs have both orders, in an unpredictable sequence.
        assert all(one != other for one, other in zip(lefts[::2], lefts[1::2], strict=False))
    for entrant in FOUR:
        mine = [pair for pair in pairs if entrant in entrants(pair)]
        assert abs(sum(left_of(pair) == entrant for pair in mine) - len(mine) / 2) <= 1.5


def test_sides_shown_in_earlier_verdicts_are_balanced() -> None:
    before = [
        PairOption("a0", "b0", "a", "b", "v0", first_left=1, judged=1),
        PairOption("b9", "a9", "b", "a", "v9", second_left=2, judged=2),
    ]
    start = queue([*before, *(PairOption(f"b{v}", f"a{v}", "b", "a", f"v{v}") for v in range(1, 9))], *belief([], "ab"))
    pairs, _ = taken(start, 5)
    lefts = [left_of(pair) for pair in pairs]
    assert lefts[:3] == ["b", "b", "b"]
    assert lefts[3] != lefts[4]


def test_entrant_shown_less_often_on_the_left_is_placed_left() -> None:
    shown = PairOption("c0", "a0", "c", "a", "v0", first_left=1, judged=1)
    for one, other in ("ab", "ba"):
        (pair,), _ = taken(queue([shown, PairOption(one, other, one, other, "v1")], *belief([], "abc")), 1)
        assert left_of(pair) == "a"


def test_pairs_depend_on_the_seed_but_not_on_candidate_order() -> None:
    told = belief(of_counts([("a", "b", 3, 2, 1)]))
    some = candidates()
    mixed = Random(2).sample(some, len(some))
    first, _ = taken(queue(some, *told, 5), 40)
    assert taken(queue(mixed, *told, 5), 40)[0] == first
    assert taken(queue(some, *told, 6), 40)[0] != first


def test_first_pair_is_random_without_verdicts() -> None:
    assert len({entrants(taken(made(seed=seed), 1)[0][0]) for seed in range(20)}) > 3


def test_taking_a_pair_does_not_modify_the_queue() -> None:
    start = made([("a", "b", 3, 2, 1)])
    first, after = taken(start, 10)
    again, _ = taken(start, 10)
    assert again == first
    assert (start.remaining, after.remaining, after.taken) == (60, 50, 10)


def test_queue_offers_every_new_pair_once_and_then_ends() -> None:
    pairs, end = taken(made(values=7), 44)
    assert len({pair.candidate for pair in pairs if not pair.again}) == 42
    assert take(end) == (None, end)


def test_first_session_repeats_its_pairs_every_twentieth_with_sides_swapped() -> None:
    pairs, end = taken(made(values=20), 2 * AGAIN)
    again = [place for place, pair in enumerate(pairs) if pair.again]
    assert again == [AGAIN - 1, 2 * AGAIN - 1]
    for place, first in zip(again, (0, 1), strict=True):
        assert (pairs[place].left, pairs[place].right) == (pairs[first].right, pairs[first].left)
    # The queue ends, and with few pairs left it does not repeat recent ones.
    rest, end = taken(end, 6 * 20 + 6 - 2 * AGAIN)
    assert not any(pair.again for pair in rest[-6:])
    assert take(end)[0] is None


def test_every_twentieth_pair_repeats_an_earlier_verdict_with_sides_swapped() -> None:
    pairs, end = taken(made(judged=3, values=20), 2 * AGAIN)
    assert [place for place, pair in enumerate(pairs) if pair.again] == [AGAIN - 1, 2 * AGAIN - 1]
    assert all(pair.candidate.judged for pair in pairs if pair.again)
    assert all(pair.left == pair.candidate.second for pair in pairs if pair.again)
    rest, end = taken(end, 6 * 20 - 2 * AGAIN)
    assert all(pair.again for pair in rest[-10:])
    assert take(end)[0] is None


def test_outputs_are_spread_across_pairs() -> None:
    pairs, _ = taken(made(values=20), 40)
    shown = Counter(output for pair in pairs if not pair.again for output in (pair.left, pair.right))
    assert max(shown.values()) <= 2
    assert sum(number > 1 for number in shown.values()) <= 4
    assert all(one.candidate.values != other.candidate.values for one, other in pairwise(pairs))


def test_outputs_of_one_entrant_are_never_paired() -> None:
    start = queue([PairOption("a0", "a1", "a", "a", "v"), PairOption("a0", "b0", "a", "b", "v")], *belief([], "ab"))
    pairs, end = taken(start, 1)
    assert entrants(pairs[0]) == "ab"
    assert take(end)[0] is None


def test_new_verdicts_change_the_next_pairs() -> None:
    start = made([("a", "b", 1, 1, 0)])
    settled = [("a", "b", 90, 10, 0), ("a", "c", 90, 10, 0), ("b", "c", 50, 50, 0), ("a", "d", 1, 1, 0)]
    pairs, _ = taken(believe(start, *belief(of_counts(settled))), 3)
    assert all("d" in entrants(pair) for pair in pairs)
    with pytest.raises(ValueError, match="same entrants"):
        believe(start, *belief(of_counts([("x", "y", 1, 0, 0)]), ""))
    with pytest.raises(KeyError):
        queue([PairOption("x", "y", "a", "stranger", "v")], *belief([], "ab"))


def test_queue_without_candidates_offers_no_pair() -> None:
    start = queue([], *belief([], "ab"))
    assert take(start)[0] is None


def test_judged_entrants_are_connected_after_every_pair() -> None:
    names = "abcdefghijklmnopqrst"
    start = queue(candidates(names, 3), *belief([], names), 4)
    parts = {name: {name} for name in names}
    for number in range(1, 60):
        pair, start = take(start)
        assert pair is not None
        one, other = entrants(pair)
        both = parts[one] | parts[other]
        parts |= dict.fromkeys(both, both)
        assert len({id(part) for part in parts.values() if len(part) > 1}) == 1, number
    assert parts["a"] == set(names)


def test_separately_judged_groups_are_connected_first() -> None:
    apart = [("a", "b", 20, 1, 0), ("c", "d", 20, 1, 0)]
    pairs, _ = taken(queue(candidates("abcdef"), *belief(of_counts(apart), "abcdef")), 1)
    assert set(entrants(pairs[0])) & set("ab")
    assert set(entrants(pairs[0])) & set("cd")
    # No pair connects the groups directly; the path leads through entrants without verdicts.
    direct = [set(both) for both in ("ac", "ad", "bc", "bd")]
    over = [c for c in candidates("abcdef") if {c.first_entrant, c.second_entrant} not in direct]
    some, _ = taken(queue(over, *belief(of_counts(apart), "abcdef")), 3)
    groups = fit(compare(of_counts([*apart, *((*entrants(pair), 1, 0, 0) for pair in some)]))).groups
    assert len(groups) == 1


def test_pair_without_a_preference_connects_no_entrants() -> None:
    start = queue(candidates("abcd"), *belief([]), 1)
    first, after = take(start)
    assert first is not None
    one, other = entrants(first)
    # A handed-out pair counts as an edge until it is known to be skipped or all bad.
    again, _ = take(after)
    assert again is not None
    assert set(entrants(again)) & {one, other}
    assert connect(after, []).allowed().all()
    with_it = connect(after, [(one, other)])
    names = with_it.entrants
    touching = [{names[i], names[j]} & {one, other} for i, j in zip(with_it.first, with_it.second, strict=True)]
    assert list(with_it.allowed()) == [bool(some) for some in touching]


def test_skipped_pair_is_not_repeated() -> None:
    pairs, start = taken(made(values=20), AGAIN - 1)
    start = connect(start, [], {pairs[0].candidate.key, pairs[2].candidate.key})
    (again, *rest), start = taken(start, AGAIN + 1)
    assert again.again
    assert again.candidate.key == pairs[1].candidate.key
    assert rest[-1].candidate.key == pairs[3].candidate.key


def test_queue_continues_when_groups_cannot_be_connected() -> None:
    some = [c for c in candidates("abcd") if {c.first_entrant, c.second_entrant} in map(set, ("ab", "cd"))]
    pairs, end = taken(queue(some, *belief([])), 20 + 1)
    assert Counter(entrants(pair) for pair in pairs if not pair.again) == {"ab": 10, "cd": 10}
    assert take(end)[0] is None


def test_pairs_without_other_differences_are_offered_first() -> None:
    some = [replace(c, apart=int(c.values > "v4")) for c in candidates("ab")]
    pairs, _ = taken(queue(some, *belief([], "ab")), 10)
    assert [pair.candidate.apart for pair in pairs] == [0] * 5 + [1] * 5


def test_pending_pairs_count_as_judged_after_a_new_fit() -> None:
    start = made([("a", "b", 1, 1, 0)])
    told = belief(of_counts([("a", "b", 1, 1, 0), ("a", "c", 1, 0, 0)]))
    (pair,), _ = taken(start, 1)
    plain, counted = believe(start, *told), believe(start, *told, [pair.candidate])
    assert np.trace(counted.covariances) < np.trace(plain.covariances)


@pytest.mark.deep
@pytest.mark.parametrize("history", depth.pick(HISTORIES[1:2], HISTORIES), ids=lambda history: history.title)
def test_session_finds_the_ranking_better_than_random_pairs(history: History, figure: Callable[[str], None]) -> None:
    found = compared(history, depth.pick(8, 20), depth.pick(1, 50))
    figure(f"{history.title}, {history.apart:g} apart: {found}")
    assert found.parts == (1, 1)
    even = history is HISTORIES[0]
    for gains, margin in ((found.above_any_two, MARGIN), (found.above_chance, EVEN_MARGIN if even else MARGIN)):
        # Means of a few sessions deviate by up to 0.1; the mean of both is closer.
        assert min(depth.pick([sum(gains) / 2], gains)) >= margin - 2 * max(depth.pick((0.0,), found.errors))


def test_session_of_500_pairs_from_10_000_candidates_is_balanced() -> None:
    names = "".join(chr(ord("a") + i) for i in range(20))
    random, some = Random(3), []
    for number in range(10_000):
        one, other = random.sample(names, 2)
        some.append(PairOption(f"{one}{number}", f"{other}{number}", one, other, f"v{number % 50}"))
    pairs, _ = taken(queue(some, *belief([], names)), 500)
    assert len({pair.candidate for pair in pairs if not pair.again}) == 475
    balance: Counter[str] = Counter()
    for pair in pairs:
        balance[entrants(pair)] += 1 if left_of(pair) == entrants(pair)[0] else -1
    # A repeated pair swaps its sides, independently of the alternation.
    assert max(map(abs, balance.values())) <= 2
    # With no information yet, all pairs of entrants occur about equally often.
    met = Counter(map(entrants, pairs))
    assert len(met) == 190
    assert max(met.values()) <= 4
