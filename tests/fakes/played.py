"""The scripted engine on threads of the test's own process: the same script and the same lines, without a child.

For tests of the layers above the engine. Starting, dying, hanging and ending with the parent are tested with real
children, in tests/engine and wherever a script needs one.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from workbench.engine import scripted_engine
from workbench.engine.calls import Event
from workbench.engine.client import EngineClient
from workbench.engine.protocol import decode, encode
from workbench.usecases.workbench import ClientFactory

_NEEDS_A_CHILD = {"exit", "hang", "garbage"}


def factory(script: Mapping[str, Any], directory: Path, *, apart: bool = False) -> ClientFactory:
    """Return a client factory whose engine plays `script`: in a child if the script exits or hangs, or if `apart`."""
    apart = apart or any(_NEEDS_A_CHILD & set(step) for step in _steps(script))
    # As read back from a file.
    copy = json.loads(json.dumps(script))

    def make(env: dict[str, str], weights: Path | None, on_event: Callable[[Event], None]) -> EngineClient:
        if apart:
            return EngineClient(scripted_engine.command(script, directory), env, on_event, builtin_model=weights)
        return EngineClient((), env, on_event, builtin_model=weights, launch=lambda command, env: Played(copy))

    return make


class Played:
    """Replaces `EngineProcess` for the client."""

    pid = None

    def __init__(self, script: Mapping[str, Any]) -> None:
        self._wire = _Wire()
        self._player = scripted_engine.ScriptedEngine(self._wire, script)  # type: ignore[arg-type]

    def send(self, line: bytes) -> None:
        if not self._wire.closed.is_set():
            self._player.receive(decode(line))

    def hang_up(self) -> None:
        self._player.receive({"type": "shutdown"})
        self._wire.close()

    def messages(self) -> Iterator[dict[str, Any]]:
        while (line := self._wire.lines.get()) is not None:
            yield decode(line)

    def kill(self, reason: str) -> None:
        self.hang_up()

    def finish(self) -> str:
        self.hang_up()
        return "It was hung up."


class _Wire:
    """Replaces `ChildPipe`; messages after its end are lost, as in a real pipe."""

    def __init__(self) -> None:
        self.lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.closed = threading.Event()
        self._lock = threading.Lock()
        self._seq = 0

    def send(self, kind: str, /, **fields: Any) -> None:
        with self._lock:
            self._seq += 1
            if not self.closed.is_set():
                self.lines.put(encode(kind, self._seq, fields))

    def close(self) -> None:
        with self._lock:
            self.closed.set()
            self.lines.put(None)


def _steps(script: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for steps in (*script.get("models", {}).values(), script.get("default", ())):
        yield from steps
