"""Retirement dates of models.

Invariant: a date is a day in UTC, and nothing here reads the clock.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

SOON = timedelta(days=90)
"""How long before its retirement a model is labelled."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def retirement_date(written: object) -> date | None:
    """Parse a date such as "2026-10-23", None for anything else."""
    if not isinstance(written, str) or not _DAY.fullmatch(written):
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def is_retired(day: date | None, today: date) -> bool:
    """Return whether a model is retired; providers switch it off at the start of the day."""
    return day is not None and day <= today


def retirement_note(day: date | None, today: date) -> str:
    """Return "retired 2025-09-01", "retires on 2027-01-05", or "" if the date is unknown or later than SOON."""
    if day is None or day > today + SOON:
        return ""
    return f"retired {day}" if is_retired(day, today) else f"retires on {day}"


def retirement_sentence(day: date | None, today: date) -> str:
    """Return `retirement_note` as a sentence with its source and a next step."""
    if not retirement_note(day, today):
        return ""
    if is_retired(day, today):
        return f"Retired on {day}, according to LiteLLM's list of models. Runs may fail: choose another model."
    return f"Retires on {day}, according to LiteLLM's list of models. Choose another model before then."
