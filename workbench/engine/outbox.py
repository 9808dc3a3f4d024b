"""The client's outgoing messages to the engine process.

Invariant: a call or question is sent to exactly one engine process or waits for one; none is sent before that process
has reported that it is ready.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from workbench.engine import protocol
from workbench.engine.process import EngineProcess
from workbench.engine.protocol import ProtocolError


class EngineOutbox:
    """Queue of lines for the child. Not thread-safe, except `encode`: the client holds its lock around every use."""

    def __init__(self) -> None:
        self.process: EngineProcess | None = None
        """The running child, None while there is none."""
        self._open = False
        self._waiting: dict[str, bytes] = {}
        self._seq = itertools.count(1)

    @property
    def waiting(self) -> frozenset[str]:
        """Ids of the calls and questions that have not been sent yet."""
        return frozenset(self._waiting)

    def encode(self, kind: str, fields: Mapping[str, Any]) -> bytes | None:
        """Return a line for `post`, None when it is longer than MAX_CALL."""
        try:
            line = protocol.encode(kind, next(self._seq), fields)
        except ProtocolError:
            return None
        return line if len(line) <= protocol.MAX_CALL else None

    def attach(self, process: EngineProcess) -> None:
        """Set a newly started child; only `tell` sends to it until `open`."""
        self.process = process

    def open(self) -> None:
        """Send everything that waits, now that the child is ready."""
        self._open = True
        if self.process is not None:
            for line in self._waiting.values():
                self.process.send(line)
            self._waiting.clear()

    def detach(self) -> None:
        """Remove the child after its death."""
        self.process, self._open = None, False

    def tell(self, kind: str, **fields: Any) -> None:
        """Send a short message that concerns only the current child; dropped when there is none."""
        if self.process is not None:
            self.process.send(protocol.encode(kind, next(self._seq), fields))

    def post(self, item: str, line: bytes) -> None:
        """Send a call or question, or keep it until a child is ready."""
        if self._open and self.process is not None:
            self.process.send(line)
        else:
            self._waiting[item] = line

    def withdraw(self, item: str) -> bool:
        """Remove an item that waits; return False when it was already sent."""
        return self._waiting.pop(item, None) is not None

    def clear(self) -> None:
        """Remove everything that waits."""
        self._waiting.clear()
