"""Adaptive number of concurrent calls at one endpoint, and the questions that wait for it.

Invariant: the limit is between 1 and `most`. It is halved when the endpoint refuses a call as one too many, at most
once for all calls that were sent under the refused limit, and raised by one after as many answers as it allows calls.
"""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

REFUSED = "rate_limited"
"""Code of the failure of a call that an endpoint refused as one too many (HTTP 429)."""

OpenT = TypeVar("OpenT")
ReadyT = TypeVar("ReadyT")


class AdaptiveLimit:
    """Additive increase, multiplicative decrease. Not thread-safe."""

    def __init__(self, most: int) -> None:
        self.most = max(1, most)
        self._limit = float(self.most)
        self._sent = 0
        self._cut_at = 0

    @property
    def limit(self) -> int:
        """The number of calls that may run at once now."""
        return int(self._limit)

    def send(self) -> int:
        """Count a call and return its ticket."""
        self._sent += 1
        return self._sent

    def answered(self) -> None:
        """Raise the limit a little after an answer."""
        self._limit = min(float(self.most), self._limit + 1 / self._limit)

    def refused(self, ticket: int) -> None:
        """Halve the limit, unless the call with this ticket was sent before the last cut."""
        if ticket > self._cut_at:
            self._limit = max(1.0, self._limit / 2)
            self._cut_at = self._sent


class CallGate(Generic[OpenT, ReadyT]):
    """The questions of one place: those to be prepared, prepared ones, and the number of those that run."""

    def __init__(self, most: int) -> None:
        self.limit = AdaptiveLimit(most)
        self.pending: deque[OpenT] = deque()
        self.ready: deque[ReadyT] = deque()
        self.preparing = 0
        self.running = 0
        """The number of questions that were sent and whose ends are not recorded."""

    @property
    def room(self) -> int:
        """How many more questions to prepare: as many as may run at once are kept ready."""
        return 2 * self.limit.limit - self.running - self.preparing - len(self.ready)

    @property
    def is_low(self) -> bool:
        """Whether it is time to prepare more questions, in groups for the sake of durable writes."""
        return bool(self.pending) and (not self.ready or self.room >= self.limit.limit)
