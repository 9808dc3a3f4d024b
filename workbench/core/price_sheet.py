"""Reading prices from a row of a price list.

Invariant: values that are not finite numbers of at least 0 are ignored, whatever the origin of the row.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Sheet = Mapping[str, Any]

INPUT, OUTPUT = "input_cost_per_token", "output_cost_per_token"
READ, WRITE = "cache_read_input_token_cost", "cache_creation_input_token_cost"
PREFIX = "prompt_cache_min_tokens"
"""The smallest number of tokens that is cached; no price, but it stands beside them."""
_MOST_USD = 10_000
"""Larger numbers are ignored as invalid: no token, second or search costs more."""
_SECONDS = ("cost_per_second", "input_cost_per_second", "output_cost_per_second")


def number(sheet: Any, name: str) -> float | None:
    """Return a price of a row, which may be a number or text; None if it is missing or invalid."""
    value = sheet.get(name) if isinstance(sheet, Mapping) else None
    read = None if isinstance(value, bool) or not isinstance(value, int | float | str) else as_number(value)
    return None if read is None or read > _MOST_USD else read


def as_number(value: float | str) -> float | None:
    """Return `value` as a finite number of at least 0, None for anything else."""
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) and read >= 0 else None


def first(price: float | None, other: float) -> float:
    """Return `price`, or `other` if it is None."""
    return other if price is None else price


def has_prices(sheet: Sheet) -> bool:
    """Whether a sheet can be billed. Zero prices do not count, because they usually mean "not per token"."""
    if number(sheet, "input_cost_per_request"):
        # LiteLLM omits this price from its own sum.
        return False
    if any(sheet.get(name) is not None and number(sheet, name) is None for name in (INPUT, OUTPUT)):
        # An invalid price is unknown; the other one alone would look like the whole cost.
        return False
    return has_token_prices(sheet) or any(number(sheet, name) for name in _SECONDS)


def has_token_prices(sheet: Sheet) -> bool:
    """Whether a sheet bills tokens; other sheets bill the duration of a call."""
    return bool(number(sheet, INPUT) or number(sheet, OUTPUT) or tiers(sheet))


def second_price(sheet: Sheet) -> float | None:
    """Return the price per second of a call, None for a sheet that bills tokens or has no such price."""
    if not sheet or has_token_prices(sheet):
        return None
    return next((price for name in _SECONDS if (price := number(sheet, name)) is not None), None)


def tiers(sheet: Sheet) -> list[Mapping[str, Any]]:
    """Return the rows of prices by prompt length, an empty list for a sheet without tiers."""
    listed = sheet.get("tiered_pricing")
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
