"""Checks of verdicts for bias: position on the screen, visible names, outputs seen before, and inconsistency.

Invariant: a check counts only cases that it can decide. Whether it warns depends on a justified threshold, and too few
cases are reported as unknown, never as fine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from math import exp, lgamma, log, sqrt
from typing import Literal

import numpy as np

from workbench.core.ranking.evidence import Floats
from workbench.core.ranking.intervals import NORMAL
from workbench.core.ranking.judgements import Judgement

SWAYED = 0.2
"""Share from which verdicts could mislead. If a fifth of the verdicts favour one side for reasons other than the
answers, equals look like 60 to 40, which a hundred verdicts show as a difference (two standard errors)."""

RARE = 0.01
"""Significance level of the position check. It is evaluated after each verdict, so 5 % would cause repeated false
alarms; 1 % rarely does."""

LEANING = 0.05
"""Minimum bias that matters: one that affects less than one verdict in twenty changes no ranking beyond its
uncertainty."""

FEWEST_REPEATS = 10
"""With fewer repeats the agreement may be chance: of nine coin tosses seven or more agree in 1 of 11 cases."""

STEADY = 0.68
"""Minimum agreement. If a verdict is the judge's usual one with probability r, two of them agree with probability
r^2 + (1 - r)^2. Below 0.68 r is below 0.8: more than a fifth of the verdicts are errors."""

Misleads = bool | None
"""None if there are too few cases."""


@dataclass(frozen=True, slots=True)
class VerdictShare:
    """The number of verdicts with a property, `count` of `of`."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """The share, 0 without verdicts."""
        return self.count / self.of if self.of else 0.0

    @property
    def misleads(self) -> bool:
        """Whether the share is large enough to make equals look different."""
        return self.share >= SWAYED


def not_blind(judgements: Iterable[Judgement]) -> VerdictShare:
    """Return how many winners and ties were given with visible names."""
    placing = [judgement for judgement in judgements if judgement.kind != "all_bad"]
    return VerdictShare(sum(not judgement.blind for judgement in placing), len(placing))


def seen_before(judgements: Iterable[Judgement]) -> VerdictShare:
    """Return how many winners and ties concern outputs that had been judged before."""
    placing = [judgement for judgement in judgements if judgement.kind != "all_bad"]
    return VerdictShare(sum(judgement.seen for judgement in placing), len(placing))


@dataclass(frozen=True, slots=True)
class PlaceBias:
    """How often the winner was shown first: `first` of `winners` times, with `expected` times by chance.

    `chance` is the p-value: the probability of a count that is no more likely than this one, without a position bias.
    `left_out` winners were chosen in an order that was not random.
    """

    winners: int
    first: int
    expected: float
    chance: float
    left_out: int

    @property
    def misleads(self) -> bool:
        """Whether the position bias is significant, and large enough to change a ranking."""
        return self.chance < RARE and abs(self.first - self.expected) >= LEANING * self.winners


def places(judgements: Iterable[Judgement]) -> PlaceBias:
    """Test whether winners are shown first more or less often than by chance.

    Only blind verdicts count, because only their order is random: in others a strong entrant may always be first. With
    k outputs in random order the winner is first with probability 1 / k, whatever the strengths, so the count is a sum
    of Bernoulli variables with a known exact distribution. For a single k it is the two-sided binomial test.
    """
    shown: Counter[int] = Counter()
    first = left_out = 0
    for judgement in judgements:
        if judgement.kind != "winner" or len(judgement.outputs) < 2:
            continue
        if not judgement.blind:
            left_out += 1
            continue
        shown[len(judgement.outputs)] += 1
        first += judgement.outputs[0].place == 1
    likely = np.ones(1)
    for lanes, number in sorted(shown.items()):
        likely = np.convolve(likely, _binomial(number, 1 / lanes))
    chance = float(likely[likely <= likely[first] * (1 + 1e-7)].sum())
    expected = sum(number / lanes for lanes, number in shown.items())
    return PlaceBias(sum(shown.values()), first, expected, min(chance, 1.0), left_out)


def _binomial(number: int, chance: float) -> Floats:
    ways = (lgamma(number + 1) - lgamma(k + 1) - lgamma(number - k + 1) for k in range(number + 1))
    return np.array([exp(w + k * log(chance) + (number - k) * log(1 - chance)) for k, w in enumerate(ways)])


@dataclass(frozen=True, slots=True)
class VerdictAgreement:
    """The agreement of verdicts on a pair of outputs with the previous ones: `agreeing` of `repeats` times."""

    repeats: int
    agreeing: int

    @property
    def share(self) -> float:
        """The share, 0 without repeats."""
        return self.agreeing / self.repeats if self.repeats else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share (Wilson 1927, JASA 22); (0, 1) without repeats."""
        if not self.repeats:
            return 0.0, 1.0
        square = NORMAL**2
        whole = self.repeats + square
        middle = (self.agreeing + square / 2) / whole
        half = NORMAL / whole * sqrt(self.agreeing * (self.repeats - self.agreeing) / self.repeats + square / 4)
        low = max(0.0, middle - half) if self.agreeing else 0.0
        return low, min(1.0, middle + half) if self.agreeing < self.repeats else 1.0

    @property
    def misleads(self) -> Misleads:
        """Whether too many verdicts are inconsistent; None with too few repeats."""
        return None if self.repeats < FEWEST_REPEATS else self.share < STEADY


Relation = Literal["first", "second", "tie", "bad"]


def agreement(judgements: Iterable[Judgement]) -> VerdictAgreement:
    """Return how often verdicts agree with the previous ones on the same two outputs.

    Unlike the other checks it needs every intended verdict, oldest first, not only the latest on the same outputs; a
    verdict that was undone or corrected immediately was not intended.
    """
    last: dict[tuple[str, str], Relation] = {}
    repeats = agreeing = 0
    for judgement in judgements:
        for pair, relation in relations(judgement).items():
            if pair in last:
                repeats += 1
                agreeing += last[pair] == relation
            last[pair] = relation
    return VerdictAgreement(repeats, agreeing)


def relations(judgement: Judgement) -> dict[tuple[str, str], Relation]:
    """Return the relations that a verdict states between pairs of outputs, in text order; none between two losers."""
    said: dict[tuple[str, str], Relation] = {}
    for first, second in combinations(sorted(judgement.outputs, key=lambda judged: judged.output), 2):
        pair, won, lost = (first.output, second.output), first.place == 1, second.place == 1
        if judgement.kind == "all_bad":
            said[pair] = "bad"
        elif won or lost:
            said[pair] = "tie" if won and lost else "first" if won else "second"
    return said
