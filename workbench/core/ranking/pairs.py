"""Selection of the next two outputs to judge: connect the entrants, then maximise information, balance left and right.

Invariant: a queue is immutable. Taking a pair returns the next queue, so that undo is keeping the previous one. The
same candidates, beliefs and seed give the same pairs, whatever the order of the candidates.

The groups allowed next follow from a graph: its nodes are the entrants, its edges the pairs given and the comparisons
known before. While the compared entrants form several components, only pairs across two of them are allowed; if there
are none, pairs that extend a component. Once there is one component, every pair must touch it. So the judged entrants
are connected after each pair, and strengths are never reported for unconnected entrants if some pair can connect them.
A pair that was skipped, or whose verdict compared nothing, is not an edge.

Among these the most informative pair comes first: the one whose verdict is expected to reduce the uncertainty of the
order most. That is the sum over all pairs of entrants of the reduction of the variance of their distance, weighted by
how uncertain their order is (L-optimality: Atkinson, Donev and Tobias 2007, "Optimum experimental designs", ch. 10; the
weights, as in Glickman and Jensen 2005, "Adaptive paired comparison design", JSPI 127, adapt the design to current
knowledge). A pair counts as judged once it is taken: the variance is reduced by the expected information of one
comparison, so that the next pair is a different one without a new fit. Ties between groups are broken at random.

Every twentieth pair is a repeat with its sides swapped, for `verdict_bias.agreement`. If no pair was judged before this
judging session, it repeats one of this session, the oldest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from types import MappingProxyType

import numpy as np

from workbench.core.ranking.davidson import DavidsonFit
from workbench.core.ranking.evidence import Bools, Floats, Ints

AGAIN = 20
"""Interval of repeated pairs: 25 in a session of 500, enough to measure whether verdicts are consistent."""

_NEAR = 64
"""Number of candidates per group that are searched for outputs not shown yet."""

_LEAST, _ALIKE = 1e-12, 1e-9

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_SHARES: Floats = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True, slots=True)
class PairOption:
    """Two outputs for the same prompt and the same `values`, and their entrants.

    They were compared `judged` times before, and shown `first_left` times with `first` on the left and `second_left`
    times with `second` on the left. `apart` is the number of other differences between their lanes: for versions,
    whether the models differ.
    """

    first: str
    second: str
    first_entrant: str
    second_entrant: str
    values: str
    first_left: int = 0
    second_left: int = 0
    judged: int = 0
    apart: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """The outputs in text order."""
        return min(self.first, self.second), max(self.first, self.second)


@dataclass(frozen=True, slots=True)
class OutputPair:
    """Two outputs to show; `again` means that they were judged before."""

    left: str
    right: str
    candidate: PairOption
    again: bool


@dataclass(frozen=True, slots=True, eq=False)
class PairQueue:
    """The pairs left to judge, and the current beliefs. Created by `queue`; `take` returns the pairs.

    `fresh[g]` are the unjudged candidates of group g, that of entrants `first[g]` and `second[g]`; `leaning[g]` is how
    often its first entrant was shown left minus how often its second one was. `lefts` is the same per entrant over all
    its pairs. `given` are the pairs taken for the first time, oldest first. `parts` is the initial component of each
    entrant in the graph, and `links` are the edges added since, as indices of entrants.
    """

    entrants: tuple[str, ...]
    first: Ints
    second: Ints
    fresh: tuple[tuple[PairOption, ...], ...]
    judged: tuple[PairOption, ...]
    leaning: tuple[int, ...]
    lefts: tuple[int, ...]
    strengths: Floats
    covariances: Floats
    nu: float
    seed: int
    parts: tuple[int, ...]
    links: frozenset[tuple[int, int]] = frozenset()
    shown: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    taken: int = 0
    values: str | None = None
    given: tuple[PairOption, ...] = ()

    @property
    def remaining(self) -> int:
        """Number of unjudged pairs."""
        return sum(map(len, self.fresh))

    def gains(self) -> Floats:
        """Return the expected reduction of the uncertainty of the order by a verdict on each group."""
        variance = _between(self.covariances)
        np.fill_diagonal(variance, 1.0)
        distance = self.strengths[:, None] - self.strengths
        weights = np.exp(-(distance**2) / (2 * variance)) / variance
        np.fill_diagonal(weights, 0.0)
        laplacian = np.diag(weights.sum(axis=1)) - weights
        squares = _between(self.covariances @ laplacian @ self.covariances)[self.first, self.second]
        information = self._information(self._outcomes())
        gains: Floats = squares * information / (1 + information * variance[self.first, self.second])
        return gains

    @staticmethod
    def _information(outcomes: Floats) -> Floats:
        """Return the expected information of one comparison on the distance, from its outcome probabilities."""
        lead = outcomes[0] - outcomes[2]
        information: Floats = ((1 - outcomes[1] - lead**2) / 4) @ _SHARES
        return information

    def allowed(self) -> Bools:
        """Return the mask of the groups allowed next: those that connect compared entrants, if there are any."""
        parts, touched = self._connected()
        one, other = touched[self.first], touched[self.second]
        across = parts[self.first] != parts[self.second]
        some = np.array([bool(group) for group in self.fresh], dtype=bool)
        is_split = len(set(parts[touched])) > 1
        tiers = [across & one & other, across & (one | other)] if is_split else []
        return next((found for tier in (*tiers, one | other) if (found := some & tier).any()), some)

    def _connected(self) -> tuple[Ints, Bools]:
        """Return the component of each entrant, and whether it was compared with another."""
        parts = np.array(self.parts, dtype=np.intp)
        for first, second in self.links:
            parts[parts == parts[second]] = parts[first]
        return parts, np.bincount(parts, minlength=len(parts))[parts] > 1

    def _outcomes(self, groups: slice = slice(None)) -> Floats:
        """Return the probabilities of win, tie and loss by group and quadrature node of the distance."""
        first, second = self.first[groups], self.second[groups]
        middle = self.strengths[first] - self.strengths[second]
        variance = np.diag(self.covariances)
        spread = variance[first] + variance[second] - 2 * self.covariances[first, second]
        return _chances(middle[:, None] + np.sqrt(np.maximum(spread, 0))[:, None] * _NODES, self.nu)


def queue(candidates: Iterable[PairOption], fitted: DavidsonFit, covariances: Floats, seed: int = 0) -> PairQueue:
    """Return the queue of these candidates, without those whose outputs have the same entrant.

    `fitted` must include all entrants (see `also` in `davidson.fit`), and `covariances` are those of its strengths.
    Raises KeyError for an unknown entrant.
    """
    place = {entrant: number for number, entrant in enumerate(fitted.entrants)}
    random = Random(seed)
    groups: dict[tuple[int, int], list[PairOption]] = defaultdict(list)
    for candidate in sorted(candidates, key=lambda c: (c.first, c.second)):
        if candidate.first_entrant != candidate.second_entrant:
            sides = place[candidate.first_entrant], place[candidate.second_entrant]
            groups[min(sides), max(sides)].append(candidate)
    keys = sorted(groups)
    # Of equally informative groups the first is taken, so shuffling breaks ties at random.
    random.shuffle(keys)
    leaning, lefts = [0] * len(keys), [0] * len(place)
    fresh, judged = [], []
    for number, key in enumerate(keys):
        for candidate in groups[key]:
            lean = candidate.first_left - candidate.second_left
            lean = lean if place[candidate.first_entrant] == key[0] else -lean
            leaning[number] += lean
            lefts[key[0]] += lean
            lefts[key[1]] -= lean
        fresh.append(_spread(random, [c for c in groups[key] if not c.judged]))
        judged += [candidate for candidate in groups[key] if candidate.judged]
    random.shuffle(judged)
    return believe(
        PairQueue(
            fitted.entrants,
            np.array([key[0] for key in keys], dtype=np.intp),
            np.array([key[1] for key in keys], dtype=np.intp),
            tuple(fresh),
            tuple(sorted(judged, key=lambda candidate: candidate.judged)),
            tuple(leaning),
            tuple(lefts),
            np.zeros(0),
            np.zeros((0, 0)),
            0.0,
            seed,
            _parts(fitted),
        ),
        fitted,
        covariances,
    )


def _parts(fitted: DavidsonFit) -> tuple[int, ...]:
    part = {entrant: number for number, group in enumerate(fitted.groups) for entrant in group}
    return tuple(part[entrant] for entrant in fitted.entrants)


def believe(old: PairQueue, fitted: DavidsonFit, covariances: Floats, given: Iterable[PairOption] = ()) -> PairQueue:
    """Return the queue with the beliefs of a new fit of the same entrants.

    `given` are pairs that were taken but are not in the fit yet; they count as judged. Raises ValueError for other
    entrants.
    """
    if fitted.entrants != old.entrants:
        raise ValueError("A queue goes on only with a fit of the same entrants.")
    new = replace(old, strengths=np.array(fitted.strengths), covariances=covariances, nu=fitted.nu)
    for candidate in given:
        new = _told(new, _group(new, candidate))
    return new


def unbelieving(old: PairQueue) -> PairQueue:
    """Return the queue without beliefs, to save memory; `believe` restores them."""
    return replace(old, strengths=np.zeros(0), covariances=np.zeros((0, 0)))


def connect(old: PairQueue, links: Iterable[tuple[str, str]], skipped: Collection[tuple[str, str]] = ()) -> PairQueue:
    """Return the queue with `links` as the edges added since it was made, and without repeats of `skipped`.

    `skipped` are keys of candidates.
    """
    place = {entrant: number for number, entrant in enumerate(old.entrants)}
    given, judged = old.given, old.judged
    if skipped:
        given, judged = (tuple(one for one in some if one.key not in skipped) for some in (given, judged))
    return replace(old, links=frozenset((place[a], place[b]) for a, b in links), given=given, judged=judged)


def take(old: PairQueue) -> tuple[OutputPair | None, PairQueue]:
    """Return the next pair and the queue after it; None if nothing is left, not even a repeat."""
    is_again = old.taken % AGAIN == AGAIN - 1
    if old.judged and (is_again or not old.remaining):
        return _again(replace(old, judged=old.judged[1:]), old.judged[0])
    if not old.remaining:
        return None, old
    if old.given and is_again:
        return _again(replace(old, given=old.given[1:]), old.given[0])
    gains = np.where(old.allowed(), old.gains(), -np.inf)
    # The first of the equally informative groups, up to rounding.
    number = int(np.argmax(gains >= gains.max() * (1 - _ALIKE)))
    group = old.fresh[number]
    at = min(range(min(len(group), _NEAR)), key=lambda place: (*_seen(old, group[place]), place))
    left = (*old.fresh[:number], group[:at] + group[at + 1 :], *old.fresh[number + 1 :])
    links = old.links | {(int(old.first[number]), int(old.second[number]))}
    pair, new = _shown(_told(replace(old, fresh=left, links=links), number), group[at], number, again=False)
    return pair, replace(new, given=(*old.given, _once_more(pair)))


def _group(old: PairQueue, candidate: PairOption) -> int:
    sides = old.entrants.index(candidate.first_entrant), old.entrants.index(candidate.second_entrant)
    return int(np.flatnonzero((old.first == min(sides)) & (old.second == max(sides)))[0])


def _again(old: PairQueue, candidate: PairOption) -> tuple[OutputPair, PairQueue]:
    return _shown(old, candidate, _group(old, candidate), again=True)


def _once_more(pair: OutputPair) -> PairOption:
    """Return the candidate of a pair with the counts updated for showing and judging it."""
    one, left = pair.candidate, int(pair.left == pair.candidate.first)
    return replace(one, first_left=one.first_left + left, second_left=one.second_left + 1 - left, judged=one.judged + 1)


def _seen(old: PairQueue, candidate: PairOption) -> tuple[int, int, bool]:
    """Return the sort key of a candidate: other differences of its lanes, how often its outputs were shown in this
    session, and whether its values are those just shown."""
    shown = old.shown.get(candidate.first, 0) + old.shown.get(candidate.second, 0)
    return candidate.apart, shown, candidate.values == old.values


def _shown(old: PairQueue, candidate: PairOption, number: int, *, again: bool) -> tuple[OutputPair, PairQueue]:
    straight = old.entrants[old.first[number]] == candidate.first_entrant
    lead = candidate.first_left - candidate.second_left if again else 0
    lead = lead or (old.leaning[number] if straight else -old.leaning[number])
    if not lead:
        first, second = int(old.first[number]), int(old.second[number])
        lead = (old.lefts[first] - old.lefts[second]) * (1 if straight else -1)
    if not lead:
        lead = Random(f"{old.seed} {old.taken}").choice((-1, 1))
    outputs = (candidate.second, candidate.first) if lead > 0 else (candidate.first, candidate.second)
    turn = 1 if (lead < 0) == straight else -1
    leaning, lefts, shown = list(old.leaning), list(old.lefts), dict(old.shown)
    leaning[number] += turn
    lefts[old.first[number]] += turn
    lefts[old.second[number]] -= turn
    for output in outputs:
        shown[output] = shown.get(output, 0) + 1
    return OutputPair(*outputs, candidate, again), replace(
        old,
        leaning=tuple(leaning),
        lefts=tuple(lefts),
        shown=MappingProxyType(shown),
        taken=old.taken + 1,
        values=candidate.values,
    )


def _told(old: PairQueue, number: int) -> PairQueue:
    """Return the queue with the covariances expected after a verdict on a group."""
    information = float(old._information(old._outcomes(slice(number, number + 1)))[0])
    across = old.covariances[:, old.first[number]] - old.covariances[:, old.second[number]]
    spread = across[old.first[number]] - across[old.second[number]]
    fall = np.outer(across, across) * (information / (1 + information * spread))
    return replace(old, covariances=old.covariances - fall)


def _chances(distance: Floats, nu: float) -> Floats:
    """Return Davidson's probabilities of win, tie and loss at these distances, along a new first axis."""
    odds = np.stack([distance / 2, np.full_like(distance, np.log(nu) if nu else -np.inf), -distance / 2])
    odds = np.exp(odds - odds.max(axis=0))
    chances: Floats = odds / odds.sum(axis=0)
    return chances


def _between(covariances: Floats) -> Floats:
    """Return the matrix of the variances of all pairwise distances."""
    variance = np.diag(covariances)
    between: Floats = np.maximum(variance[:, None] + variance - 2 * covariances, _LEAST)
    return between


def _spread(random: Random, candidates: list[PairOption]) -> tuple[PairOption, ...]:
    """Return candidates in random order such that each value set comes once before any is repeated."""
    random.shuffle(candidates)
    rounds: dict[tuple[int, str], int] = defaultdict(int)
    order = []
    for candidate in candidates:
        order.append((candidate.apart, rounds[candidate.apart, candidate.values]))
        rounds[candidate.apart, candidate.values] += 1
    return tuple(c for _, _, c in sorted(zip(order, range(len(order)), candidates, strict=True), key=lambda t: t[:2]))
