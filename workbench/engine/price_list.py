"""Reading prices from rows of LiteLLM's list, and from what gateways tell of their models.

Invariant: a row without a price that can be billed gives None; what is no price is left out of the sheet.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from workbench.core.money import Rates, RateSource
from workbench.core.price_sheet import INPUT, OUTPUT, READ, WRITE, has_prices, number

_PRICE = re.compile(r"cost|pricing|uplift_multiplier|^provider_specific_entry$|^web_search_billing_unit$")
# Of batches and decisions, which are no chats; in units of one provider; and what LiteLLM does not read itself.
_NO_PRICE = re.compile(
    r"_batches$|_decisions$|_dbu_|_cache_hit$|^code_interpreter|^cache_read_input_token_cost_above_200k_tokens_flex$"
)
# Names of prices in the lists that OpenRouter and servers like it give with their models.
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
    """Return the prices in a row, None when it has none that can be billed. `named` is whose list it is."""
    sheet = {key: value for key, value in row.items() if value is not None and _is_price(key)}
    sheet |= {"model": name, "litellm_provider": provider}
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
    """Return the row for a `pricing` object of a model list, empty when it is none. Its prices may be texts."""
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
