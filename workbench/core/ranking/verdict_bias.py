"""What about the verdicts themselves could mislead: places on the screen, names in sight, memory, and a changing mind.

Invariant: a check counts only what it can know. What a check says could mislead follows from a threshold with a reason,
and too few cases are told as unknown, never as fine.
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
"""If a fifth of the verdicts all fall on one side for another reason than the answers, equals look like 60 to 40, which
a hundred verdicts tell as a difference (two standard errors). So from a fifth on a share could mislead."""

RARE = 0.01
"""The check for places is looked at after each verdict, and at 5 % it would cry wolf over and over; at 1 % hardly."""

LEANING = 0.05
"""A habit that moves less than one verdict in twenty moves no ranking that is told with its uncertainty."""

FEWEST_REPEATS = 10
"""With fewer repeats the agreement may as well be luck: of nine coin tosses seven or more agree in 1 of 11 cases."""

STEADY = 0.68
"""If a verdict is what the person would usually say with chance r, two of them agree with r^2 + (1 - r)^2. Below 0.68
r is below 0.8: more than a fifth of the verdicts are slips."""

Misleads = bool | None
"""None for too few to tell."""


@dataclass(frozen=True, slots=True)
class VerdictShare:
    """How many of the verdicts something is true of."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """The share, 0 of none."""
        return self.count / self.of if self.of else 0.0

    @property
    def misleads(self) -> bool:
        """Whether so many could make equals look different."""
        return self.share >= SWAYED


def not_blind(judgements: Iterable[Judgement]) -> VerdictShare:
    """Return how many winners and ties were given with names in sight."""
    placing = [judgement for judgement in judgements if judgement.kind != "all_bad"]
    return VerdictShare(sum(not judgement.blind for judgement in placing), len(placing))


def seen_before(judgements: Iterable[Judgement]) -> VerdictShare:
    """Return how many winners and ties are about outputs that had been judged before."""
    placing = [judgement for judgement in judgements if judgement.kind != "all_bad"]
    return VerdictShare(sum(judgement.seen for judgement in placing), len(placing))


@dataclass(frozen=True, slots=True)
class PlaceBias:
    """How often the winner stood first, `first` of `winners` times, where chance would have it `expected` times.

    `chance` is how likely a count that is no more likely than this one is, when places mean nothing. `left_out` winners
    were chosen where the order was not drawn.
    """

    winners: int
    first: int
    expected: float
    chance: float
    left_out: int

    @property
    def misleads(self) -> bool:
        """Whether places seem to matter, and enough to move a ranking."""
        return self.chance < RARE and abs(self.first - self.expected) >= LEANING * self.winners


def places(judgements: Iterable[Judgement]) -> PlaceBias:
    """Return whether winners stand first more or less often than chance.

    Only blind verdicts count, because only their order is drawn: in others a strong entrant may always stand first.
    With k outputs in a drawn order the winner stands first with chance 1 / k, however strong anybody is, so the count
    is a sum of such tosses, and its distribution is known exactly. For a single k it is the two-sided binomial test.
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
    """How often a verdict about a pair of outputs said the same as the one before, `agreeing` of `repeats` times."""

    repeats: int
    agreeing: int

    @property
    def share(self) -> float:
        """The share, 0 of none."""
        return self.agreeing / self.repeats if self.repeats else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share (Wilson 1927, JASA 22); all there is without repeats."""
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
        """Whether too many verdicts are slips; None with too few repeats."""
        return None if self.repeats < FEWEST_REPEATS else self.share < STEADY


Relation = Literal["first", "second", "tie", "bad"]


def agreement(judgements: Iterable[Judgement]) -> VerdictAgreement:
    """Return how far verdicts repeat what was said before about the same two outputs.

    Unlike the other checks it wants every verdict that was meant, oldest first, and not only the latest about the same
    outputs; a verdict that was taken back or corrected at once was not meant.
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
    """Return what a verdict says about its pairs of outputs, each in the order of text; nothing about two that lost."""
    said: dict[tuple[str, str], Relation] = {}
    for first, second in combinations(sorted(judgement.outputs, key=lambda judged: judged.output), 2):
        pair, won, lost = (first.output, second.output), first.place == 1, second.place == 1
        if judgement.kind == "all_bad":
            said[pair] = "bad"
        elif won or lost:
            said[pair] = "tie" if won and lost else "first" if won else "second"
    return said
