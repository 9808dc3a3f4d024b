"""Clocks: timestamps, durations and a process-wide sequence number.

Invariant: a timestamp is UTC text of fixed width, so that text order is time order; a duration is a difference of
`monotonic_ms`, never of timestamps; a stamp is larger than all earlier ones, even within one clock tick.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

_stamped = 0


def utc_now() -> str:
    """Return the current time as `2026-11-24T13:20:05.123Z`."""
    return f"{datetime.now(UTC).isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


def utc_today() -> date:
    """Return the current date in UTC, the time zone of providers' dates."""
    return datetime.now(UTC).date()


def monotonic_ms() -> int:
    """Return whole milliseconds of the monotonic clock."""
    return time.monotonic_ns() // 1_000_000


def stamp() -> int:
    """Return the next sequence number of the user's actions in this process, from 1."""
    global _stamped  # one sequence over everything that can be undone
    _stamped += 1
    return _stamped


def last_stamp() -> int:
    """Return the last number that `stamp` returned, 0 for none."""
    return _stamped
