"""800 answers requested and recorded by the product, without a window.

Runs follow each other without a pause: 100 iterations of 8 lanes. Every run is durably recorded before its calls are
sent, every answer, request and price afterwards; the clock stops when all of it can be read back.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.engine_rig import server
from tests.bench.engine_throughput import CALLS, CONCURRENCY, FLOOR_S, PAUSE_MS
from tests.bench.histories import endpoint_history
from workbench.core.drafts import Draft
from workbench.host.dirs import places
from workbench.usecases.workbench import Workbench

LANES = 8
# Half of promptfoo's fastest time on two cores, which includes recording.
AT_ONCE_S = 2.8
PATIENCE_S = 120.0


def run(full: bool) -> list[dict[str, Any]]:
    """Measure a server that answers at once and one that takes 500 ms, with a warm engine."""
    with server("tests.bench.engine_server") as port:
        base = f"http://127.0.0.1:{port}"
        at_once = min(_recorded(f"{base}/v1") for _ in range(3 if full else 2))
        paused = _recorded(f"{base}/{PAUSE_MS}/v1")
    return [
        {
            "name": "800 calls, a server that answers at once, everything recorded",
            "measured": at_once,
            "budget": AT_ONCE_S,
            "unit": "s",
            "ok": at_once <= AT_ONCE_S,
            "notes": f"{CALLS // LANES} iterations of {LANES} lanes, concurrency {CONCURRENCY}; promptfoo 5.6 to 6.4 s",
        },
        {
            "name": f"800 calls, a server that takes {PAUSE_MS} ms, concurrency {CONCURRENCY}, everything recorded",
            "measured": paused,
            "budget": 1.25 * FLOOR_S,
            "floor": FLOOR_S,
            "unit": "s",
            "ok": paused <= 1.25 * FLOOR_S,
            "notes": "promptfoo 12.3 s",
        },
    ]


def _recorded(base_url: str) -> float:
    with tempfile.TemporaryDirectory(prefix="bench-throughput-") as folder:
        database = Path(folder, "history.db")
        endpoint_history(database, base_url, LANES)
        env = {"PATH": os.environ["PATH"], "HOME": folder}
        workbench = Workbench.open(database, places(env), env)
        try:
            return _measure(workbench)
        finally:
            workbench.close()


def _measure(workbench: Workbench) -> float:
    prompt = workbench.store.last_prompt()
    draft = prompt and workbench.store.draft(prompt)
    if not prompt or not draft:
        raise RuntimeError("the database has no draft")
    workbench.engine.set_limit(draft.lanes[0].endpoint, CONCURRENCY)
    warm = _start(workbench, prompt, draft, CONCURRENCY // LANES)
    began = time.monotonic()
    took = _start(workbench, prompt, draft, CALLS // LANES)
    elapsed = time.monotonic() - began
    for uid in (*warm, *took):
        outputs = workbench.store.iteration_detail(uid).outputs
        if [output.result.state for output in outputs] != ["finished"] * LANES or not all(
            o.result.text for o in outputs
        ):
            raise RuntimeError("not every answer was recorded")
    return elapsed


def _start(workbench: Workbench, prompt: str, draft: Draft, times: int) -> list[str]:
    handles = [workbench.runner.start_iteration(prompt, draft, based_on=None) for _ in range(times)]
    for handle in handles:
        if not handle.wait(PATIENCE_S) or handle.problem:
            raise RuntimeError(f"a run did not end: {handle.problem}")
    return [handle.run_uid for handle in handles]
