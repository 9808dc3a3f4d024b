"""800 calls without streaming through the engine, against a server that answers at once and one that takes 500 ms."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx

from tests.bench.engine_rig import PROMPT, Rig, server, settle

CALLS, CONCURRENCY, PAUSE_MS = 800, 64, 500
# Half of promptfoo's slower time on two cores. That time includes recording, which the engine does not do.
AT_ONCE_S = 3.2
FLOOR_S = CALLS * PAUSE_MS / 1000 / CONCURRENCY


def run(full: bool) -> list[dict[str, Any]]:
    """Measure both servers with a warm engine."""
    with server("tests.bench.engine_server") as port, Rig({"bench": CONCURRENCY}) as rig:
        base = f"http://127.0.0.1:{port}"
        settle(rig, f"{base}/v1", CONCURRENCY)
        at_once = min(_engine(rig, f"{base}/v1") for _ in range(3 if full else 2))
        bare = asyncio.run(_bare(f"{base}/v1"))
        paused = _engine(rig, f"{base}/{PAUSE_MS}/v1")
    return [
        {
            "name": "800 calls, a server that answers at once (engine alone)",
            "measured": at_once,
            "budget": AT_ONCE_S,
            "floor": bare,
            "unit": "s",
            "ok": at_once <= AT_ONCE_S,
            "notes": f"{at_once * 1000 / CALLS:.2f} ms a call at concurrency {CONCURRENCY}; the floor is bare httpx",
        },
        {
            "name": f"800 calls, a server that takes {PAUSE_MS} ms, concurrency {CONCURRENCY} (engine alone)",
            "measured": paused,
            "budget": 1.25 * FLOOR_S,
            "floor": FLOOR_S,
            "unit": "s",
            "ok": paused <= 1.25 * FLOOR_S,
            "notes": "",
        },
    ]


def _engine(rig: Rig, base_url: str) -> float:
    began = time.monotonic()
    rig.finish(*[rig.run(base_url, stream=False) for _ in range(CALLS)])
    return time.monotonic() - began


async def _bare(base_url: str) -> float:
    body = {"model": "fake", "messages": [{"role": "user", "content": PROMPT.text}]}
    free = asyncio.Semaphore(CONCURRENCY)
    limits = httpx.Limits(max_connections=CONCURRENCY, max_keepalive_connections=CONCURRENCY)
    async with httpx.AsyncClient(trust_env=False, limits=limits) as client:

        async def one() -> None:
            async with free:
                (await client.post(f"{base_url}/chat/completions", json=body)).json()

        began = time.monotonic()
        await asyncio.gather(*(one() for _ in range(CALLS)))
        return time.monotonic() - began
