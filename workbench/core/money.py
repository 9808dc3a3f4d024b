"""Prices and costs in US dollars.

Invariant: unknown is None, never zero; only models of the built-in runtime and echo are free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from workbench.core.billing import bill, prices_of
from workbench.core.price_sheet import second_price
from workbench.core.usage import Usage as Usage
from workbench.core.usage import UsageDetails as UsageDetails
from workbench.core.usage import UsageSource as UsageSource

RateSource = Literal["catalogue", "user", "provider", "local", "gateway"]
"""LiteLLM's list, the user, a cost reported by the server, the built-in runtime, a gateway's price list."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Prices in dollars per token.

    `cached` is the price of an input token read from a cache, `written` of one written into it; None if not known to
    differ from `input`. `sheet` is the whole row of a price list (`core.billing`), of which the other fields are the
    standard prices; empty if there is none. `named` names the reporter of a cost or the owner of the price list.
    """

    input: float
    output: float
    cached: float | None = None
    source: RateSource = "catalogue"
    written: float | None = None
    sheet: Mapping[str, Any] = field(default_factory=dict, hash=False)
    named: str = ""

    @property
    def reading(self) -> float:
        """The effective price of an input token read from a cache."""
        return self.input if self.cached is None else self.cached

    @property
    def per_second(self) -> float | None:
        """The price per second, None if tokens are billed."""
        return second_price(self.sheet)

    @property
    def writing(self) -> float:
        """The effective price of an input token written into a cache."""
        return self.input if self.written is None else self.written


FREE = Rates(0.0, 0.0, 0.0, "local")


def cost(
    usage: Usage, rates: Rates | None, *, seconds: float | None = None, at: datetime | None = None
) -> float | None:
    """Return the cost in dollars, None if a needed number is unknown, 0 for the built-in runtime and echo.

    `seconds` is the duration of the call and `at` its end; some price lists depend on them.
    """
    if rates is not None and rates.source == "local":
        return 0.0
    if rates is None:
        return None
    if rates.sheet:
        return bill(rates.sheet, usage, seconds=seconds, at=at)
    if any(one.input is None or one.output is None for one in usage.rounds):
        return None
    if usage.input is None or usage.output is None:
        return None
    cached = min(usage.cached or 0, usage.input)
    written = min(usage.written or 0, usage.input - cached)
    given = (usage.input - cached - written) * rates.input + cached * rates.reading + written * rates.writing
    return given + usage.output * rates.output


def reported_cost(usage: Usage) -> tuple[float, str] | None:
    """Return the cost in dollars reported by the server, and its name; None unless reported for every request."""
    rounds = usage.rounds or (usage,)
    costs = [one.details.reported_usd for one in rounds]
    known = [one for one in costs if one is not None]
    return (sum(known), rounds[0].details.reported_by) if len(known) == len(costs) else None


def source_words(rates: Rates | None) -> str:
    """Return the source of a cost, such as "reported by openrouter.ai"; "" if free or unknown."""
    if rates is None or rates.source == "local":
        return ""
    return rates.named or ("your own price" if rates.source == "user" else "LiteLLM's price list")


def saved(usage: Usage, rates: Rates | None) -> float | None:
    """Return the dollars saved by cached input tokens, None if there were none or their price is unknown."""
    if rates is None or rates.source == "local" or rates.cached is None:
        return None
    spared = [_spared(one, rates, rates.cached) for one in usage.rounds or (usage,)]
    known = [one for one in spared if one is not None]
    return sum(known) if known else None


def _spared(usage: Usage, rates: Rates, cached: float) -> float | None:
    if usage.input is None or not usage.cached:
        return None
    given = rates.input
    if rates.sheet:
        prices = prices_of(rates.sheet, usage.input, tier=usage.details.tier)
        given, cached = prices.input, prices.read
    return min(usage.cached, usage.input) * (given - cached)


def show_sum(usd: float | None, unpriced: int) -> str:
    """Format the total cost of several answers, `unpriced` of which have no known price.

    Returns "free", "unknown" if no price is known, or for example "$0.0004 + 2 without prices".
    """
    if unpriced:
        return "unknown" if usd is None else f"{show_cost(usd)} + {unpriced:,} without {_prices(unpriced)}"
    return show_cost(usd, free=usd == 0)


def _prices(count: int) -> str:
    return "a price" if count == 1 else "prices"


SMALLEST_SHOWN = 0.00005
"""US dollars below which no figure is shown."""


def show_cost(usd: float | None, *, free: bool = False, about: bool = False) -> str:
    """Format a cost: "free", "unknown", or dollars with enough digits for small amounts ("$0.0004", "about $1.20")."""
    if free:
        return "free"
    if usd is None:
        return "unknown"
    if 0 < usd < SMALLEST_SHOWN:
        return "< $0.0001"
    if usd == 0:
        text = "$0"
    elif usd < 0.99995:  # larger amounts below 1 would show as 1.0000
        text = f"${usd:.4f}"
    else:
        text = f"${usd:,.2f}"
    return f"about {text}" if about else text
