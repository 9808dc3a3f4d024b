"""Decide in the real window, on a prompt with 10,000 runs: time to the first painted decision, and gaps of the UI
thread."""

from __future__ import annotations

import sys
from typing import Any

from tests.bench.decide import RUNS, TESTS, TRIES, filled
from tests.bench.windows import home, measured
from tests.store.making import opened
from tests.usecases.decide.histories import PROMPT

WINDOW = (sys.executable, "-m", "tests.bench.decide_window")
FIRST_MS, AGAIN_MS, GAP_MS = 3000.0, 1500.0, 50.0


def run(full: bool) -> list[dict[str, Any]]:
    """Open Decide, leave it, come back after a change, and open every row."""
    del full
    with home() as place:
        store = opened(place.database)
        filled(store, RUNS - TESTS - TRIES)
        store.set_meta("last_prompt", PROMPT).result(60)
        store.close()
        found = measured(WINDOW, place.environment())
    gaps = found["gaps"]
    # The gaps of the idle window (step "nothing") are reported in the notes and not judged.
    step = max((name for name in gaps if name != "nothing"), key=lambda name: gaps[name][0])
    told = ", ".join(f"{name} {worst:.0f} ({cpu:.0f})" for name, (worst, cpu) in gaps.items())
    return [
        _row("Decide to the first painted decision", found["first_ms"], FIRST_MS, "with the import of the statistics"),
        _row("Decide to the decision after a change", found["again_ms"], AGAIN_MS, ""),
        _row("worst gap of the UI thread in Decide", gaps[step][0], GAP_MS, f"ms (processor): {told}"),
    ]


def _row(name: str, measured_: float, budget: float, notes: str) -> dict[str, Any]:
    return {
        "name": f"{name}, {RUNS:,} runs",
        "measured": measured_,
        "budget": budget,
        "unit": "ms",
        "ok": measured_ <= budget,
        "notes": notes,
    }
