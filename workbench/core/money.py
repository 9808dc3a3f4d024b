"""Prices and costs in US dollars.

Invariant: unknown is None and never zero; only models of our own runtime and echo are free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RateSource = Literal["catalogue", "user", "provider", "local"]
UsageSource = Literal["provider", "estimate"]


@dataclass(frozen=True, slots=True)
class Rates:
    """Dollars per token. `cached` is the price of an input token that was read from a cache, `written` of one that was
    written into it; None when they are not known to differ."""

    input: float
    output: float
    cached: float | None = None
    source: RateSource = "catalogue"
    written: float | None = None

    @property
    def reading(self) -> float:
        """What is reckoned for an input token that was read from a cache."""
        return self.input if self.cached is None else self.cached

    @property
    def writing(self) -> float:
        """What is reckoned for an input token that was written into a cache."""
        return self.input if self.written is None else self.written


FREE = Rates(0.0, 0.0, 0.0, "local")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call; None is unknown.

    `input` includes `cached` (read from a cache) and `written` (into one), `output` includes `reasoning`.
    """

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    reasoning: int | None = None
    source: UsageSource = "provider"
    written: int | None = None


def cost(usage: Usage, rates: Rates | None) -> float | None:
    """Return dollars, or None when a needed number is unknown. Our own runtime and echo cost 0 however many."""
    if rates is not None and rates.source == "local":
        return 0.0
    if rates is None or usage.input is None or usage.output is None:
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
