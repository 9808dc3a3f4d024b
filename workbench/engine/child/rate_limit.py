"""Who may ask when: places per endpoint.

Invariant: never more than `limit` holders of a gate; waiting groups take turns, and within a group first come is first
served, so that a run of a thousand cases does not keep two lanes waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Hashable, Mapping

RUNTIME_LIMIT = 2
DEFAULT_LIMIT = 8


class RateLimit:
    """Places at one endpoint."""

    def __init__(self, limit: int) -> None:
        self._limit = max(1, limit)
        self._busy = 0
        # The order of the keys is the order of turns.
        self._waiting: dict[Hashable, deque[asyncio.Future[None]]] = {}

    def set_limit(self, limit: int) -> None:
        """Change the number of places; holders keep theirs."""
        self._limit = max(1, limit)
        self._admit()

    @contextlib.asynccontextmanager
    async def place(self, group: Hashable) -> AsyncIterator[None]:
        """Hold one place."""
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
                # The place was given in the same moment; pass it on.
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
                # To the back: the other groups come first.
                self._waiting[group] = queue
            if not turn.done():
                self._busy += 1
                turn.set_result(None)


class RateLimits:
    """All gates by name; a name is an endpoint's uid, or `uid/part` where parts of an endpoint count apart."""

    def __init__(self) -> None:
        self._gates: dict[str, RateLimit] = {}
        self._defaults: dict[str, int] = {}
        self._limits: Mapping[str, int] = {}

    def set_limits(self, limits: Mapping[str, int]) -> None:
        """Set limits by name, or by uid for all parts of an endpoint; what is not named has its default."""
        self._limits = dict(limits)
        for name, gate in self._gates.items():
            gate.set_limit(self._limit(name))

    def gate(self, name: str, default: int = DEFAULT_LIMIT) -> RateLimit:
        """Return the gate of that name, made with the set or the default limit when it is new."""
        if name not in self._gates:
            self._defaults[name] = default
            self._gates[name] = RateLimit(self._limit(name))
        return self._gates[name]

    def _limit(self, name: str) -> int:
        return self._limits.get(name, self._limits.get(name.split("/", 1)[0], self._defaults[name]))
