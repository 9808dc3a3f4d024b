"""Decide on a prompt with 10,000 runs: gathering its evidence and applying the rules."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

from tests.bench.report import percentile
from tests.store.making import opened
from tests.usecases.decide.histories import PROMPT, Col, History, rated
from tests.usecases.judged_history import runs

RUNS, TESTS, TRIES, CASES, VERSIONS = 10_000, 40, 20, 100, 10
BUDGET_S = 2.0


def run(full: bool) -> dict[str, Any]:
    """Measure the first decision and later ones."""
    with tempfile.TemporaryDirectory() as folder:
        store = opened(Path(folder, "history.db"))
        try:
            history = filled(store, RUNS - TESTS - TRIES)
            took = [decided(history) for _ in range(20 if full else 5)]
        finally:
            store.close()
    evidence = f"{RUNS:,} runs, {TESTS} tests and {TRIES} tries of {CASES} cases"
    return {
        "name": f"decision about a prompt with {RUNS:,} runs",
        "measured": took[0],
        "budget": BUDGET_S,
        "unit": "s",
        "ok": took[0] <= BUDGET_S,
        "notes": f"{evidence}; with the import of the statistics, later ones {percentile(took[1:], 50):.2f} s",
    }


def filled(store: Any, iterations: int) -> History:
    """Return a history with iterations and verdicts, tests of several versions and models, and tries."""
    random, history = Random(1), History(store)
    runs(store, PROMPT, iterations, versions=VERSIONS)
    history.cases(CASES)
    history.goals(target=0.9, volume=100_000, budget_usd=500)
    for at in range(TESTS):
        cells = [rated(random.randrange(60, 95), CASES) for _ in range(3)]
        models = ("acme-large", "acme-b", f"acme-{at % 5}")
        history.test(
            *(Col(cell, 1 + at % VERSIONS, model, cost=0.001) for cell, model in zip(cells, models, strict=True))
        )
    for at in range(TRIES):
        sides = [rated(random.randrange(75, 80), CASES) for _ in range(2)]
        history.trial(Col(sides[0], 1, cost=0.001), Col(sides[1], 2 + at % (VERSIONS - 1), cost=0.001))
    return history


def decided(history: History) -> float:
    """Return how many seconds a decision takes."""
    began = time.perf_counter()
    decision = history.decide()
    took = time.perf_counter() - began
    assert decision.rows
    return took
