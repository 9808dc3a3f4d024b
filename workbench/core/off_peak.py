"""Off-peak hours, in which some models cost less.

Invariant: hours are in UTC; weekdays are in the time zone named by the price sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workbench.core.price_sheet import Sheet


def off_peak(sheet: Sheet, at: datetime) -> Mapping[str, Any]:
    """Return the off-peak prices if `at` is in off-peak hours, an empty mapping otherwise."""
    listed = sheet.get("off_peak_pricing")
    if not isinstance(listed, Mapping):
        return {}
    utc = at.astimezone(UTC)
    if any(_in_hours(hours, utc) for hours in _texts(listed.get("hours_utc"))):
        return listed
    windows = listed.get("windows")
    calendar = _calendar(listed.get("weekday_timezone"))
    for window in windows if isinstance(windows, list) else []:
        if isinstance(window, Mapping):
            days = window.get("weekdays")
            is_day = days is None or (isinstance(days, list) and utc.astimezone(calendar).isoweekday() in _days(days))
            if is_day and any(_in_hours(hours, utc) for hours in _texts(window.get("hours_utc"))):
                return listed
    return {}


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, str)]


def _days(listed: Iterable[Any]) -> set[int]:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    named = {name: number for number, name in enumerate(names, start=1)}
    return {
        named.get(one[:3].lower(), 0) if isinstance(one, str) else one for one in listed if isinstance(one, str | int)
    }


def _calendar(name: Any) -> tzinfo:
    try:
        return ZoneInfo(name.strip()) if isinstance(name, str) and name.strip() else UTC
    except (ValueError, ZoneInfoNotFoundError):
        return UTC


def _in_hours(hours: str, utc: datetime) -> bool:
    """Whether a time is in "HH:MM-HH:MM", which may span midnight; equal ends mean the whole day."""
    found = re.fullmatch(r"\s*(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)\s*", hours)
    if found is None:
        return False
    start, end = (int(found[n]) * 60 + int(found[n + 1]) for n in (1, 3))
    now = utc.hour * 60 + utc.minute
    return start <= now < end if start < end else now >= start or now < end
