"""Watchdog timer for the engine process.

Invariant: time in which this process itself did not run (suspend, debugger) never counts towards a timeout, and time
in which it ran always does, however often it was interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Callable

_JUMP_S = 2.0


class EngineWatchdog:
    """Tracks the last sign of life of the child. Times are in seconds."""

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
        """Reset the clocks for a newly started child."""
        self._born = self._heard = self._looked = self._monotonic()
        self._looked_wall = self._wall()
        self.was_ready = self._pardoned = False

    def ready(self) -> None:
        """Record that the child reported to be ready."""
        self.was_ready = True
        self.heard()

    def heard(self) -> None:
        """Record that the child answered a ping."""
        self._heard = self._monotonic()
        self._pardoned = False

    def lived(self, seconds: float) -> bool:
        """Whether the child became ready and has run for at least `seconds`."""
        return self.was_ready and self._monotonic() - self._born >= seconds

    def look(self) -> str:
        """Return why the child counts as dead, "" while it is alive. To be called every `interval` seconds."""
        now, wall = self._monotonic(), self._wall()
        slept = now - self._looked > self.interval + _JUMP_S
        jumped = (wall - self._looked_wall) - (now - self._looked) > _JUMP_S
        gap = max(0.0, now - self._looked - self.interval)
        self._looked, self._looked_wall = now, wall
        if (slept or jumped) and not self._pardoned:
            # Restart the clock, because everything is slow after a suspend.
            self._heard = now
            self._born = min(now, max(self._born + gap, now - self._ready_within / 2))
            self._pardoned = True
            return ""
        if slept:
            # Exclude only the gap, so that a hung child is found even on a machine so busy that every call is late.
            self._heard, self._born = min(now, self._heard + gap), min(now, self._born + gap)
        if not self.was_ready:
            if now - self._born > self._ready_within:
                return f"It was not ready within {self._ready_within:g} s."
            return ""
        if now - self._heard > self._dead_after:
            return f"It gave no sign of life for {self._dead_after:g} s."
        return ""
