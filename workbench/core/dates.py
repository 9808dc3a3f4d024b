"""Parsing and formatting of timestamps.

Invariant: stored timestamps are UTC text `YYYY-MM-DDTHH:MM:SS.mmmZ`. This module never reads the clock.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

# Not strftime: its names follow the locale of the process, which Qt sets, while the texts are English.
_STORED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1970, 2999
"""Years outside are rejected: they cannot be right, and near the limits of datetime a zone conversion can fail."""
UNKNOWN = ""
"""An unknown timestamp; shown as "unknown"."""
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def is_stored(text: str) -> bool:
    """Whether a text is a valid stored timestamp."""
    if not _STORED.fullmatch(text) or not _FIRST_YEAR <= int(text[:4]) <= _LAST_YEAR:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def parse(moment: str) -> datetime:
    """Return the aware datetime of a stored timestamp. Raises ValueError for another shape."""
    return datetime.fromisoformat(moment)


def to_ms(moment: str) -> int:
    """Return a stored timestamp as whole ms since the epoch."""
    return round(parse(moment).timestamp() * 1000)


def relative(then: str, now: str, zone: tzinfo | None = None) -> str:
    """Return "now", "4 min", "3 h", "yesterday", a week day, or "24 Nov" (with the year if it is not this one).

    A time in the future, as after the clock was set back, is shown as a date. `zone` determines where a day begins
    (None: the system's time zone).
    """
    if not is_stored(then):
        return "unknown"
    at, present = parse(then).astimezone(zone), parse(now).astimezone(zone)
    seconds = (present - at).total_seconds()
    days = (present.date() - at.date()).days
    if abs(seconds) < 60:
        return "now"
    if seconds < 0:
        return _date(at, present)
    if seconds < 3600:
        return f"{int(seconds // 60)} min"
    if days == 0 or seconds < 6 * 3600:
        return f"{int(seconds // 3600)} h"
    if days == 1:
        return "yesterday"
    if days < len(_DAYS):
        return _DAYS[at.weekday()]
    return _date(at, present)


def _date(at: datetime, present: datetime) -> str:
    return _day(at) if at.year == present.year else f"{_day(at)} {at.year}"


def absolute(moment: str, zone: tzinfo | None = None) -> str:
    """Return for example "24 Nov 2026 13:20:05" in `zone` (None: the system's)."""
    if not is_stored(moment):
        return "unknown"
    at = parse(moment).astimezone(zone)
    return f"{_day(at)} {at.year} {at:%H:%M:%S}"


def _day(at: datetime) -> str:
    return f"{at.day} {_MONTHS[at.month - 1]}"


def duration(ms: int | None) -> str:
    """Format a duration, for example "0.31 s", "9.2 s", "2 min 5 s"; "" when unknown."""
    if ms is None:
        return ""
    seconds = ms / 1000
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def foreign(text: str) -> str | None:
    """Convert an ISO 8601 timestamp (UTC if it has no offset) to the stored form; None if it is invalid."""
    try:
        at = datetime.fromisoformat(text)
        moment = stored_text(at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC))
        return moment if is_stored(moment) else None
    except (ValueError, OverflowError):
        return None


def later(moment: str, ms: int) -> str:
    """Return a stored timestamp plus `ms`, or unchanged if the sum is out of range."""
    try:
        at = stored_text(parse(moment) + timedelta(milliseconds=ms))
    except OverflowError:
        return moment
    return at if is_stored(at) else moment


def stored_text(at: datetime) -> str:
    """Return the stored form of a datetime in UTC."""
    return f"{at.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"
