"""Accuracy of a judging session with the queue, compared with random pairs of the same outputs: `python -m
tests.core.ranking.sittings` prints the figures."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from random import Random
from typing import Literal

import numpy as np

from tests.core.ranking.made import verdict
from workbench.core.ranking.davidson import covariance, fit
from workbench.core.ranking.judgements import Judgement, compare
from workbench.core.ranking.pairs import PairOption, PairQueue, believe, queue, take

NAMES = "abcdefghij"
SETS = 20
AT = 30, 100
"""Numbers of pairs after which a session is evaluated."""
WAITING = 2
"""Pairs that are handed out before the last verdict is learnt from, as many as `app.rank.judging_session.AHEAD`."""
MARGIN = 0.05
"""Required gain in correlation over pairs of two outputs drawn from all.

Some of these pairs are of one entrant, which says nothing: 9.5 of a hundred where all have 20 outputs.
"""
EVEN_MARGIN = 0.02
"""The same over pairs drawn among those of different entrants, where all have the same number of outputs.

Such pairs are balanced by construction, and no strategy that was tried does much better. In 4,000 sessions (2 apart,
of a vectorised copy) random pairs reached 0.583 after 30 pairs and 0.822 after 100, every two entrants in turn 0.613
and 0.831, the queue 0.628 and 0.857. The pair whose verdict is expected to reduce the variance of the ranks themselves
most (by 100 draws of the posterior, learning from each verdict before the next pair) reached 0.626 and 0.852. Even the
best share of each two entrants, computed from the true strengths, is no better than equal shares (0.54 and 0.80 against
0.56 and 0.81).
"""


@dataclass(frozen=True)
class History:
    """Ten entrants with 200 outputs to 20 value sets: equally many each, or increasingly many for later ones."""

    title: str
    outputs: tuple[int, ...]
    apart: float
    """Distance of the best entrant from the worst, on the log scale."""

    def strengths(self, seed: int) -> dict[str, float]:
        """Return evenly spaced strengths, shuffled by the seed."""
        values = np.linspace(-self.apart / 2, self.apart / 2, len(NAMES))
        return dict(zip(Random(seed).sample(NAMES, len(NAMES)), map(float, values), strict=True))

    def candidates(self, seed: int) -> list[PairOption]:
        """Return every pair of outputs of two entrants to the same values."""
        random, found = Random(seed), []
        by_values: dict[str, list[tuple[str, str]]] = {}
        for name, number in zip(NAMES, self.outputs, strict=True):
            offset = random.randrange(SETS)
            for place in range(number):
                by_values.setdefault(f"v{(place + offset) % SETS}", []).append((f"{name}{place}", name))
        for values, outputs in by_values.items():
            found += [PairOption(a, b, x, y, values) for (a, x), (b, y) in combinations(outputs, 2) if x != y]
        return found


HISTORIES = (
    History("20 outputs of each entrant", (20,) * 10, 2.0),
    History("2 to 60 outputs of an entrant", (2, 3, 4, 6, 10, 15, 20, 30, 50, 60), 2.0),
    History("2 to 60 outputs, far apart", (2, 3, 4, 6, 10, 15, 20, 30, 50, 60), 4.0),
)


@dataclass(frozen=True)
class Reached:
    """State of a session after a number of pairs: Spearman's correlation with the truth, and connected components."""

    correlation: float
    parts: int


Way = Literal["queue", "chance", "any two"]
"""The queue; random pairs of different entrants on the same values; or random pairs of all outputs."""


def by_chance(history: History, seed: int, number: int, way: Way) -> Iterator[tuple[str, str]]:
    """Yield the entrants of pairs in random order."""
    random = Random(f"chance {number}")
    if way == "chance":
        candidates = history.candidates(seed)
        yield from ((c.first_entrant, c.second_entrant) for c in random.sample(candidates, len(candidates)))
    outputs = [name for name, many in zip(NAMES, history.outputs, strict=True) for _ in range(many)]
    while True:
        one, other = random.sample(outputs, 2)
        yield one, other


def sitting(history: History, seed: int, way: Way, judge: int = 0) -> list[Reached]:
    """Return what a judge who follows the model reaches after each number of pairs in `AT`."""
    random, truth, candidates = Random(f"judge {seed} {judge}"), history.strengths(seed), history.candidates(seed)
    said: list[Judgement] = []
    known = fit(compare(said), also=NAMES)
    line = queue(candidates, known, covariance(compare(said), known), seed * 1000 + judge)
    mixed, waiting, reached = by_chance(history, seed, seed * 1000 + judge, way), list[PairOption](), []
    for number in range(1, max(AT) + 1):
        if way == "queue":
            line = _fill(line, waiting)
            pair = waiting.pop(0)
            one, other = pair.first_entrant, pair.second_entrant
        else:
            one, other = next(mixed)
        won = random.random() < 1 / (1 + math.exp(truth[other] - truth[one]))
        if one != other:
            said.append(verdict(f"r{number}", (one, 1 if won else 2), (other, 2 if won else 1)))
        if way == "queue" or number in AT:
            comparisons = compare(said)
            known = fit(comparisons, also=NAMES)
            line = believe(line, known, covariance(comparisons, known), waiting)
        if number in AT:
            found = spearman([truth[name] for name in known.entrants], known.strengths)
            reached.append(Reached(found, len(known.groups)))
    return reached


def _fill(line: PairQueue, waiting: list[PairOption]) -> PairQueue:
    while len(waiting) <= WAITING:
        pair, line = take(line)
        assert pair is not None
        if not pair.again:
            waiting.append(pair.candidate)
    return line


def spearman(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the correlation of the ranks (Spearman); ties get the mean of their ranks."""
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])


def _ranks(values: Sequence[float]) -> list[float]:
    rounded = [round(value, 9) for value in values]
    return [sum(v < value for v in rounded) + (sum(v == value for v in rounded) + 1) / 2 for value in rounded]


@dataclass(frozen=True)
class Gained:
    """Mean correlations of the queue after each number of pairs in `AT`, and their gains over random pairs.

    `errors` are the standard errors of these gains; `parts` is the largest number of components left by the queue.
    """

    queued: tuple[float, ...]
    above_any_two: tuple[float, ...]
    above_chance: tuple[float, ...]
    errors: tuple[float, ...]
    parts: tuple[int, ...]

    def __str__(self) -> str:
        return "; ".join(
            f"after {at} pairs {queued:.3f}, {any_two:+.3f} above any two outputs and {chance:+.3f} above two entrants"
            f" (±{error:.3f}), at most {parts} part"
            for at, queued, any_two, chance, error, parts in zip(
                AT, self.queued, self.above_any_two, self.above_chance, self.errors, self.parts, strict=True
            )
        )


def compared(history: History, seeds: int, judges: int) -> Gained:
    """Return the means over this many orders of strengths, with this many judges each."""
    ways: tuple[Way, ...] = ("queue", "any two", "chance")
    all_ = {
        way: [sitting(history, seed, way, judge) for seed in range(seeds) for judge in range(judges)] for way in ways
    }
    found = {way: np.array([[one.correlation for one in reached] for reached in some]) for way, some in all_.items()}
    means = {way: some.mean(axis=0) for way, some in found.items()}
    errors = np.sqrt(sum(found[way].var(axis=0) / (seeds * judges) for way in ("queue", "any two")))
    return Gained(
        tuple(means["queue"]),
        tuple(means["queue"] - means["any two"]),
        tuple(means["queue"] - means["chance"]),
        tuple(errors),
        tuple(max(reached[at].parts for reached in all_["queue"]) for at in range(len(AT))),
    )


def main() -> None:
    """Print a line for each history."""
    judges = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    for history in HISTORIES:
        print(f"{history.title}, {history.apart:g} apart: {compared(history, 20, judges)}", flush=True)


if __name__ == "__main__":
    main()
