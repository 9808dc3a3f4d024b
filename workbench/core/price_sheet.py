"""Rows of a price list as data.

Invariant: a price that is no finite number from 0 on is no price, whoever wrote the row.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Sheet = Mapping[str, Any]

INPUT, OUTPUT = "input_cost_per_token", "output_cost_per_token"
READ, WRITE = "cache_read_input_token_cost", "cache_creation_input_token_cost"
_MOST_USD = 10_000
"""No token, second or search costs more; a larger number is no price."""
_SECONDS = ("cost_per_second", "input_cost_per_second", "output_cost_per_second")


def number(sheet: Any, name: str) -> float | None:
    """Return a price of a row, also one that is written as text; None when there is none."""
    value = sheet.get(name) if isinstance(sheet, Mapping) else None
    read = None if isinstance(value, bool) or not isinstance(value, int | float | str) else as_number(value)
    return None if read is None or read > _MOST_USD else read


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


def has_prices(sheet: Sheet) -> bool:
    """Whether a sheet can be billed; a price of zero means "not per token" more often than free."""
    if number(sheet, "input_cost_per_request"):
        # LiteLLM leaves this price out of its own sum.
        return False
    if any(sheet.get(name) is not None and number(sheet, name) is None for name in (INPUT, OUTPUT)):
        # What is no price is not known; the other half alone would look like the whole cost.
        return False
    return has_token_prices(sheet) or any(number(sheet, name) for name in _SECONDS)


def has_token_prices(sheet: Sheet) -> bool:
    """Whether a sheet bills tokens; others bill the time that a call takes."""
    return bool(number(sheet, INPUT) or number(sheet, OUTPUT) or tiers(sheet))


def second_price(sheet: Sheet) -> float | None:
    """Return the price of a second of a call, None for a sheet that bills tokens, or nothing."""
    if not sheet or has_token_prices(sheet):
        return None
    return next((price for name in _SECONDS if (price := number(sheet, name)) is not None), None)


def tiers(sheet: Sheet) -> list[Mapping[str, Any]]:
    """Return the price rows by length of the prompt, none for a sheet without."""
    listed = sheet.get("tiered_pricing")
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
