"""Rank in the real window with 500 and 10,000 verdicts: time to the first ranking, and gaps of the UI thread."""

from __future__ import annotations

import sys
from typing import Any

from tests.bench.report import percentile
from tests.bench.windows import home, measured
from tests.usecases.judged_history import history, runs

WINDOW = (sys.executable, "-m", "tests.bench.rank_window")
SIZES = (500, 10_000)
FIRST_MS = {500: 1500.0, 10_000: 4000.0}
GAP_MS, PAIR_MS = 50.0, 50.0
JUDGED = 60
MARKDOWN = "## Order {order}\n\nIt is **on its way**, says version {version}.\n\n1. Open the link.\n2. Wait. {number}"


def run(full: bool) -> list[dict[str, Any]]:
    """Open Rank, group by everything, judge some pairs."""
    del full
    rows = []
    for size in SIZES:
        with home() as place:
            store, prompt = history(place.database)
            runs(store, prompt, size, versions=10, answer=MARKDOWN)
            for version, key in ((2, "role"), (3, "tone"), (5, "role"), (7, "tone"), (8, "audience")):
                store.techniques.say(prompt, version, key, key.title(), used=True).result(60)
            store.set_meta("last_prompt", prompt).result(60)
            store.close()
            found = measured(WINDOW, place.environment(BENCH_RANK=str(JUDGED)))
        gaps = found["gaps"]
        # The gaps of the idle window (step "nothing") are reported in the notes and not judged.
        step = max((name for name in gaps if name != "nothing"), key=lambda name: gaps[name][0])
        told = ", ".join(f"{name} {worst:.0f} ({cpu:.0f})" for name, (worst, cpu) in gaps.items())
        pairs = f"median {percentile(found['pairs'], 50):.0f} ms of {JUDGED}"
        rows += [
            _row(f"Rank to the first painted ranking, {size:,} verdicts", found["first_ms"], FIRST_MS[size], ""),
            _row(f"worst gap of the UI thread, {size:,} verdicts", gaps[step][0], GAP_MS, f"ms (processor): {told}"),
            _row(f"verdict to the next pair, {size:,} verdicts (p95)", percentile(found["pairs"], 95), PAIR_MS, pairs),
        ]
    return rows


def _row(name: str, measured_: float, budget: float, notes: str) -> dict[str, Any]:
    return {
        "name": name,
        "measured": measured_,
        "budget": budget,
        "floor": None,
        "unit": "ms",
        "ok": measured_ <= budget,
        "notes": notes,
    }
