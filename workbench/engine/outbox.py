"""What the client has to say to the child.

Invariant: a call or question is given to exactly one life of the child, or waits for one; nothing is given to a child
that has not said that it is ready.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from workbench.engine import protocol
from workbench.engine.process import EngineProcess
from workbench.engine.protocol import ProtocolError


class Outbox:
    """Lines for the child. Not thread-safe: the client holds its lock around every use, `encode` excepted."""

    def __init__(self) -> None:
        self.process: EngineProcess | None = None
        """The living child, None between two lives."""
        self._open = False
        self._waiting: dict[str, bytes] = {}
        self._seq = itertools.count(1)

    @property
    def waiting(self) -> frozenset[str]:
        """Ids of what no child was given yet."""
        return frozenset(self._waiting)

    def encode(self, kind: str, fields: Mapping[str, Any]) -> bytes | None:
        """Return a line for `post`, None when it is longer than a call may be."""
        try:
            line = protocol.encode(kind, next(self._seq), fields)
        except ProtocolError:
            return None
        return line if len(line) <= protocol.MAX_CALL else None

    def attach(self, process: EngineProcess) -> None:
        """A child was born; it is told only what `tell` says until it is ready."""
        self.process = process

    def open(self) -> None:
        """The child is ready: give it what waits."""
        self._open = True
        if self.process is not None:
            for line in self._waiting.values():
                self.process.send(line)
            self._waiting.clear()

    def detach(self) -> None:
        """The child is dead."""
        self.process, self._open = None, False

    def tell(self, kind: str, **fields: Any) -> None:
        """Say something short that is only of interest to this life of the child, if there is one."""
        if self.process is not None:
            self.process.send(protocol.encode(kind, next(self._seq), fields))

    def post(self, item: str, line: bytes) -> None:
        """Give the child a call or question, or keep it until there is a child."""
        if self._open and self.process is not None:
            self.process.send(line)
        else:
            self._waiting[item] = line

    def withdraw(self, item: str) -> bool:
        """Take back what still waits; return False when a child has it already."""
        return self._waiting.pop(item, None) is not None

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
