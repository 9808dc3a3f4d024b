"""8 lanes × 130 tokens/s of Markdown in the real window: token sent → painted, key → painted, gaps of the UI thread."""

from __future__ import annotations

import json
import sys
import urllib.request
from typing import Any

from tests.bench.histories import endpoint_history
from tests.bench.report import percentile
from tests.bench.stream_server import TOKEN
from tests.bench.windows import home, started

LANES, RATE = 8, 130
SERVER = (sys.executable, "-m", "tests.bench.stream_server", "--lanes", str(LANES), "--rate", str(RATE), "--seconds")
WINDOW = (sys.executable, "-m", "tests.bench.streaming_window")
# name: (p99, worst), ms
BUDGETS = {"token sent → painted": (100, 300), "key → painted, 8 lanes": (33, 50), "UI thread gaps, 8 lanes": (33, 50)}


def run(full: bool) -> list[dict[str, Any]]:
    """Stream for some seconds and measure every token and every key."""
    seconds = 60 if full else 12
    with home() as place, started((*SERVER, str(seconds)), place.environment()) as server:
        port = server.line()["port"]
        endpoint_history(place.database, f"http://127.0.0.1:{port}/v1", LANES)
        with started(WINDOW, place.environment()) as window:
            seen = window.line(seconds + 60)
            window.end()
        sent = _times(port)
        server.end()
    if set(seen["states"]) != {"finished"}:
        raise RuntimeError(f"the lanes ended as {seen['states']}")
    if set(seen["modes"]) != {"markdown"}:
        raise RuntimeError(f"the lanes show their answers as {seen['modes']}")
    tokens = [ms for lane, paints in seen["paints"].items() for ms in _latencies(sent[int(lane[1:])], paints)]
    samples = dict(zip(BUDGETS, (tokens, seen["keys"], seen["gaps"]), strict=True))
    return [
        row
        for name, values in samples.items()
        for row in _rows(name, values, f"{seconds} s, window {seen['width']} px wide")
    ]


def _rows(name: str, values: list[float], where: str) -> list[dict[str, Any]]:
    p99, worst = BUDGETS[name]
    notes = f"{len(values):,} samples in {where}, p50 {percentile(values, 50):.1f} ms"
    return [
        _row(f"{name}, p99", percentile(values, 99), p99, notes),
        _row(f"{name}, worst", max(values), worst, ""),
    ]


def _row(name: str, measured: float, budget: float, notes: str) -> dict[str, Any]:
    return {
        "name": name,
        "measured": measured,
        "budget": budget,
        "unit": "ms",
        "ok": measured <= budget,
        "notes": notes,
    }


def _latencies(sent: list[int], paints: list[list[int]]) -> list[float]:
    """Return, for each sent token, the ms until a paint showed it completely."""
    found: list[float] = []
    for at, characters in paints:
        shown = min(characters // TOKEN, len(sent))
        found.extend((at - since) / 1e6 for since in sent[len(found) : shown])
    if len(found) != len(sent):
        raise RuntimeError(f"{len(sent)} tokens were sent and {len(found)} painted")
    return found


def _times(port: int) -> list[list[int]]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/times", timeout=10) as answer:
        times: list[list[int]] = json.load(answer)
    return times
