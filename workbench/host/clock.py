"""Time.

Invariant: a moment is UTC text of fixed width, so that text order is time order; a duration is a difference of
`monotonic_ms` and never of moments.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime


def utc_now() -> str:
    """Return the moment as `2026-11-24T13:20:05.123Z`."""
    return f"{datetime.now(UTC).isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"


def utc_today() -> date:
    """Return the day in UTC, which is what providers mean by a date."""
    return datetime.now(UTC).date()


def monotonic_ms() -> int:
    """Return whole milliseconds of a clock that never goes back."""
    return time.monotonic_ns() // 1_000_000
