"""Rank computation: strengths and intervals of 20 entrants from 2,000 verdicts; the next pair out of 10,000."""

from __future__ import annotations

import time
from random import Random
from typing import Any

from tests.bench.report import rows_of, table
from tests.core.ranking.made import judged
from workbench.core.ranking.davidson import covariance, fit
from workbench.core.ranking.intervals import RESAMPLES, measure
from workbench.core.ranking.judgements import compare
from workbench.core.ranking.pairs import PairOption, believe, queue, take

BUDGET_MS, STEP_MS = 1000.0, 20.0
VERDICTS, CANDIDATES, SITTING = 2000, 10_000, 500
NAMES = [f"v{number}" for number in range(20)]


def run(full: bool) -> list[dict[str, Any]]:
    """Rank with 2, 4 and 8 lanes; then run a judging session with a new fit after every tenth pair."""
    del full
    random = Random(1)
    strengths = {name: random.gauss(0, 1) for name in NAMES}
    return [*(_ranked(random, strengths, lanes) for lanes in (2, 4, 8)), *_sitting(random, strengths)]


def _ranked(random: Random, strengths: dict[str, float], lanes: int) -> dict[str, Any]:
    verdicts = judged(random, strengths, lanes, VERDICTS, ties=0.2)
    began = time.perf_counter()
    comparisons = compare(verdicts)
    measure(comparisons, fit(comparisons))
    took = (time.perf_counter() - began) * 1000
    shape = f"{len(NAMES)} entrants, {VERDICTS:,} verdicts of {lanes} lanes"
    return _row(f"strengths and intervals, {shape}", took, BUDGET_MS, f"{RESAMPLES:,} resamples")


def _sitting(random: Random, strengths: dict[str, float]) -> list[dict[str, Any]]:
    comparisons = compare(judged(random, strengths, 2, SITTING, ties=0.2))
    found = fit(comparisons, also=NAMES)
    some = []
    for number in range(CANDIDATES):
        one, other = random.sample(NAMES, 2)
        some.append(PairOption(f"{one}.{number}", f"{other}.{number}", one, other, f"set {number % 100}"))
    began = time.perf_counter()
    waiting = queue(some, found, covariance(comparisons, found))
    opened = (time.perf_counter() - began) * 1000
    steps, fits = [], []
    for number in range(SITTING):
        began = time.perf_counter()
        _, waiting = take(waiting)
        steps.append((time.perf_counter() - began) * 1000)
        if number % 10 == 9:
            began = time.perf_counter()
            found = fit(comparisons, also=NAMES)
            waiting = believe(waiting, found, covariance(comparisons, found))
            fits.append((time.perf_counter() - began) * 1000)
    shape = f"{CANDIDATES:,} candidates"
    return [
        _row(f"the next pair of {shape}, worst of {SITTING}", max(steps), STEP_MS, f"opened in {opened:.0f} ms"),
        _row("a new fit between two pairs, worst", max(fits), STEP_MS, f"{SITTING} verdicts"),
    ]


def _row(name: str, measured: float, budget: float, notes: str) -> dict[str, Any]:
    return {
        "name": name,
        "measured": measured,
        "budget": budget,
        "floor": None,
        "unit": "ms",
        "ok": measured <= budget,
        "notes": notes,
    }


if __name__ == "__main__":
    print(table(rows_of(run(full=False), "ranking")))
