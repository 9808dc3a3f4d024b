"""Prices and costs in US dollars.

Invariant: unknown is None and never zero; only models of our own runtime and echo are free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from workbench.core.billing import bill
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
    if usage.input is None or usage.output is None:
        return None
    cached = min(usage.cached or 0, usage.input)
    written = min(usage.written or 0, usage.input - cached)
    given = (usage.input - cached - written) * rates.input + cached * rates.reading + written * rates.writing
    return given + usage.output * rates.output


def saved(usage: Usage, rates: Rates | None) -> float | None:
    """Return the dollars that cached input tokens did not cost, None when there were none or their price is unknown."""
    if rates is None or rates.source == "local" or rates.cached is None or usage.input is None or not usage.cached:
        return None
    return min(usage.cached, usage.input) * (rates.input - rates.cached)


def show_sum(usd: float | None, unpriced: int) -> str:
    """Return what several answers cost together, `unpriced` of them not known: "free", "unknown", "$0.0004 + ?"."""
    if unpriced:
        return f"{show_cost(usd)} + ?" if usd else "unknown"
    return show_cost(usd, free=usd == 0)


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
