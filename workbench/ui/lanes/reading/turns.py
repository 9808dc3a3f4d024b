"""Whose turn it is to write.

Invariant: lanes that stream write one after the other, so that keys come in between; one alone never waits.
"""

from __future__ import annotations

import time

_APART_S = 0.003


class Turns:
    """What all views of one process share."""

    def __init__(self) -> None:
        self._last = 0
        self._free_at = 0.0

    def wait_ms(self, who: int) -> int:
        """Take the next turn for `who`, and return how long to leave the window to others before it."""
        now = time.monotonic()
        at = now if who == self._last else max(now, self._free_at)
        self._last, self._free_at = who, at + _APART_S
        return round((at - now) * 1000)


TURNS = Turns()
