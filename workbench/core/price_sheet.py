"""Rows of a price list as data.

Invariant: a price that is no finite number from 0 on is no price, whoever wrote the row.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Sheet = Mapping[str, Any]


def number(sheet: Any, name: str) -> float | None:
    """Return a number of a row, also one that is written as text; None when there is none."""
    value = sheet.get(name) if isinstance(sheet, Mapping) else None
    return None if isinstance(value, bool) or not isinstance(value, int | float | str) else as_number(value)


def as_number(value: float | str) -> float | None:
    """Return a finite number from 0 on, None for any other."""
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) and read >= 0 else None


def first(price: float | None, other: float) -> float:
    """Return a price, the other one where it is not known."""
    return other if price is None else price
