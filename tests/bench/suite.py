"""`workbench test`: 100 cases in 8 columns with three deterministic checks each, as a whole process.

The clock runs from the start of the process to its end: the engine and the checking process start, every call is
durably recorded before it is sent and after it ended, every answer is scored, and the statistics are computed.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.engine_rig import ROOT, server
from tests.bench.engine_throughput import CALLS, CONCURRENCY, FLOOR_S, PAUSE_MS
from tests.bench.histories import endpoint_history
from workbench.core.cases import Case, Check
from workbench.core.testing.settings import SuiteSettings
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store

COLUMNS = 8
# A quarter of promptfoo's fastest time on two cores.
AT_ONCE_S = 2.2
PATIENCE_S = 120.0
CHECKS = (
    Check("contains", value='"Done"'),
    Check("starts-with", value='"D"'),
    Check("word-count", value='{"max": 10}'),
)


class Took(NamedTuple):
    """Seconds of a process with its children: elapsed, and of the processors."""

    elapsed: float
    cpu: float


def run(full: bool) -> list[dict[str, Any]]:
    """Measure a server that answers at once, and one that takes 500 ms."""
    with server("tests.bench.engine_server") as port:
        base = f"http://127.0.0.1:{port}"
        at_once = min(tested(f"{base}/v1", 16) for _ in range(4 if full else 2))
        paused = tested(f"{base}/{PAUSE_MS}/v1", CONCURRENCY) if full else None
    rows = [
        {
            "name": f"workbench test: {CALLS} cells with 3 checks, a server that answers at once",
            "measured": at_once.elapsed,
            "budget": AT_ONCE_S,
            "unit": "s",
            "ok": at_once.elapsed <= AT_ONCE_S,
            "notes": f"whole process; {at_once.cpu:.1f} s of the processors; promptfoo 8.4 to 9.2 s",
        }
    ]
    if paused is not None:
        rows.append(
            {
                "name": f"workbench test: {CALLS} cells with 3 checks, a server that takes {PAUSE_MS} ms",
                "measured": paused.elapsed,
                "budget": 1.25 * FLOOR_S,
                "floor": FLOOR_S,
                "unit": "s",
                "ok": paused.elapsed <= 1.25 * FLOOR_S,
                "notes": f"whole process; concurrency {CONCURRENCY}",
            }
        )
    return rows


def tested(base_url: str, concurrency: int) -> Took:
    """Run the command once on a new history."""
    with tempfile.TemporaryDirectory(prefix="bench-suite-") as folder:
        database = Path(folder, "history.db")
        endpoint_history(database, base_url, COLUMNS)
        prompt = with_cases(database, CALLS // COLUMNS)
        command = [sys.executable, "-m", "workbench.cli.main", "test", prompt, "--db", str(database)]
        command += ["--concurrency", str(concurrency)]
        env = {"PATH": os.environ["PATH"], "HOME": folder, "PYTHONPATH": str(ROOT)}
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(command, env=env, capture_output=True, timeout=PATIENCE_S, check=False)
        elapsed, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise RuntimeError(f"exit code {done.returncode}: {done.stderr.decode()}")
        _check(database, prompt)
    return Took(elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def with_cases(path: Path, count: int) -> str:
    """Give the newest prompt cases, checks and the lanes of its draft as columns; return its uid."""
    store = open_store(path, now=utc_now(), uid=new_uid)
    try:
        prompt = store.last_prompt()
        draft = prompt and store.draft(prompt)
        if not prompt or not draft:
            raise ValueError("the database has no draft")
        cases = [Case(new_uid(), f"Case {number}", (("name", f"value {number}"),)) for number in range(count)]
        store.packs.save_cases(prompt, cases).result()
        store.tests.save_settings(prompt, SuiteSettings(CHECKS, columns=draft.lanes), utc_now()).result()
        return prompt
    finally:
        store.close()


def _check(path: Path, prompt: str) -> None:
    store = open_store(path, now=utc_now(), uid=new_uid)
    try:
        (run,) = store.tests.runs(prompt)
        columns = store.tests.results(run.uid, run.scoring_uid)
    finally:
        store.close()
    states = [cell.state for column in columns for case in column.cases for cell in case.cells]
    if states != ["pass"] * CALLS:
        raise RuntimeError(f"{states.count('pass')} of {len(states)} cells passed")
