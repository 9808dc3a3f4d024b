"""History in the real window: first page, search while typing, and scrolling through all rows and back."""

from __future__ import annotations

import shutil
import sys
from typing import Any

from tests.bench.many_outputs import SIZES, history, vocabulary
from tests.bench.report import percentile
from tests.bench.search import FLAT_MB, opened
from tests.bench.windows import home, started
from workbench.core.maintenance import CARE, MaintenanceRules

WINDOW = (sys.executable, "-m", "tests.bench.history_window")
PATIENCE_S = 600.0
PAGE_MS, LETTER_MS, GAP_MS = 50.0, 100.0, 50.0


def run(full: bool) -> list[dict[str, Any]]:
    """Measure histories of 10,000 outputs; if `full`, also of 100,000 and a million."""
    rows = []
    words = vocabulary()
    for size in SIZES if full else SIZES[:1]:
        with home() as place:
            shutil.copyfile(history(size), place.database)
            # Daily maintenance would start during the measurement and use memory of its own.
            store = opened(place.database)
            store.set_meta(CARE, MaintenanceRules(daily=False).to_text()).result()
            store.close()
            typed = f"{words[5]} {words[150]} winner:yes"
            with started(WINDOW, place.environment(BENCH_HISTORY=typed)) as window:
                found = window.line(PATIENCE_S)
                window.end()
        shape, gaps, used = f"{found['runs']:,} runs", found["gaps"], found["memory"]
        step = max((name for name in gaps if name != "nothing"), key=lambda name: gaps[name][0])
        told = ", ".join(f"{name} {worst:.0f} ({cpu:.0f})" for name, (worst, cpu) in gaps.items())
        grown = max(used[-1], found["back"]) - used[len(used) // 10]
        rows += [
            _row(f"History of {shape}, key to its first painted page", found["first"], PAGE_MS, "ms", ""),
            *_times(f"History of {shape}, key to its painted page when it was left (p95)", found["again"], PAGE_MS),
            *_times(f"History of {shape}, Esc in a search to the painted page (p95)", found["emptied"], PAGE_MS),
            *_times(f"History of {shape}, letter to what it finds (p95)", found["letters"], LETTER_MS, f"“{typed}”, "),
            _row(
                f"History of {shape}, worst gap of the UI thread",
                gaps[step][0],
                GAP_MS,
                "ms",
                f"ms (processor): {told}",
            ),
            _row(
                f"History of {shape}, memory grown to the end and back",
                grown,
                FLAT_MB,
                "MB",
                f"{used[-1]:.0f} MB in all",
            ),
        ]
    return rows


def _times(name: str, took: list[float], budget: float, notes: str = "") -> list[dict[str, Any]]:
    return [_row(name, percentile(took, 95), budget, "ms", f"{notes}median {percentile(took, 50):.0f} ms")]


def _row(name: str, value: float, budget: float, unit: str, notes: str) -> dict[str, Any]:
    return {
        "name": name,
        "measured": value,
        "budget": budget,
        "floor": None,
        "unit": unit,
        "ok": value <= budget,
        "notes": notes,
    }
