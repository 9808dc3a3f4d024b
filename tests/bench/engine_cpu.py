"""CPU time of the engine per streamed chunk on the lean path: 8 lanes at 130 tokens a second."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.bench.engine_rig import ROOT, Rig, server

LANES, RATE = 8, 130
BUDGET_MS = 0.3

# Lower bound: a client that reads the same streams without parsing them.
BARE = """
import asyncio, httpx, json, sys, time
url, lanes = sys.argv[1], int(sys.argv[2])
async def one(client):
    body = {"model": "m", "stream": True, "messages": []}
    async with client.stream("POST", url, json=body) as response:
        async for _ in response.aiter_raw():
            pass
async def main():
    async with httpx.AsyncClient(timeout=None, trust_env=False) as client:
        await asyncio.gather(*(one(client) for _ in range(lanes)))
        began = time.process_time()
        await asyncio.gather(*(one(client) for _ in range(lanes)))
        print(json.dumps(time.process_time() - began))
asyncio.run(main())
"""


def run(full: bool) -> dict[str, Any]:
    """Stream for some seconds and divide the CPU time by the number of chunks."""
    seconds = 20.0 if full else 6.0
    chunks = LANES * int(RATE * seconds)
    options = ("--lanes", str(LANES), "--rate", str(RATE), "--seconds", str(seconds))
    with server("tests.bench.stream_server", *options) as port, Rig({"bench": LANES}) as rig:
        base_url = f"http://127.0.0.1:{port}/v1"
        rig.finish(*[rig.run(base_url, stream=True) for _ in range(LANES)])
        before = rig.cpu_seconds()
        rig.finish(*[rig.run(base_url, stream=True) for _ in range(LANES)])
        spent = rig.cpu_seconds() - before
    with server("tests.bench.stream_server", *options) as port:
        url = f"http://127.0.0.1:{port}/v1/chat/completions"
        done = subprocess.run(
            [sys.executable, "-c", BARE, url, str(LANES)], cwd=ROOT, capture_output=True, text=True, check=True
        )
    measured = spent * 1000 / chunks
    return {
        "name": "engine CPU per streamed chunk",
        "measured": measured,
        "budget": BUDGET_MS,
        "floor": json.loads(done.stdout) * 1000 / chunks,
        "unit": "ms",
        "ok": measured <= BUDGET_MS,
        "notes": f"{LANES} lanes at {RATE} tokens/s, {chunks} chunks; the floor is httpx reading only",
    }
