"""Prices read from rows of LiteLLM's model list and from the model lists of gateways.

Invariant: a row without a billable price gives None; the sheet holds only fields that are prices, and what is cached at
least.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from workbench.core.money import Rates, RateSource
from workbench.core.price_sheet import INPUT, OUTPUT, PREFIX, READ, WRITE, has_prices, number

_PRICE = re.compile(r"cost|pricing|uplift_multiplier|^provider_specific_entry$|^web_search_billing_unit$")
# Prices of batches; of decisions, whose input costs what that of chats does; in provider-specific units; and fields
# that LiteLLM ignores.
_NO_PRICE = re.compile(
    r"_batches$|_decisions$|_dbu_|_cache_hit$|^code_interpreter|^cache_read_input_token_cost_above_200k_tokens_flex$"
)
# Price fields in the model lists of OpenRouter and similar servers.
_GATEWAY_NAMES = {
    "prompt": INPUT,
    "completion": OUTPUT,
    "input_cache_read": READ,
    "input_cache_write": WRITE,
    "internal_reasoning": "output_cost_per_reasoning_token",
    "image": "input_cost_per_image",
    "request": "input_cost_per_request",
}


def rates_of(
    name: str, provider: str, row: Mapping[str, Any], source: RateSource = "catalogue", named: str = ""
) -> Rates | None:
    """Return the prices in a row, None when none is billable. `named` is the owner of the list."""
    sheet = {key: value for key, value in row.items() if value is not None and _is_price(key)}
    sheet |= {"model": name, "litellm_provider": provider}
    if (prefix := number(row, PREFIX)) is not None:
        sheet[PREFIX] = prefix
    if not has_prices(sheet):
        return None
    tiers = sheet.get("tiered_pricing")
    first = tiers[0] if isinstance(tiers, list) and tiers and isinstance(tiers[0], Mapping) else row
    given, answered = (_first_price(key, row, first) or 0.0 for key in (INPUT, OUTPUT))
    read, written = (_first_price(key, row, first) or None for key in (READ, WRITE))
    return Rates(given, answered, read, source, written, sheet, named)


@functools.lru_cache(1024)
def _is_price(key: str) -> bool:
    return bool(_PRICE.search(key)) and not _NO_PRICE.search(key)


def gateway_row(pricing: Any) -> dict[str, float]:
    """Convert a `pricing` object of a model list, whose prices may be strings, into a row; empty when invalid."""
    if not isinstance(pricing, Mapping):
        return {}
    read = {ours: _read(pricing[theirs]) for theirs, ours in _GATEWAY_NAMES.items() if pricing.get(theirs) is not None}
    if any(read.get(name, 0.0) is None for name in (INPUT, OUTPUT)):
        return {}
    found = {name: price for name, price in read.items() if price}
    return found if INPUT in found or OUTPUT in found else {}


def _read(value: Any) -> float | None:
    try:
        price = float(value)
    except (TypeError, ValueError):
        return None
    return price if 0 <= price < 1 else None


def _first_price(key: str, *rows: Mapping[str, Any]) -> float | None:
    return next((price for row in rows if (price := number(row, key)) is not None), None)
