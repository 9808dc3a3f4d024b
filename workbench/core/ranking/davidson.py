"""Strengths of entrants by the Bradley-Terry model with ties (Davidson 1970).

Invariant: with a prior every strength is finite. Strengths are centred at 0: they are relative to the average of the
ranked entrants and say nothing about absolute quality.

One more win never reduces the winner's lead over the loser. Without ties it never lowers the winner's strength either;
with ties it can slightly, because a decided comparison where ties were expected brings all strengths closer together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, sqrt

import numpy as np

from workbench.core.ranking.evidence import ComparisonEvidence, Floats, gather
from workbench.core.ranking.judgements import ComparisonSet, EntrantComparison
from workbench.core.ranking.likelihood import DavidsonModel, LikelihoodPeak

PRIOR = 1.0
"""Half a win and half a loss against an average entrant: enough to keep strengths finite, and outweighed by a few
verdicts."""


def chance_of(strength: float) -> float:
    """Return the probability that an entrant beats one weaker by `strength`, given that there is no tie."""
    return 1 / (1 + exp(-strength)) if strength >= 0 else 1 - chance_of(-strength)


@dataclass(frozen=True, slots=True)
class ComparisonChances:
    """The probabilities of the outcomes of a comparison; their sum is 1."""

    win: float
    tie: float
    loss: float


@dataclass(frozen=True, slots=True)
class DavidsonFit:
    """Strengths on the natural log scale, centred at 0, in the order of `entrants`.

    `nu` is Davidson's tie parameter: between equals the probability of a tie is nu / (2 + nu). `groups` are the sets of
    entrants connected by verdicts; only the prior relates entrants of different groups. `centre` is the distance of the
    average entrant from the prior's.
    """

    entrants: tuple[str, ...]
    strengths: tuple[float, ...]
    nu: float
    prior: float
    groups: tuple[tuple[str, ...], ...]
    centre: float = 0.0

    def strength(self, entrant: str) -> float:
        """Return the strength of an entrant. Raises ValueError if it is not ranked."""
        return self.strengths[self.entrants.index(entrant)]

    def chance(self, entrant: str) -> float:
        """Return the probability of beating the average entrant, given that there is no tie."""
        return chance_of(self.strength(entrant))

    def outcome(self, entrant: str, other: str) -> ComparisonChances:
        """Return the probabilities that `entrant` wins, ties and loses against `other`."""
        distance = self.strength(entrant) - self.strength(other)
        small, middle = exp(-abs(distance)), self.nu * sqrt(exp(-abs(distance)))
        whole = 1 + small + middle
        win, loss = (1 / whole, small / whole) if distance >= 0 else (small / whole, 1 / whole)
        return ComparisonChances(win, middle / whole, loss)

    def connected(self, entrant: str, other: str) -> bool:
        """Whether verdicts connect both, directly or through others."""
        return any(entrant in group and other in group for group in self.groups)

    @property
    def ranked(self) -> tuple[str, ...]:
        """The entrants, strongest first; equal ones by name."""
        order = sorted(zip(self.strengths, self.entrants, strict=True), key=lambda pair: (-pair[0], pair[1]))
        return tuple(entrant for _, entrant in order)

    @property
    def peak(self) -> LikelihoodPeak:
        """The maximum of the likelihood, in the model's own coordinates."""
        return LikelihoodPeak(np.array([self.strengths]) + self.centre, np.array([self.nu]))


def fit(comparisons: ComparisonSet, prior: float = PRIOR, also: Iterable[str] = ()) -> DavidsonFit:
    """Fit the strengths of all compared entrants, and of those in `also`, which need no comparison.

    Raises ValueError without entrants, and without a prior also if some strengths have no finite estimate: if the
    entrants fall into two parts of which one never beat or tied the other (Ford 1957), or if all comparisons are ties.
    """
    entrants = tuple(sorted({*comparisons.entrants, *also}))
    if not entrants:
        raise ValueError("There is no entrant to rank.")
    items = comparisons.items
    if not prior:
        _check_finite(entrants, items)
    evidence = gather(items, entrants)
    start = LikelihoodPeak(np.zeros((1, len(entrants))), np.ones(1))
    peak = DavidsonModel(evidence, prior).climb(evidence.sums(), start)
    strengths = peak.strengths[0]
    centre = float(strengths.mean())
    groups = _reached(entrants, [(i.first, i.second) for i in items] + [(i.second, i.first) for i in items])
    return DavidsonFit(
        entrants,
        tuple(float(strength) for strength in strengths - centre),
        float(peak.nu[0]),
        prior,
        tuple(sorted({tuple(sorted(group)) for group in groups.values()}, key=lambda group: (-len(group), group))),
        centre,
    )


def covariance(comparisons: ComparisonSet, fitted: DavidsonFit) -> Floats:
    """Return the covariance matrix of the centred strengths, in the order of the entrants.

    It is the inverse curvature at the peak, prior included (Laplace's approximation), corrected for the dependence of
    the pairs of a verdict on k entrants: for equal strengths, the score of the pairs is k/2 times that of the choice
    that they were derived from, so its variance is k/2 times that of the curvature (the two information matrices of
    composite likelihoods; Varin, Reid and Firth 2011, Statistica Sinica 21).
    """
    evidence = gather(comparisons.items, fitted.entrants)
    return laplace(evidence, fitted)


def laplace(evidence: ComparisonEvidence, fitted: DavidsonFit) -> Floats:
    """Return the same as `covariance` for gathered evidence."""
    return centred(spread(DavidsonModel(evidence, fitted.prior), fitted.peak)[0])


def spread(model: DavidsonModel, peak: LikelihoodPeak, share: float = 1.0) -> tuple[Floats, Floats]:
    """Return the covariance matrix of a model's uncentred strengths, computed as in `covariance`.

    `share` is the share of the prior's own uncertainty in it: 1 is right if strengths vary as much as the prior
    assumes. The second result is the inverse curvature alone, which treats the pairs of a verdict as independent.
    """
    sums = model.evidence.sums()
    curve, prior = model.curvature(sums, peak)
    sums.counts[0] = model.evidence.lane_counts()
    score, _ = model.curvature(sums, peak)
    inverse = np.linalg.inv(curve + prior)
    covariances: Floats = (inverse @ (score + share * prior) @ inverse)[:-1, :-1]
    return covariances, inverse[:-1, :-1]


def centred(covariances: Floats) -> Floats:
    """Return the covariance matrix of the distances from the overall mean."""
    across = covariances - covariances.mean(axis=0)
    apart: Floats = across - across.mean(axis=1)[:, None]
    return apart


def _check_finite(entrants: Sequence[str], items: Sequence[EntrantComparison]) -> None:
    beats = [(i.first, i.second) for i in items if i.won + i.tied > 0]
    beats += [(i.second, i.first) for i in items if i.lost + i.tied > 0]
    short = [entrant for entrant, reached in _reached(entrants, beats).items() if len(reached) < len(entrants)]
    if short:
        raise ValueError(f"Without a prior there is no finite estimate: {short[0]} did not beat or tie all others.")
    if not any(item.won + item.lost for item in items):
        raise ValueError("Without a prior there is no finite estimate: every comparison is a tie.")


def _reached(entrants: Sequence[str], links: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Return the set of entrants reachable from each entrant over directed links, including itself."""
    ahead: dict[str, set[str]] = defaultdict(set)
    for start, end in links:
        ahead[start].add(end)
    found = {}
    for entrant in entrants:
        seen, waiting = {entrant}, [entrant]
        while waiting:
            new = ahead[waiting.pop()] - seen
            seen |= new
            waiting.extend(new)
        found[entrant] = frozenset(seen)
    return found
