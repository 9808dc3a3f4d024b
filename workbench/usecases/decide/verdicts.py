"""What a person's verdicts say about versions, and about models with the same version.

Invariant: two versions are only compared with the same model, so that a better model makes no version better. A verdict
counts once for each pair of sides that it is about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from workbench.core.decide.evidence import VerdictEvidence
from workbench.store.runs.ranking_queries import StoredOutput, StoredVerdict
from workbench.usecases.decide.versions import KnownVersions

MODEL = "model"
_MOST_RUNS = 20
"""Newest runs that are named for a pair."""
_Pair = tuple[int, int]
_Side = int
"""-1: the challenger lost, 1: it won, 0: neither."""


@dataclass(slots=True)
class _Tally:
    counts: Counter[_Side] = field(default_factory=Counter)
    blind: int = 0
    runs: list[str] = field(default_factory=list)


def verdict_evidence(
    verdicts: Sequence[StoredVerdict], versions: KnownVersions, model: tuple[str, str] | None
) -> tuple[VerdictEvidence, ...]:
    """Return the verdicts by pair, oldest challenger first; first those between models with the same version.

    `model` is the endpoint and model of the champion, None if there is none. Among models the challenger is the one
    that is not the champion's.
    """
    tallies: dict[_Pair, _Tally] = {}
    for verdict in verdicts:
        for pair, side in dict(_sides(verdict, model)).items():
            tally = tallies.setdefault(pair, _Tally())
            tally.counts[side] += 1
            tally.blind += verdict.blind
            tally.runs.append(verdict.run or verdict.outputs[0].run)
    ordered = sorted(tallies.items(), key=lambda item: (item[0][0] != item[0][1], item[0][1], item[0][0]))
    return tuple(
        VerdictEvidence(
            champion,
            challenger,
            tally.counts[1],
            tally.counts[-1],
            tally.counts[0],
            tally.blind,
            MODEL if champion == challenger else versions.kind(champion, challenger),
            tuple(dict.fromkeys(reversed(tally.runs)))[:_MOST_RUNS],
        )
        for (champion, challenger), tally in ordered
    )


def _sides(verdict: StoredVerdict, model: tuple[str, str] | None) -> Iterator[tuple[_Pair, _Side]]:
    for one, other in combinations(verdict.outputs, 2):
        models = [(output.who.endpoint, output.who.model) for output in (one, other)]
        champion, challenger = one, other
        if one.who.version != other.who.version:
            if models[0] != models[1]:
                continue
            if one.who.version > other.who.version:
                champion, challenger = other, one
        elif models[0] == models[1]:
            continue
        elif models[1] == model or (models[0] != model and models[1] < models[0]):
            champion, challenger = other, one
        yield (champion.who.version, challenger.who.version), _side(champion, challenger)


def _side(champion: StoredOutput, challenger: StoredOutput) -> _Side:
    """Return which side won; two losers or two winners are level."""
    places = champion.place or 2, challenger.place or 2
    return (places[0] > places[1]) - (places[0] < places[1])
