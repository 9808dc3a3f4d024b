"""Cold start to first token on the screen, with Run pressed as soon as the draft is visible: echo, built-in model."""

from __future__ import annotations

import statistics
from typing import Any

from tests.bench.histories import echo_history
from tests.bench.windows import PRODUCT, home, measured

BUDGET_MS = {"echo": 1000, "builtin": 5000}


def run(full: bool) -> list[dict[str, Any]]:
    """Start several times and report the median."""
    return [_measure("echo", 9 if full else 5), _measure("builtin", 5 if full else 3)]


def _measure(kind: str, times: int) -> dict[str, Any]:
    with home() as place:
        env = place.environment()
        if kind == "echo":
            echo_history(place.database)
        measured((*PRODUCT, "startup"), env)  # font cache, byte code, or the sample
        samples = [float(measured((*PRODUCT, "first_token"), env)["first_token_ms"]) for _ in range(times)]
    middle = statistics.median(samples)
    return {
        "name": f"cold start to first token, {kind}",
        "measured": middle,
        "budget": BUDGET_MS[kind],
        "unit": "ms",
        "ok": middle <= BUDGET_MS[kind],
        "notes": f"median of {times} starts, worst {max(samples):.0f} ms",
    }
