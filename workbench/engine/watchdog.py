"""Whether the child still lives, judged by clocks.

Invariant: time in which this process itself did not run (a suspended laptop, a stopped debugger) is never held against
the child, and time in which it did run always is, however often it was interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Callable

_JUMP_S = 2.0


class Watchdog:
    """Remembers when the child was last heard of. Times are seconds."""

    def __init__(
        self,
        dead_after: float,
        ready_within: float,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.interval = min(1.0, dead_after / 5)
        self._dead_after, self._ready_within = dead_after, ready_within
        self._monotonic, self._wall = monotonic, wall
        self._born = self._heard = self._looked = monotonic()
        self._looked_wall = wall()
        self.was_ready = self._pardoned = False

    def born(self) -> None:
        """A new child was started."""
        self._born = self._heard = self._looked = self._monotonic()
        self._looked_wall = self._wall()
        self.was_ready = self._pardoned = False

    def ready(self) -> None:
        """The child said that it is ready."""
        self.was_ready = True
        self.heard()

    def heard(self) -> None:
        """The child answered a ping."""
        self._heard = self._monotonic()
        self._pardoned = False

    def lived(self, seconds: float) -> bool:
        """Whether the child was ready and its life so far is at least that long."""
        return self.was_ready and self._monotonic() - self._born >= seconds

    def look(self) -> str:
        """Return why the child counts as dead, "" while it does not. Call it every `interval`."""
        now, wall = self._monotonic(), self._wall()
        slept = now - self._looked > self.interval + _JUMP_S
        jumped = (wall - self._looked_wall) - (now - self._looked) > _JUMP_S
        gap = max(0.0, now - self._looked - self.interval)
        self._looked, self._looked_wall = now, wall
        if (slept or jumped) and not self._pardoned:
            # The clock starts anew, because everything is slow after a suspension.
            self._heard = now
            self._born = min(now, max(self._born + gap, now - self._ready_within / 2))
            self._pardoned = True
            return ""
        if slept:
            # As if the gap had not been: on a machine so busy that every look is late, a hung child is found too.
            self._heard, self._born = min(now, self._heard + gap), min(now, self._born + gap)
        if not self.was_ready:
            if now - self._born > self._ready_within:
                return f"It was not ready within {self._ready_within:g} s."
            return ""
        if now - self._heard > self._dead_after:
            return f"It gave no sign of life for {self._dead_after:g} s."
        return ""
