"""Which two outputs to judge next: what tells most about the strengths, blind, with left and right in balance.

Invariant: a queue is a value. Taking a pair from it gives the next queue and leaves this one as it was, so undo is
keeping the one before; the same candidates, beliefs and seed give the same pairs in any order of the candidates.

What a verdict is expected to tell is the mutual information between its outcome, ties included, and the distance of
the two entrants, which is normal around the estimate (Lindley 1956, Annals of Mathematical Statistics 27; Houlsby,
Huszar, Ghahramani and Lengyel 2011, "Bayesian active learning for classification and preference learning"; for paired
comparisons Glickman and Jensen 2005, "Adaptive paired comparison design", JSPI 127). It is large where the distance is
uncertain and the outcome open. A pair that is taken counts as judged at once: the variance falls by what one comparison
is expected to bring, so that the next pair is another one, without a new fit.

Every twentieth pair is one that was judged before, with its sides swapped, for `honesty.agreement`. Where none was
judged before this sitting, it is one of this sitting, the longest ago first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from types import MappingProxyType

import numpy as np

from workbench.core.ranking.davidson import Fit
from workbench.core.ranking.evidence import Floats, Ints

AGAIN = 20
"""Every so many pairs one is judged again: 25 in a sitting of 500, which is enough to tell whether verdicts hold."""

_NEAR = 64
"""So many candidates of two entrants are looked at for outputs that were not shown yet."""

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_SHARES: Floats = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two outputs that answer the same prompt with the same `values`, and the entrants they are of.

    They were judged `judged` times against each other before, and shown `first_left` times with `first` on the left and
    `second_left` times the other way round.
    """

    first: str
    second: str
    first_entrant: str
    second_entrant: str
    values: str
    first_left: int = 0
    second_left: int = 0
    judged: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two outputs to show; `again` says that they were judged before."""

    left: str
    right: str
    candidate: Candidate
    again: bool


@dataclass(frozen=True, slots=True, eq=False)
class Queue:
    """What is left to judge, and what is believed. Made by `queue`; `take` gives the pairs.

    Group g holds the candidates of entrants `first[g]` and `second[g]` that nobody judged yet; `leaning[g]` is how
    often its first entrant stood left less how often its second one did. `lefts` is that over all pairs of an entrant.
    `given` are the pairs that were taken for the first time, oldest first.
    """

    entrants: tuple[str, ...]
    first: Ints
    second: Ints
    fresh: tuple[tuple[Candidate, ...], ...]
    judged: tuple[Candidate, ...]
    leaning: tuple[int, ...]
    lefts: tuple[int, ...]
    strengths: Floats
    covariances: Floats
    nu: float
    seed: int
    shown: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    taken: int = 0
    values: str | None = None
    given: tuple[Candidate, ...] = ()

    @property
    def remaining(self) -> int:
        """How many pairs there are that nobody judged yet."""
        return sum(map(len, self.fresh))

    def gains(self) -> Floats:
        """Return what a verdict on each group is expected to tell, in nats."""
        outcomes = self._outcomes()
        return _entropy(outcomes @ _SHARES) - _entropy(outcomes) @ _SHARES

    def _outcomes(self) -> Floats:
        """Return the chances of win, tie and loss by group and by how far the distance may be off."""
        middle = self.strengths[self.first] - self.strengths[self.second]
        variance = np.diag(self.covariances)
        spread = variance[self.first] + variance[self.second] - 2 * self.covariances[self.first, self.second]
        return _chances(middle[:, None] + np.sqrt(np.maximum(spread, 0))[:, None] * _NODES, self.nu)


def queue(candidates: Iterable[Candidate], fitted: Fit, covariances: Floats, seed: int = 0) -> Queue:
    """Return the queue of these candidates. Outputs of one entrant never meet, so such candidates are left out.

    `fitted` has to know all entrants (see `also` in `davidson.fit`), and `covariances` are those of its strengths.
    Raises KeyError for an entrant that it does not know.
    """
    place = {entrant: number for number, entrant in enumerate(fitted.entrants)}
    random = Random(seed)
    groups: dict[tuple[int, int], list[Candidate]] = defaultdict(list)
    for candidate in sorted(candidates, key=lambda c: (c.first, c.second)):
        if candidate.first_entrant != candidate.second_entrant:
            sides = place[candidate.first_entrant], place[candidate.second_entrant]
            groups[min(sides), max(sides)].append(candidate)
    keys = sorted(groups)
    # Among groups that tell the same the first is taken, so chance decides which that is.
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
        Queue(
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
        ),
        fitted,
        covariances,
    )


def believe(old: Queue, fitted: Fit, covariances: Floats) -> Queue:
    """Return the queue with what a new fit of the same entrants says. Raises ValueError for other entrants."""
    if fitted.entrants != old.entrants:
        raise ValueError("A queue goes on only with a fit of the same entrants.")
    return replace(old, strengths=np.array(fitted.strengths), covariances=covariances, nu=fitted.nu)


def take(old: Queue) -> tuple[Pair | None, Queue]:
    """Return the next pair and the queue after it; None when nothing is left, not even to judge again."""
    some = np.array([bool(group) for group in old.fresh], dtype=bool)
    is_again = old.taken % AGAIN == AGAIN - 1
    if old.judged and (is_again or not some.any()):
        return _again(replace(old, judged=old.judged[1:]), old.judged[0])
    if not some.any():
        return None, old
    if old.given and is_again:
        return _again(replace(old, given=old.given[1:]), old.given[0])
    number = int(np.argmax(np.where(some, old.gains(), -np.inf)))
    group = old.fresh[number]
    at = min(range(min(len(group), _NEAR)), key=lambda place: (*_seen(old, group[place]), place))
    left = (*old.fresh[:number], group[:at] + group[at + 1 :], *old.fresh[number + 1 :])
    pair, new = _shown(_told(replace(old, fresh=left), number), group[at], number, again=False)
    return pair, replace(new, given=(*old.given, _once_more(pair)))


def _again(old: Queue, candidate: Candidate) -> tuple[Pair, Queue]:
    sides = old.entrants.index(candidate.first_entrant), old.entrants.index(candidate.second_entrant)
    number = int(np.flatnonzero((old.first == min(sides)) & (old.second == max(sides)))[0])
    return _shown(old, candidate, number, again=True)


def _once_more(pair: Pair) -> Candidate:
    """Return the candidate of a pair with its showing counted."""
    one, left = pair.candidate, int(pair.left == pair.candidate.first)
    return replace(one, first_left=one.first_left + left, second_left=one.second_left + 1 - left, judged=one.judged + 1)


def _seen(old: Queue, candidate: Candidate) -> tuple[int, bool]:
    """Return how often its outputs were shown in this sitting, and whether its values are those just shown."""
    shown = old.shown.get(candidate.first, 0) + old.shown.get(candidate.second, 0)
    return shown, candidate.values == old.values


def _shown(old: Queue, candidate: Candidate, number: int, *, again: bool) -> tuple[Pair, Queue]:
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
    return Pair(*outputs, candidate, again), replace(
        old,
        leaning=tuple(leaning),
        lefts=tuple(lefts),
        shown=MappingProxyType(shown),
        taken=old.taken + 1,
        values=candidate.values,
    )


def _told(old: Queue, number: int) -> Queue:
    """Return the queue with the variances as a verdict on a group is expected to leave them."""
    outcomes = old._outcomes()[:, number]
    lead = outcomes[0] - outcomes[2]
    information = float(((1 - outcomes[1] - lead**2) / 4) @ _SHARES)
    across = old.covariances[:, old.first[number]] - old.covariances[:, old.second[number]]
    spread = across[old.first[number]] - across[old.second[number]]
    fall = np.outer(across, across) * (information / (1 + information * spread))
    return replace(old, covariances=old.covariances - fall)


def _chances(distance: Floats, nu: float) -> Floats:
    """Return Davidson's chances to win, tie and lose at these distances, along a new first axis."""
    odds = np.stack([distance / 2, np.full_like(distance, np.log(nu) if nu else -np.inf), -distance / 2])
    odds = np.exp(odds - odds.max(axis=0))
    chances: Floats = odds / odds.sum(axis=0)
    return chances


def _entropy(chances: Floats) -> Floats:
    """Return the entropy over the first axis, in nats."""
    logs = np.log(chances, out=np.zeros_like(chances), where=chances > 0)
    entropy: Floats = -(chances * logs).sum(axis=0)
    return entropy


def _spread(random: Random, candidates: list[Candidate]) -> tuple[Candidate, ...]:
    """Return candidates in an order drawn so that each value set comes once before any comes again."""
    random.shuffle(candidates)
    rounds: dict[str, int] = defaultdict(int)
    order = []
    for candidate in candidates:
        order.append(rounds[candidate.values])
        rounds[candidate.values] += 1
    return tuple(c for _, _, c in sorted(zip(order, range(len(order)), candidates, strict=True), key=lambda t: t[:2]))
