"""Cells of a spreadsheet as text.

Invariant: a text cell is unchanged, leading zeros included. Numbers are as a spreadsheet program shows them without a
number format: at most 15 digits, and no ".0". Dates are ISO 8601.

Number formats are not available here: a currency is not in the text. Percentages and leading zeros that only the format
shows are added for .xlsx files (`number_formats`). A formula is its stored result, and an error such as #DIV/0! is
empty.
"""

from __future__ import annotations

import datetime
from typing import Literal

_WHOLE = 1e15
"""Whole numbers below this have at most 15 digits."""

CellKind = Literal["text", "number", "rounded", "formatted", "date", "truth"]
"""What a cell is. formatted: a number that is shown as a percentage or with leading zeros.
rounded: a number of which the text has not all digits, or which is shown with an exponent."""
SheetValue = str | int | float | bool | datetime.date | datetime.time | datetime.timedelta


def cell_text(value: SheetValue) -> str:
    """Return the text of a cell."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _WHOLE else f"{value:.15G}"
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="microseconds" if value.microsecond else "seconds")
    if isinstance(value, datetime.timedelta):
        return _duration(value)
    return value.isoformat()


def kind_of(value: SheetValue, text: str) -> CellKind:
    """Return what a cell is; `text` is its text."""
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "rounded" if "E" in text or float(text) != value else "number"
    return "date"


def _duration(value: datetime.timedelta) -> str:
    """Return hours, minutes and seconds, such as 26:03:00."""
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
