"""Latency from Ctrl+Enter in the real window to the requests at the server, compared with a bare httpx client.

It includes reading the editor, making a version, the durable record of the run, the engine's pipe and its client.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import Any

import httpx

from tests.bench.engine_latency import LAST_MS, OVER_BARE_MS, arrivals, bare
from tests.bench.engine_rig import server
from tests.bench.histories import endpoint_history
from tests.bench.report import percentile
from tests.bench.windows import home, measured

WINDOW = (sys.executable, "-m", "tests.bench.loop_window")
WARM_UP = 3


def run(full: bool) -> list[dict[str, Any]]:
    """Measure one lane, then eight."""
    times = 200 if full else 50
    with server("tests.bench.engine_server") as port, httpx.Client(trust_env=False) as client:
        base = f"http://127.0.0.1:{port}"
        floor = bare(client, base, times)
        one = _pressed(client, base, times, 1)
        eight = _pressed(client, base, times, 8)
    over = percentile(one, 50) - percentile(floor, 50)
    last = percentile(eight, 95)
    return [
        {
            "name": "Ctrl+Enter → request on the wire, one lane, over bare httpx (p50)",
            "measured": over,
            "budget": OVER_BARE_MS,
            "floor": 0.0,
            "unit": "ms",
            "ok": over <= OVER_BARE_MS,
            "notes": f"window {percentile(one, 50):.2f}, bare {percentile(floor, 50):.2f} ms, window p95 "
            f"{percentile(one, 95):.2f} ms, {times} presses, each a new version",
        },
        {
            "name": "Ctrl+Enter → request on the wire, last of 8 lanes (p95)",
            "measured": last,
            "budget": LAST_MS,
            "floor": percentile(floor, 95),
            "unit": "ms",
            "ok": last <= LAST_MS,
            "notes": f"p50 {percentile(eight, 50):.2f} ms, {times} presses; the floor is one bare request",
        },
    ]


def _pressed(client: httpx.Client, base: str, times: int, lanes: int) -> list[float]:
    """Return the ms from each key press to the last of its requests."""
    arrivals(client, base)
    with home() as place:
        endpoint_history(place.database, f"{base}/v1", lanes)
        wanted = str(times + WARM_UP)
        presses = measured(WINDOW, place.environment(BENCH_LOOP=wanted))["presses"]
    came = arrivals(client, base)
    if len(came) != len(presses) * lanes:
        raise RuntimeError(f"{len(came)} requests arrived for {len(presses)} presses of {lanes} lanes")
    batches = [came[n * lanes : (n + 1) * lanes] for n in range(len(presses))]
    for (press, batch), (following, _) in pairwise(zip(presses, batches, strict=True)):
        if not press < batch[0] <= batch[-1] < following:
            raise RuntimeError("requests of one press mixed with those of the next")
    return [(batch[-1] - press) / 1e6 for press, batch in zip(presses, batches, strict=True)][WARM_UP:]
