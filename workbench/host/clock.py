"""Time.

Invariant: a moment is UTC text of fixed width, so that text order is time order; a duration is a difference of
`monotonic_ms` and never of moments; a stamp is larger than all before it, however quickly they follow each other.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

_stamped = 0


def utc_now() -> str:
    """Return the moment as `2026-11-24T13:20:05.123Z`."""
    return f"{datetime.now(UTC).isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


def utc_today() -> date:
    """Return the day in UTC, which is what providers mean by a date."""
    return datetime.now(UTC).date()


def monotonic_ms() -> int:
    """Return whole milliseconds of a clock that never goes back."""
    return time.monotonic_ns() // 1_000_000


def stamp() -> int:
    """Return the next number in the order of what the person did in this process, from 1."""
    global _stamped  # one order over all that can be undone
    _stamped += 1
    return _stamped


def last_stamp() -> int:
    """Return the number that `stamp` returned last, 0 for none."""
    return _stamped
