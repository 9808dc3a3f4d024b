"""Latency from `client.run` to the request at the server, with a warm engine, compared with a bare httpx client."""

from __future__ import annotations

import time
from typing import Any

import httpx

from tests.bench.engine_rig import PROMPT, Rig, server, settle
from tests.bench.report import percentile

LANES = 8
OVER_BARE_MS, LAST_MS = 15.0, 60.0


def run(full: bool) -> list[dict[str, Any]]:
    """Measure one lane many times, then eight lanes many times."""
    times = 400 if full else 120
    with server("tests.bench.engine_server") as port, Rig({"bench": LANES}) as rig:
        base = f"http://127.0.0.1:{port}"
        settle(rig, f"{base}/v1", LANES)
        with httpx.Client(trust_env=False) as client:
            alone = bare(client, base, times)
            one = _lanes(rig, client, base, times, 1)
            eight = _lanes(rig, client, base, times, LANES)
    over = percentile(one, 50) - percentile(alone, 50)
    last = percentile(eight, 95)
    return [
        {
            "name": "run → request on the wire, one lane, over bare httpx (p50)",
            "measured": over,
            "budget": OVER_BARE_MS,
            "floor": 0.0,
            "unit": "ms",
            "ok": over <= OVER_BARE_MS,
            "notes": f"engine {percentile(one, 50):.2f}, bare {percentile(alone, 50):.2f} ms, engine p95 "
            f"{percentile(one, 95):.2f} ms, {times} runs",
        },
        {
            "name": "run → request on the wire, last of 8 lanes (p95)",
            "measured": last,
            "budget": LAST_MS,
            "floor": percentile(alone, 95),
            "unit": "ms",
            "ok": last <= LAST_MS,
            "notes": f"p50 {percentile(eight, 50):.2f} ms, {times} runs; the floor is one bare request",
        },
    ]


def bare(client: httpx.Client, base: str, times: int) -> list[float]:
    """Return the latency in ms of each bare request."""
    body = {"model": "fake", "messages": [{"role": "user", "content": PROMPT.text}], "temperature": 0.5}
    client.post(f"{base}/v1/chat/completions", json=body)
    arrivals(client, base)
    samples = []
    for _ in range(times):
        began = time.monotonic_ns()
        client.post(f"{base}/v1/chat/completions", json=body)
        samples.append((arrivals(client, base)[-1] - began) / 1e6)
    return samples


def _lanes(rig: Rig, client: httpx.Client, base: str, times: int, lanes: int) -> list[float]:
    samples = []
    for _ in range(times):
        arrivals(client, base)
        began = time.monotonic_ns()
        rig.finish(*[rig.run(f"{base}/v1", stream=True) for _ in range(lanes)])
        arrived = arrivals(client, base)
        if len(arrived) != lanes:
            raise RuntimeError(f"{len(arrived)} requests arrived instead of {lanes}")
        samples.append((max(arrived) - began) / 1e6)
    return samples


def arrivals(client: httpx.Client, base: str) -> list[int]:
    """Return the arrival times of the requests since the last call, in CLOCK_MONOTONIC ns."""
    found: list[int] = client.get(f"{base}/arrivals").json()
    return found
