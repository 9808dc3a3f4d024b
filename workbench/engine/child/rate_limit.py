"""Concurrency limits per endpoint.

Invariant: a gate never has more than `limit` holders; waiting groups are served round-robin and FIFO within a group, so
that a run of a thousand cases does not block two lanes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Hashable, Mapping

from workbench.engine.call_limits import DEFAULT_LIMIT
from workbench.engine.child.outage import OutageWatch


class RateLimit:
    """A semaphore for one endpoint that serves groups round-robin."""

    def __init__(self, limit: int) -> None:
        self._limit = max(1, limit)
        self._busy = 0
        self.outage = OutageWatch()
        # The order of the keys is the round-robin order.
        self._waiting: dict[Hashable, deque[asyncio.Future[None]]] = {}

    def set_limit(self, limit: int) -> None:
        """Change the number of slots; current holders keep theirs."""
        self._limit = max(1, limit)
        self._admit()

    @contextlib.asynccontextmanager
    async def place(self, group: Hashable) -> AsyncIterator[None]:
        """Hold one slot, waiting until one is free."""
        if self._busy < self._limit and not self._waiting:
            self._busy += 1
        else:
            await self._wait(group)
        try:
            yield
        finally:
            self._busy -= 1
            self._admit()

    async def _wait(self, group: Hashable) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(group, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # Cancelled after the slot was granted; release it.
                self._busy -= 1
                self._admit()
            else:
                self._forget(group, turn)
            raise

    def _forget(self, group: Hashable, turn: asyncio.Future[None]) -> None:
        queue = self._waiting.get(group)
        if queue is not None and turn in queue:
            queue.remove(turn)
            if not queue:
                del self._waiting[group]

    def _admit(self) -> None:
        while self._busy < self._limit and self._waiting:
            group, queue = next(iter(self._waiting.items()))
            turn = queue.popleft()
            del self._waiting[group]
            if queue:
                # Move the group to the end of the order.
                self._waiting[group] = queue
            if not turn.done():
                self._busy += 1
                turn.set_result(None)


class RateLimits:
    """All gates by name: an endpoint's uid, or `uid/part` for parts of an endpoint with separate limits."""

    def __init__(self) -> None:
        self._gates: dict[str, RateLimit] = {}
        self._defaults: dict[str, int] = {}
        self._limits: Mapping[str, int] = {}

    def set_limits(self, limits: Mapping[str, int]) -> None:
        """Set limits by name, or by uid for all parts of an endpoint; gates not named use their default."""
        self._limits = dict(limits)
        for name, gate in self._gates.items():
            gate.set_limit(self._limit(name))

    def gate(self, name: str, default: int = DEFAULT_LIMIT) -> RateLimit:
        """Return the gate of that name, creating it with the configured or the default limit."""
        if name not in self._gates:
            self._defaults[name] = default
            self._gates[name] = RateLimit(self._limit(name))
        return self._gates[name]

    def _limit(self, name: str) -> int:
        return self._limits.get(name, self._limits.get(name.split("/", 1)[0], self._defaults[name]))
