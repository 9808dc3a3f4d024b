"""Start-up until the draft is visible and a typed letter is painted, compared with a bare window that does the same."""

from __future__ import annotations

import statistics
import sys
from typing import Any

from tests.bench.windows import PRODUCT, home, measured

TIMES = 7
FACTOR = 1.5
BARE = (sys.executable, "-m", "tests.bench.bare_window")
WINDOW = (*PRODUCT, "startup")


def run(full: bool) -> dict[str, Any]:
    """Start both alternately and report the medians."""
    with home() as place:
        env = place.environment()
        # Warm up: the first starts create the database, the font cache and the byte code.
        pairs = [(_start(BARE, env), _start(WINDOW, env)) for _ in range(1 + TIMES * (3 if full else 1))][1:]
    floor, floor_cpu = _medians([bare for bare, _ in pairs])
    window, window_cpu = _medians([product for _, product in pairs])
    return {
        "name": "start to a typed letter",
        "measured": window,
        "budget": FACTOR * floor,
        "floor": floor,
        "unit": "ms",
        "ok": window <= FACTOR * floor,
        "notes": f"{window / floor:.2f} × a bare window, budget {FACTOR} ×; median of {len(pairs)} alternating starts; "
        f"CPU of the process until then {window_cpu:.0f} ms, bare {floor_cpu:.0f} ms",
    }


def _start(command: tuple[str, ...], env: dict[str, str]) -> tuple[float, float]:
    """Return the ms until the letter was painted, and the CPU time in ms that the process had used by then."""
    line = measured(command, env)
    if not line["typed"]:
        raise RuntimeError("the letter did not arrive in the editor")
    return float(line["painted_ms"]), float(line["cpu_ms"])


def _medians(samples: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(wall for wall, _ in samples), statistics.median(cpu for _, cpu in samples)
