"""Conversion of verdicts into comparisons between entrants.

Invariant: in one run and one value set every pair of entrants makes one comparison of weight 1, however many samples,
outputs or repeated verdicts there were; outputs of the same entrant are never compared.

An entrant is what the caller ranks: a version, a model, a version with a model, or a technique.

A verdict that names one winner of k outputs is broken into k - 1 pairs, the winner against each of the others. Under
Luce's choice axiom (Luce 1959), P(i is chosen) / P(j is chosen) does not depend on the other options, so each of these
pairs is a Bradley-Terry comparison, and the estimate from them is consistent (Azari Soufiani, Chen, Parkes and Xia
2013, "Generalized method-of-moments for rank aggregation", who call this the top-1 breaking; Khetan and Oh 2016,
"Data-driven rank breaking for efficient rank aggregation", JMLR 17). The losers are not compared with each other,
because the verdict does not order them; counting them as tied would be inconsistent, as those papers show.

The pairs of one verdict are dependent. `EntrantComparison.lanes` keeps the number of entrants, to correct the
uncertainty.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from math import fsum
from typing import Literal

Kind = Literal["winner", "tie", "all_bad"]


@dataclass(frozen=True, slots=True)
class JudgedOutput:
    """One output in a verdict. `place` is 1 for the winner or each tied output, 2 for the rest, None if unplaced."""

    output: str
    entrant: str
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A valid verdict; `outputs` are in the order shown.

    `run` is the unit of resampling: a run's uid, or a name for outputs of several runs. `values` is the value set
    within it. `seen` means that some of the outputs had been judged before.
    """

    run: str
    values: str
    kind: Kind
    outputs: tuple[JudgedOutput, ...]
    blind: bool = False
    seen: bool = False


@dataclass(frozen=True, slots=True)
class EntrantComparison:
    """The result of `first` against `second` in a run: `won`, `lost`, `tied` sum to 1. `first` < `second` as text."""

    run: str
    first: str
    second: str
    won: float
    lost: float
    tied: float
    lanes: float = 2.0
    """Number of entrants in the verdict; the mean for several verdicts."""


@dataclass(frozen=True, slots=True)
class EntrantTally:
    """Counts for one entrant.

    `verdicts` counts the verdicts that placed it or found all bad, `blind` the blind ones of these. `won`, `lost` and
    `tied` count its comparisons, with fractions if samples of one entrant fared differently.
    """

    entrant: str
    verdicts: int = 0
    blind: int = 0
    all_bad: int = 0
    won: float = 0.0
    lost: float = 0.0
    tied: float = 0.0

    @property
    def pairs(self) -> float:
        """Number of its comparisons."""
        return self.won + self.lost + self.tied


@dataclass(frozen=True, slots=True)
class ComparisonSet:
    """All comparisons, sorted, and counts of verdicts.

    `comparing` verdicts compare entrants, of which `blind` were blind. `all_bad` verdicts compare no entrants, and
    neither do `silent` ones, whose outputs all belong to one entrant. `cases` is the number of compared value sets of
    runs, each counted once however often it was judged.
    """

    items: tuple[EntrantComparison, ...] = ()
    tallies: tuple[EntrantTally, ...] = ()
    comparing: int = 0
    blind: int = 0
    all_bad: int = 0
    silent: int = 0
    cases: int = 0

    @property
    def entrants(self) -> tuple[str, ...]:
        """The compared entrants, sorted."""
        return tuple(sorted({name for item in self.items for name in (item.first, item.second)}))

    @property
    def runs(self) -> int:
        """Number of runs with comparisons."""
        return len({item.run for item in self.items})


_Shares = tuple[float, float, float]
_Key = tuple[str, str, str, str]


def compare(judgements: Iterable[Judgement]) -> ComparisonSet:
    """Return the comparisons of these verdicts."""
    found: dict[_Key, list[tuple[_Shares, int]]] = defaultdict(list)
    counts = {"comparing": 0, "blind": 0, "all_bad": 0, "silent": 0}
    met: dict[str, list[Judgement]] = defaultdict(list)
    for judgement in judgements:
        pairs, entrants = pairs_of(judgement), {judged.entrant for judged in judgement.outputs}
        for (first, second), shares in pairs.items():
            found[judgement.run, judgement.values, first, second].append((shares, len(entrants)))
        kind = "all_bad" if judgement.kind == "all_bad" else "comparing" if pairs else "silent"
        counts[kind] += 1
        counts["blind"] += bool(pairs) and judgement.blind
        if kind != "silent":
            for entrant in entrants:
                met[entrant].append(judgement)
    items = tuple(_joined(key, found[key]) for key in sorted(found))
    cases = len({key[:2] for key in found})
    return ComparisonSet(items, _tallies(met, items), cases=cases, **counts)


def pairs_of(judgement: Judgement) -> dict[tuple[str, str], _Shares]:
    """Return won, lost and tied of each pair of entrants, as shares of the compared pairs of their outputs."""
    if judgement.kind == "all_bad":
        return {}
    tops = Counter(judged.entrant for judged in judgement.outputs if judged.place == 1)
    rests = Counter(judged.entrant for judged in judgement.outputs if judged.place == 2)
    pairs = {}
    for first, second in combinations(sorted(tops.keys() | rests.keys()), 2):
        won, lost = tops[first] * rests[second], rests[first] * tops[second]
        tied = tops[first] * tops[second]
        if total := won + lost + tied:
            pairs[first, second] = (won / total, lost / total, tied / total)
    return pairs


def _joined(key: _Key, parts: list[tuple[_Shares, int]]) -> EntrantComparison:
    run, _, first, second = key
    # Exact sums, so that the result does not depend on the order of the verdicts.
    won, lost, tied = (fsum(shares[i] for shares, _ in parts) / len(parts) for i in range(3))
    return EntrantComparison(run, first, second, won, lost, tied, sum(lanes for _, lanes in parts) / len(parts))


def _tallies(met: dict[str, list[Judgement]], items: tuple[EntrantComparison, ...]) -> tuple[EntrantTally, ...]:
    results: dict[str, list[_Shares]] = defaultdict(list)
    for item in items:
        results[item.first].append((item.won, item.lost, item.tied))
        results[item.second].append((item.lost, item.won, item.tied))
    return tuple(
        EntrantTally(
            entrant,
            len(met[entrant]),
            sum(judgement.blind for judgement in met[entrant]),
            sum(judgement.kind == "all_bad" for judgement in met[entrant]),
            *(fsum(result[i] for result in results[entrant]) for i in range(3)),
        )
        for entrant in sorted(met)
    )
