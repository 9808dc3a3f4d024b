"""Unique ids.

Invariant: a uid is a UUIDv7 (RFC 9562) in its canonical lower-case text; ids created later by this process sort later,
across threads and even if the system clock is set back.
"""

from __future__ import annotations

import os
import threading
import time

_RANDOM_BITS = 74
_LOW_BITS = 62
"""Random bits after the variant field; the others follow the version field."""


class _Series:
    """Milliseconds and random bits as one strictly increasing number; an overflow carries into the milliseconds."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._last = 0

    def next(self) -> int:
        drawn = time.time_ns() // 1_000_000 << _RANDOM_BITS | int.from_bytes(os.urandom(10)) >> 80 - _RANDOM_BITS
        with self._guard:
            self._last = max(drawn, self._last + 1)
            return self._last


_series = _Series()


def new_uid() -> str:
    """Return a new uid of 36 characters."""
    high, low = divmod(_series.next(), 1 << _LOW_BITS)
    moment, middle = divmod(high, 1 << _RANDOM_BITS - _LOW_BITS)
    digits = f"{moment << 80 | 0x7 << 76 | middle << 64 | 0b10 << 62 | low:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
