"""Shared rig of the engine benches: a server in its own process, and a client that can wait for its calls."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from workbench.core.content import Message
from workbench.core.lanes import Endpoint
from workbench.core.runs import Result
from workbench.engine.calls import Call, CallEnded, EngineNotice, Event
from workbench.engine.client import EngineClient

ROOT = Path(__file__).resolve().parents[2]
PROMPT = Message("user", "Rewrite this politely, keep every fact, and answer in one sentence. " * 30)
PATIENCE_S = 120.0


@contextlib.contextmanager
def server(module: str, *arguments: str) -> Iterator[int]:
    """Run a bench server and yield its port."""
    child = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        if child.stdout is None or child.stdin is None:
            raise RuntimeError("the server has no pipes")
        yield int(json.loads(child.stdout.readline())["port"])
    finally:
        child.communicate(timeout=10)


class Rig:
    """An engine client with a running engine."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._changed = threading.Condition()
        self._ended: dict[str, Result] = {}
        self._ready = threading.Event()
        self._numbers = itertools.count()
        self.client = EngineClient(None, dict(os.environ), self._hear, limits=limits)
        self.client.start()
        if not self._ready.wait(PATIENCE_S):
            raise TimeoutError("the engine did not get ready")

    def __enter__(self) -> Rig:
        return self

    def __exit__(self, *exc: object) -> None:
        self.client.close()

    def run(self, base_url: str, *, stream: bool) -> str:
        """Start one call and return its id."""
        call_id = str(next(self._numbers))
        endpoint = Endpoint("bench", "openai", "Bench", base_url)
        self.client.run(
            Call(call_id, endpoint, "fake", (PROMPT,), {"temperature": 0.5}, key="bench-key", stream=stream)
        )
        return call_id

    def finish(self, *call_ids: str) -> list[Result]:
        """Wait for these calls. Raises RuntimeError when one failed."""
        with self._changed:
            if not self._changed.wait_for(lambda: all(i in self._ended for i in call_ids), PATIENCE_S):
                raise TimeoutError("the calls did not end")
            results = [self._ended.pop(i) for i in call_ids]
        for result in results:
            if result.state != "finished":
                raise RuntimeError(f"a call ended as {result.state}: {result.failure}")
        return results

    def cpu_seconds(self) -> float:
        """Return the CPU time that the engine has used so far."""
        fields = Path(f"/proc/{self.client.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _hear(self, event: Event) -> None:
        if isinstance(event, CallEnded):
            with self._changed:
                self._ended[event.id] = event.result
                self._changed.notify_all()
        elif isinstance(event, EngineNotice) and event.kind == "ready":
            self._ready.set()


def settle(rig: Rig, base_url: str, calls: int) -> None:
    """Warm up: open connections and import whatever the first calls import."""
    rig.finish(*[rig.run(base_url, stream=False) for _ in range(calls)])
    deadline = time.monotonic() + 10
    while (before := rig.cpu_seconds()) >= 0 and time.monotonic() < deadline:
        time.sleep(0.1)
        if rig.cpu_seconds() - before < 0.01:
            return
