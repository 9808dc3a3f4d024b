"""What parts bring to the strengths of those who have them: techniques of versions, for one.

Invariant: a part has an effect only where the verdicts can tell it from all other parts; about others is said with
which they are tangled, and no number is given. An effect is never told without its interval.

The strength of an entrant is the sum of what its parts bring, in Davidson's model (`likelihood.Model` with a design).
So an effect is the distance from an entrant without the part up to the same one with it. The verdicts know only
differences of designs: an effect is told by them exactly if its unit vector lies in the row space of these differences
(estimable functions of a linear model; Rao 1973, "Linear statistical inference and its applications", 4a.2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum
from typing import Literal

import numpy as np

from workbench.core.ranking.davidson import PRIOR
from workbench.core.ranking.evidence import Floats, gather
from workbench.core.ranking.intervals import RESAMPLES, Precision, StrengthInterval, precision
from workbench.core.ranking.judgements import ComparisonSet, Judgement, pairs_of
from workbench.core.ranking.likelihood import DavidsonModel, LikelihoodPeak, sides_of

Parts = Mapping[str, frozenset[str]]
"""What each entrant is made of."""

Tie = Literal["level", "together", "instead", "mixed"]

_NEAR = 1e-8


@dataclass(frozen=True, slots=True)
class TechniqueTangle:
    """Parts whose effects the verdicts cannot tell.

    level: a single one, which in every comparison both sides had, or neither. together: two or more that always stood
    on the same side. instead: two that always stood on opposite sides. mixed: any others.
    """

    parts: tuple[str, ...]
    tie: Tie


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """What each of `parts` brings, on the natural log scale, in their order; 0 is what it is like without.

    Those in `tangles` have a value only by the prior, which says nothing about the part.
    """

    parts: tuple[str, ...]
    values: tuple[float, ...]
    nu: float
    tangles: tuple[TechniqueTangle, ...]
    precision: Precision

    @property
    def told(self) -> tuple[str, ...]:
        """The parts whose effects are known, the largest first; equal ones by name."""
        tangled = {part for tangle in self.tangles for part in tangle.parts}
        found = [(-value, part) for value, part in zip(self.values, self.parts, strict=True) if part not in tangled]
        return tuple(part for _, part in sorted(found))

    def of(self, part: str) -> StrengthInterval:
        """Return the effect of a part with its interval. Raises ValueError for one that is not told."""
        if part not in self.told:
            raise ValueError(f"The verdicts do not tell the effect of {part}.")
        direction = np.zeros((1, len(self.parts)))
        direction[0, self.parts.index(part)] = 1
        return self.precision.intervals(direction)[0]


def effects(
    comparisons: ComparisonSet, made_of: Parts, prior: float = PRIOR, seed: int = 0, resamples: int = RESAMPLES
) -> Effects:
    """Return what the parts bring of those that were compared.

    Raises ValueError when there are no parts, or without a prior, as nothing is finite then by itself; KeyError for an
    entrant that nobody said the parts of.
    """
    entrants = comparisons.entrants
    parts = tuple(sorted({part for entrant in entrants for part in made_of[entrant]}))
    if not parts or not prior:
        raise ValueError("Effects need parts, and a prior.")
    design = np.array([[float(part in made_of[entrant]) for part in parts] for entrant in entrants])
    evidence = gather(comparisons.items, entrants)
    model = DavidsonModel(evidence, prior, design)
    peak = model.climb(evidence.sums(), LikelihoodPeak(np.zeros((1, len(parts))), np.ones(1)))
    return Effects(
        parts,
        tuple(float(value) for value in peak.strengths[0]),
        float(peak.nu[0]),
        _tangles(parts, sides_of(evidence, design)),
        precision(comparisons, model, peak, seed, resamples),
    )


def _tangles(parts: tuple[str, ...], sides: Floats) -> tuple[TechniqueTangle, ...]:
    """Return what lies in the null space of the differences, in groups that have nothing to do with each other."""
    _, sizes, rows = np.linalg.svd(np.unique(sides, axis=0), full_matrices=True)
    rank = int((sizes > sizes.max(initial=0.0) * max(sides.shape) * np.finfo(float).eps).sum())
    null = rows[rank:]
    shared = np.abs(null.T @ null) > _NEAR
    left = {place for place in range(len(parts)) if shared[place, place]}
    found = []
    while left:
        group, waiting = set(), [min(left)]
        while waiting:
            place = waiting.pop()
            group.add(place)
            waiting += [other for other in range(len(parts)) if shared[place, other] and other not in group]
        left -= group
        found.append(TechniqueTangle(tuple(parts[place] for place in sorted(group)), _tie(sides[:, sorted(group)])))
    return tuple(found)


def _tie(columns: Floats) -> Tie:
    if columns.shape[1] == 1:
        return "level"
    if (columns == columns[:, :1]).all():
        return "together"
    return "instead" if columns.shape[1] == 2 and (columns[:, 0] == -columns[:, 1]).all() else "mixed"


@dataclass(frozen=True, slots=True)
class PartTally:
    """What is counted about a part: comparisons of which exactly one side had it, and the verdicts they are from."""

    part: str
    won: float = 0.0
    lost: float = 0.0
    tied: float = 0.0
    verdicts: int = 0
    blind: int = 0

    @property
    def pairs(self) -> float:
        """How many comparisons these are."""
        return self.won + self.lost + self.tied


def tallies(judgements: Iterable[Judgement], comparisons: ComparisonSet, made_of: Parts) -> tuple[PartTally, ...]:
    """Return what is counted about each part, sorted."""
    results: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for item in comparisons.items:
        first, second = made_of[item.first], made_of[item.second]
        for part in first - second:
            results[part].append((item.won, item.lost, item.tied))
        for part in second - first:
            results[part].append((item.lost, item.won, item.tied))
    verdicts: dict[str, list[bool]] = defaultdict(list)
    for judgement in judgements:
        differing = (made_of[first] ^ made_of[second] for first, second in pairs_of(judgement))
        for part in frozenset().union(*differing):
            verdicts[part].append(judgement.blind)
    parts = sorted({part for entrant in comparisons.entrants for part in made_of[entrant]})
    return tuple(_tally(part, results[part], verdicts[part]) for part in parts)


def _tally(part: str, results: list[tuple[float, float, float]], blind: list[bool]) -> PartTally:
    won, lost, tied = (fsum(result[i] for result in results) for i in range(3))
    return PartTally(part, won, lost, tied, len(blind), sum(blind))
