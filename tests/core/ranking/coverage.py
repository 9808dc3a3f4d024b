"""How often 95 % intervals hold the truth: `python -m tests.core.ranking.coverage` prints the table in the docstring of
workbench/core/ranking/intervals.py."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from random import Random

from tests.core.ranking.made import judged, strengths_of
from workbench.core.ranking.davidson import fit
from workbench.core.ranking.intervals import NORMAL, measure
from workbench.core.ranking.judgements import compare

METHODS = ("bootstrap alone", "likelihood alone", "both")


@dataclass(frozen=True)
class Case:
    """A judge and how often it is asked."""

    strengths: tuple[float, ...]
    lanes: int
    runs: int
    sets: int = 1
    ties: float = 0.0
    shift: float = 0.0

    def __str__(self) -> str:
        far = max(self.strengths) - min(self.strengths)
        told = f"{len(self.strengths)} entrants {far:g} apart, {self.lanes} lanes, {self.runs} runs"
        told += f" of {self.sets} sets" if self.sets > 1 else ""
        told += f", shift {self.shift:g}" if self.shift else ""
        return told + (f", ties {self.ties:g}" if self.ties else "")


FOUR, EIGHT = (1.0, 0.3, -0.3, -1.0), (2.0, 1.0, 0.5, 0.0, 0.0, -0.5, -1.0, -2.0)
CASES = (
    Case((0.5, -0.5), 2, 8),
    Case((1.5, -1.5), 2, 8),
    Case((1.5, -1.5), 2, 20, ties=0.3),
    Case((0.5, -0.5), 2, 100, ties=0.5),
    Case(FOUR, 2, 30, ties=0.3),
    Case(FOUR, 4, 6, ties=0.3),
    Case(FOUR, 4, 12, ties=0.3),
    Case(FOUR, 4, 200, ties=0.3),
    Case(EIGHT, 3, 40, ties=0.3),
    Case(EIGHT, 4, 300, ties=0.3),
    Case((0.5, -0.5), 2, 6, sets=5, shift=1.5),
    Case((0.5, -0.5), 2, 20, sets=5, shift=1.5),
    Case(FOUR, 3, 12, sets=5, ties=0.3, shift=1.0),
    Case(FOUR, 3, 100, sets=3, shift=1.0),
)


def truth(case: Case, random: Random) -> dict[str, float]:
    """Return the strengths that very many verdicts lead to, centred at 0."""
    strengths = strengths_of(case.strengths)
    if not case.ties and not case.shift:
        return strengths
    many = judged(random, strengths, case.lanes, 20_000, sets=case.sets, ties=case.ties, shift=case.shift)
    found = fit(compare(many), prior=0.0)
    return dict(zip(found.entrants, found.strengths, strict=True))


def coverage(case: Case, repetitions: int, resamples: int, seed: int) -> dict[str, float]:
    """Return the share of intervals that hold the truth, by method."""
    random = Random(seed)
    right, hits, asked = truth(case, random), Counter[str](), 0
    for repetition in range(repetitions):
        made = judged(
            random,
            strengths_of(case.strengths),
            case.lanes,
            case.runs,
            sets=case.sets,
            ties=case.ties,
            shift=case.shift,
        )
        comparisons = compare(made)
        found = fit(comparisons, also=right)
        sure = measure(comparisons, found, seed=repetition, resamples=resamples)
        assert sure.drawn is not None
        for place, entrant in enumerate(found.entrants):
            off = abs(found.strengths[place] - right[entrant])
            errors = (sure.drawn[place, place] ** 0.5, sure.curved[place, place] ** 0.5)
            both = sure.of(entrant)
            hits.update(
                method
                for method, held in zip(
                    METHODS, (*(off <= NORMAL * e for e in errors), off <= both.high - both.estimate), strict=True
                )
                if held
            )
            asked += 1
    return {method: hits[method] / asked for method in METHODS}


def main() -> None:
    """Print a line per case."""
    repetitions, resamples, seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1000, 400, 7
    for case in CASES:
        found = coverage(case, repetitions, resamples, seed)
        print(f"{case!s:68}" + "".join(f"{found[method] * 100:7.1f}" for method in METHODS), flush=True)


if __name__ == "__main__":
    main()
