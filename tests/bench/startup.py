"""Start → the draft is on the screen and a typed letter is painted, beside a bare window that does the same."""

from __future__ import annotations

import statistics
import sys
from typing import Any

from tests.bench.windows import PRODUCT, home, measured

TIMES = 7
FACTOR = 1.5
BARE = (sys.executable, "-m", "tests.bench.bare_window")


def run(full: bool) -> dict[str, Any]:
    """Start both in turn; the medians count."""
    with home() as place:
        env = place.environment(WORKBENCH_BENCH_STARTUP="1")
        # The first starts make the database, the font cache and the byte code.
        pairs = [(_painted(BARE, env), _painted(PRODUCT, env)) for _ in range(1 + TIMES * (3 if full else 1))][1:]
    floor = statistics.median(bare for bare, _ in pairs)
    window = statistics.median(product for _, product in pairs)
    return {
        "name": "start to a typed letter",
        "measured": window,
        "budget": FACTOR * floor,
        "floor": floor,
        "unit": "ms",
        "ok": window <= FACTOR * floor,
        "notes": f"{window / floor:.2f} × a bare window; budget {FACTOR} ×; median of {len(pairs)} alternating starts",
    }


def _painted(command: tuple[str, ...], env: dict[str, str]) -> float:
    line = measured(command, env)
    if not line["typed"]:
        raise RuntimeError("the letter did not arrive in the editor")
    return float(line["painted_ms"])
