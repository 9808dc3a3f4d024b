"""Prices and costs in US dollars.

Invariant: unknown is None and never zero; only models of our own runtime and echo are free.
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
"""LiteLLM's list, a person, the cost that a server reported, our own runtime, and the price list of a gateway."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Dollars per token. `cached` is the price of an input token that was read from a cache, `written` of one that was
    written into it; None when they are not known to differ.

    `sheet` is the whole row of a price list (`core.billing`), of which the others are the ordinary prices; empty where
    there is no more than these. `named` says who reported a cost or whose list it is.
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
        """What is reckoned for an input token that was read from a cache."""
        return self.input if self.cached is None else self.cached

    @property
    def per_second(self) -> float | None:
        """The price of a second, None where tokens are billed."""
        return second_price(self.sheet)

    @property
    def writing(self) -> float:
        """What is reckoned for an input token that was written into a cache."""
        return self.input if self.written is None else self.written


FREE = Rates(0.0, 0.0, 0.0, "local")


def cost(
    usage: Usage, rates: Rates | None, *, seconds: float | None = None, at: datetime | None = None
) -> float | None:
    """Return dollars, or None when a needed number is unknown. Our own runtime and echo cost 0 however many.

    `seconds` is how long the call took and `at` when it ended, which some price lists go by.
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
    """Return the dollars that the server itself reported and who it is, None unless it did so for every request."""
    rounds = usage.rounds or (usage,)
    costs = [one.details.reported_usd for one in rounds]
    known = [one for one in costs if one is not None]
    return (sum(known), rounds[0].details.reported_by) if len(known) == len(costs) else None


def source_words(rates: Rates | None) -> str:
    """Return where a cost is from: "reported by openrouter.ai", "LiteLLM's price list"; "" for free and unknown."""
    if rates is None or rates.source == "local":
        return ""
    return rates.named or ("your own price" if rates.source == "user" else "LiteLLM's price list")


def saved(usage: Usage, rates: Rates | None) -> float | None:
    """Return the dollars that cached input tokens did not cost, None when there were none or their price is unknown."""
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
    """Return what several answers cost together, `unpriced` of them not known.

    "free", "unknown" where nothing is known, or "$0.0004 + 2 without prices".
    """
    if unpriced:
        return "unknown" if usd is None else f"{show_cost(usd)} + {unpriced:,} without {_prices(unpriced)}"
    return show_cost(usd, free=usd == 0)


def _prices(count: int) -> str:
    return "a price" if count == 1 else "prices"


def show_cost(usd: float | None, *, free: bool = False, about: bool = False) -> str:
    """Return "free", "unknown", or dollars with enough digits to compare small amounts ("$0.0004", "about $1.20")."""
    if free:
        return "free"
    if usd is None:
        return "unknown"
    if 0 < usd < 0.00005:
        return "< $0.0001"
    if usd == 0:
        text = "$0"
    elif usd < 0.99995:  # from here on four digits would round to 1.0000
        text = f"${usd:.4f}"
    else:
        text = f"${usd:,.2f}"
    return f"about {text}" if about else text
