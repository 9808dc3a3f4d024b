"""Pairs for the judging queue: informative, balanced, the same for the same seed, and free to undo."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations, pairwise
from random import Random

import numpy as np
import pytest

from tests.core.ranking.made import Counts, of_counts, strengths_of, verdict
from workbench.core.ranking.davidson import Fit, covariance, fit
from workbench.core.ranking.evidence import Floats
from workbench.core.ranking.judgements import Judgement, compare
from workbench.core.ranking.pairing import AGAIN, Candidate, Pair, Queue, believe, queue, take

FOUR = "abcd"


def belief(made: list[Judgement], entrants: str = FOUR) -> tuple[Fit, Floats]:
    comparisons = compare(made)
    found = fit(comparisons, also=entrants)
    return found, covariance(comparisons, found)


def candidates(entrants: str = FOUR, values: int = 10, judged: int = 0) -> list[Candidate]:
    """Every two entrants on every value set, one first here and the other there; the first `judged` were judged."""
    return [
        Candidate(f"{one}{v}", f"{other}{v}", one, other, f"v{v}", first_left=int(v < judged), judged=int(v < judged))
        for pair in combinations(entrants, 2)
        for v in range(values)
        for one, other in [pair if v % 2 else pair[::-1]]
    ]


def made(counts: Counts = (), seed: int = 1, values: int = 10, judged: int = 0) -> Queue:
    return queue(candidates(values=values, judged=judged), *belief(of_counts(counts)), seed)


def taken(start: Queue, number: int) -> tuple[list[Pair], Queue]:
    pairs = []
    for _ in range(number):
        pair, start = take(start)
        assert pair is not None
        pairs.append(pair)
    return pairs, start


def entrants(pair: Pair) -> str:
    return "".join(sorted((pair.candidate.first_entrant, pair.candidate.second_entrant)))


def left_of(pair: Pair) -> str:
    straight = pair.left == pair.candidate.first
    return pair.candidate.first_entrant if straight else pair.candidate.second_entrant


def test_the_open_and_uncertain_comes_first() -> None:
    # a and b are far above c and d; who of a and b is stronger is as open as it gets, and least looked at.
    settled = [
        ("a", "c", 20, 1, 0),
        ("b", "d", 20, 1, 0),
        ("a", "d", 20, 1, 0),
        ("b", "c", 20, 1, 0),
        ("c", "d", 30, 30, 0),
    ]
    pairs, _ = taken(made(settled), 3)
    assert entrants(pairs[0]) == "ab"


def test_who_nobody_judged_yet_comes_first() -> None:
    pairs, _ = taken(made([("a", "b", 20, 15, 0), ("b", "c", 20, 15, 0), ("a", "c", 20, 15, 0)]), 4)
    assert all("d" in entrants(pair) for pair in pairs)


def test_gains_are_what_a_verdict_tells() -> None:
    start = made([("a", "b", 4, 2, 3), ("b", "c", 5, 0, 1), ("a", "d", 1, 1, 0)])
    covariances, strengths = start.covariances, start.strengths

    def entropy(chances: Floats) -> Floats:
        return -(chances * np.log(chances)).sum(axis=0)

    for group, gain in enumerate(start.gains()):
        i, j = start.first[group], start.second[group]
        spread = math.sqrt(covariances[i, i] + covariances[j, j] - 2 * covariances[i, j])
        off = np.linspace(-6, 6, 4001)
        weight = np.exp(-(off**2) / 2) / np.exp(-(off**2) / 2).sum()
        one, other = np.exp(strengths[i] - strengths[j] + spread * off), np.ones_like(off)
        middle = start.nu * np.sqrt(one * other)
        chances = np.stack([one, other, middle]) / (one + other + middle)
        assert gain == pytest.approx(entropy(chances @ weight) - entropy(chances) @ weight, abs=2e-4)


def test_a_pair_that_is_taken_counts_as_judged() -> None:
    start = made([("a", "b", 4, 2, 0), ("b", "c", 5, 1, 0), ("a", "d", 1, 1, 0), ("c", "d", 1, 2, 0)])
    (pair,), after = taken(start, 1)
    i, j = (start.entrants.index(name) for name in entrants(pair))
    direction = np.zeros(4)
    direction[i], direction[j] = 1, -1
    gained = np.linalg.pinv(after.covariances) - np.linalg.pinv(start.covariances)
    information = gained[i, i]
    assert gained == pytest.approx(information * np.outer(direction, direction), abs=1e-6)
    # Never more than a comparison of equals has.
    assert 0 < information <= 0.25
    assert np.diag(after.covariances).sum() < np.diag(start.covariances).sum()


def test_left_and_right_take_turns() -> None:
    pairs, _ = taken(made([("a", "b", 5, 5, 1), ("c", "d", 2, 1, 0)]), 60)
    for group in map("".join, combinations(FOUR, 2)):
        lefts = [left_of(pair) for pair in pairs if entrants(pair) == group]
        # Each two in a row have both ways round, in an order that cannot be foretold.
        assert all(one != other for one, other in zip(lefts[::2], lefts[1::2], strict=False))
    for entrant in FOUR:
        mine = [pair for pair in pairs if entrant in entrants(pair)]
        assert abs(sum(left_of(pair) == entrant for pair in mine) - len(mine) / 2) <= 1.5


def test_what_was_shown_before_is_balanced_out() -> None:
    before = [
        Candidate("a0", "b0", "a", "b", "v0", first_left=1, judged=1),
        Candidate("b9", "a9", "b", "a", "v9", second_left=2, judged=2),
    ]
    start = queue([*before, *(Candidate(f"b{v}", f"a{v}", "b", "a", f"v{v}") for v in range(1, 9))], *belief([], "ab"))
    pairs, _ = taken(start, 5)
    lefts = [left_of(pair) for pair in pairs]
    assert lefts[:3] == ["b", "b", "b"]
    assert lefts[3] != lefts[4]


def test_who_stood_left_less_often_begins() -> None:
    shown = Candidate("c0", "a0", "c", "a", "v0", first_left=1, judged=1)
    for one, other in ("ab", "ba"):
        (pair,), _ = taken(queue([shown, Candidate(one, other, one, other, "v1")], *belief([], "abc")), 1)
        assert left_of(pair) == "a"


def test_a_seed_decides_and_the_order_of_candidates_does_not() -> None:
    told = belief(of_counts([("a", "b", 3, 2, 1)]))
    some = candidates()
    mixed = Random(2).sample(some, len(some))
    first, _ = taken(queue(some, *told, 5), 40)
    assert taken(queue(mixed, *told, 5), 40)[0] == first
    assert taken(queue(some, *told, 6), 40)[0] != first


def test_where_all_is_open_chance_decides_who_begins() -> None:
    assert len({entrants(taken(made(seed=seed), 1)[0][0]) for seed in range(20)}) > 3


def test_taking_leaves_the_queue_as_it_was() -> None:
    start = made([("a", "b", 3, 2, 1)])
    first, after = taken(start, 10)
    again, _ = taken(start, 10)
    assert again == first
    assert (start.remaining, after.remaining, after.taken) == (60, 50, 10)


def test_every_pair_comes_once_and_then_none() -> None:
    pairs, end = taken(made(values=7), 44)
    assert len({pair.candidate for pair in pairs if not pair.again}) == 42
    assert take(end) == (None, end)


def test_of_a_first_sitting_every_twentieth_was_judged_in_it_and_changes_sides() -> None:
    pairs, end = taken(made(values=20), 2 * AGAIN)
    again = [place for place, pair in enumerate(pairs) if pair.again]
    assert again == [AGAIN - 1, 2 * AGAIN - 1]
    for place, first in zip(again, (0, 1), strict=True):
        assert (pairs[place].left, pairs[place].right) == (pairs[first].right, pairs[first].left)
    # There is an end, and what was judged does not come back at once when little is left.
    rest, end = taken(end, 6 * 20 + 6 - 2 * AGAIN)
    assert not any(pair.again for pair in rest[-6:])
    assert take(end)[0] is None


def test_every_twentieth_was_judged_before_and_changes_sides() -> None:
    pairs, end = taken(made(judged=3, values=20), 2 * AGAIN)
    assert [place for place, pair in enumerate(pairs) if pair.again] == [AGAIN - 1, 2 * AGAIN - 1]
    assert all(pair.candidate.judged for pair in pairs if pair.again)
    assert all(pair.left == pair.candidate.second for pair in pairs if pair.again)
    rest, end = taken(end, 6 * 20 - 2 * AGAIN)
    assert all(pair.again for pair in rest[-10:])
    assert take(end)[0] is None


def test_outputs_are_spread() -> None:
    pairs, _ = taken(made(values=20), 40)
    shown = Counter(output for pair in pairs if not pair.again for output in (pair.left, pair.right))
    assert max(shown.values()) == 1
    assert all(one.candidate.values != other.candidate.values for one, other in pairwise(pairs))


def test_outputs_of_one_entrant_never_meet() -> None:
    start = queue([Candidate("a0", "a1", "a", "a", "v"), Candidate("a0", "b0", "a", "b", "v")], *belief([], "ab"))
    pairs, end = taken(start, 1)
    assert entrants(pairs[0]) == "ab"
    assert take(end)[0] is None


def test_new_verdicts_change_what_comes_next() -> None:
    start = made([("a", "b", 1, 1, 0)])
    settled = [("a", "b", 90, 10, 0), ("a", "c", 90, 10, 0), ("b", "c", 50, 50, 0), ("a", "d", 1, 1, 0)]
    pairs, _ = taken(believe(start, *belief(of_counts(settled))), 3)
    assert all("d" in entrants(pair) for pair in pairs)
    with pytest.raises(ValueError, match="same entrants"):
        believe(start, *belief(of_counts([("x", "y", 1, 0, 0)]), ""))
    with pytest.raises(KeyError):
        queue([Candidate("x", "y", "a", "stranger", "v")], *belief([], "ab"))


def test_no_candidates_no_pairs() -> None:
    start = queue([], *belief([], "ab"))
    assert take(start)[0] is None


def test_a_sitting_tells_more_than_as_many_pairs_by_chance() -> None:
    """A judge who knows: after the same number of verdicts the queue's are nearer to the truth."""
    strengths = strengths_of((2.0, 1.2, 0.6, 0.2, -0.2, -0.6, -1.2, -2.0))
    names, off = "".join(strengths), {"queue": 0.0, "chance": 0.0}
    for repetition in range(12):
        for method in off:
            random = Random(f"{method} {repetition}")
            start = queue(candidates(names, 40), *belief([], names), repetition)
            said: list[Judgement] = []
            for number in range(120):
                if method == "queue":
                    pair, start = take(start)
                    assert pair is not None
                    one, other = entrants(pair)
                else:
                    one, other = random.sample(names, 2)
                worths = math.exp(strengths[one]), math.exp(strengths[other])
                won = random.choices((True, False), worths)[0]
                said.append(verdict(f"r{number}", (one, 1 if won else 2), (other, 2 if won else 1)))
                if method == "queue" and number % 10 == 9:
                    start = believe(start, *belief(said, names))
            found, covariances = belief(said, names)
            off[method] += float(np.diag(covariances).sum())
            assert len(found.groups) == 1
    assert off["queue"] < 0.93 * off["chance"]


def test_a_sitting_of_500_out_of_10_000() -> None:
    names = "".join(chr(ord("a") + i) for i in range(20))
    random, some = Random(3), []
    for number in range(10_000):
        one, other = random.sample(names, 2)
        some.append(Candidate(f"{one}{number}", f"{other}{number}", one, other, f"v{number % 50}"))
    pairs, _ = taken(queue(some, *belief([], names)), 500)
    assert len({pair.candidate for pair in pairs if not pair.again}) == 475
    balance: Counter[str] = Counter()
    for pair in pairs:
        balance[entrants(pair)] += 1 if left_of(pair) == entrants(pair)[0] else -1
    # A pair that comes again changes its sides, whoever's turn it is.
    assert max(map(abs, balance.values())) <= 2
    # Nobody knows anything yet, so every two entrants meet about as often.
    met = Counter(map(entrants, pairs))
    assert len(met) == 190
    assert max(met.values()) <= 4
