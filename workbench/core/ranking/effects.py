"""Effects of parts, such as techniques of versions, on the strengths of entrants.

Invariant: an effect is reported only if the verdicts can separate it from those of all other parts; otherwise the
confounded parts are named without a number. An effect is never reported without its interval.

The strength of an entrant is the sum of the effects of its parts, in Davidson's model (`likelihood.DavidsonModel` with
a design matrix). An effect is thus the difference in strength between an entrant with the part and the same one
without. Verdicts depend only on differences of designs, so an effect is estimable exactly if its unit vector lies in
the row space of these differences (estimable functions of a linear model; Rao 1973, "Linear statistical inference and
its applications", 4a.2).
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
from workbench.core.ranking.intervals import RESAMPLES, StrengthInterval, StrengthPrecision, precision
from workbench.core.ranking.judgements import ComparisonSet, Judgement, pairs_of
from workbench.core.ranking.likelihood import DavidsonModel, LikelihoodPeak, sides_of

Parts = Mapping[str, frozenset[str]]
"""The parts of each entrant."""

Tie = Literal["level", "together", "instead", "mixed"]

_NEAR = 1e-8


@dataclass(frozen=True, slots=True)
class TechniqueTangle:
    """Parts whose effects are not estimable from the verdicts.

    level: a single part, which in every comparison both sides had, or neither. together: two or more that were always
    on the same side. instead: two that were always on opposite sides. mixed: any others.
    """

    parts: tuple[str, ...]
    tie: Tie


@dataclass(frozen=True, slots=True, eq=False)
class PartEffects:
    """Effects of `parts`, in their order, on the natural log scale; 0 is no effect.

    The values of parts in `tangles` come only from the prior and say nothing about the part.
    """

    parts: tuple[str, ...]
    values: tuple[float, ...]
    nu: float
    tangles: tuple[TechniqueTangle, ...]
    precision: StrengthPrecision

    @property
    def told(self) -> tuple[str, ...]:
        """The parts with estimable effects, the largest first; equal ones by name."""
        tangled = {part for tangle in self.tangles for part in tangle.parts}
        found = [(-value, part) for value, part in zip(self.values, self.parts, strict=True) if part not in tangled]
        return tuple(part for _, part in sorted(found))

    def of(self, part: str) -> StrengthInterval:
        """Return the effect of a part with its interval. Raises ValueError if it is not estimable."""
        if part not in self.told:
            raise ValueError(f"The verdicts do not tell the effect of {part}.")
        direction = np.zeros((1, len(self.parts)))
        direction[0, self.parts.index(part)] = 1
        return self.precision.intervals(direction)[0]


def effects(
    comparisons: ComparisonSet, made_of: Parts, prior: float = PRIOR, seed: int = 0, resamples: int = RESAMPLES
) -> PartEffects:
    """Estimate the effects of the parts of the compared entrants.

    Raises ValueError if there are no parts, or without a prior, because estimates may then be infinite; KeyError for an
    entrant that is not in `made_of`.
    """
    entrants = comparisons.entrants
    parts = tuple(sorted({part for entrant in entrants for part in made_of[entrant]}))
    if not parts or not prior:
        raise ValueError("Effects need parts, and a prior.")
    design = np.array([[float(part in made_of[entrant]) for part in parts] for entrant in entrants])
    evidence = gather(comparisons.items, entrants)
    model = DavidsonModel(evidence, prior, design)
    peak = model.climb(evidence.sums(), LikelihoodPeak(np.zeros((1, len(parts))), np.ones(1)))
    return PartEffects(
        parts,
        tuple(float(value) for value in peak.strengths[0]),
        float(peak.nu[0]),
        _tangles(parts, sides_of(evidence, design)),
        precision(comparisons, model, peak, seed, resamples),
    )


def _tangles(parts: tuple[str, ...], sides: Floats) -> tuple[TechniqueTangle, ...]:
    """Return the parts in the null space of the differences, as independent groups."""
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
    """Counts for a part: comparisons in which exactly one side had it, and the verdicts that they are from."""

    part: str
    won: float = 0.0
    lost: float = 0.0
    tied: float = 0.0
    verdicts: int = 0
    blind: int = 0

    @property
    def pairs(self) -> float:
        """Number of comparisons."""
        return self.won + self.lost + self.tied


def tallies(judgements: Iterable[Judgement], comparisons: ComparisonSet, made_of: Parts) -> tuple[PartTally, ...]:
    """Return the counts for each part, sorted by part."""
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
