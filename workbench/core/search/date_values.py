"""Dates and periods in a search query.

Invariant: the current time and the time zone are arguments; the clock is never read.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from workbench.core.dates import parse

EXAMPLES = ("today", "yesterday", "7d", "30d")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_AGO = re.compile(r"(\d{1,4})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_FIRST, _LAST = "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"


def read_moment(text: str) -> str | None:
    """Return the canonical form of a date (2026-11-24, 2026-11, 2026, today, yesterday, 7d, 12h, 2w), else None."""
    text = text.strip().casefold()
    if text in ("today", "yesterday"):
        return text
    if found := _AGO.fullmatch(text):
        return f"{int(found[1])}{found[2]}"
    if found := _DATE.fullmatch(text):
        year, month, day = found[1], found[2], found[3]
        try:
            datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)
        except ValueError:
            return None
        return year + (f"-{int(month):02}" if month else "") + (f"-{int(day):02}" if day else "")
    return None


def stored_moment(moment: str, now: str, zone: tzinfo | None = None) -> str:
    """Return the start of a date as a stored timestamp; `now` is a stored timestamp, `zone` None is the system's.

    A day begins at midnight in `zone`; `7d` is seven days before `now`. Raises ValueError for anything else.
    """
    try:
        return _begins(moment, now, zone).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except OverflowError:
        return _LAST if moment.startswith("9") else _FIRST


def _begins(moment: str, now: str, zone: tzinfo | None) -> datetime:
    if found := _AGO.fullmatch(moment):
        return parse(now) - int(found[1]) * _UNITS[found[2]]
    if moment in ("today", "yesterday"):
        day = parse(now).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        day -= timedelta(days=moment == "yesterday")
    elif found := _DATE.fullmatch(moment):
        day = datetime(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    else:
        raise ValueError(f"{moment!r} is no moment")
    return day.replace(tzinfo=zone) if zone is not None else day.astimezone()
