"""Short forms of figures in the sentences of Decide: shares, points, dollars, calls, times, lists.

Invariant: a number is rounded for reading and never to something that it is not: a share that is not 0 is not "0 %".
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

from workbench.core.decide.rules import DecideRules
from workbench.core.text import counted

MINUS = "−"
_TINY = 1e-9
"""Halves are rounded up, also if a half is not exact in binary."""


def percent(rate: float) -> str:
    """Return "83 %", with one decimal where it would round to 0 or 100 without being it."""
    text = f"{floor(100 * rate + 0.5 + _TINY)}"
    if (text == "0" and rate > 0) or (text == "100" and rate < 1):
        text = f"{100 * rate:.1f}"
    return f"{text} %"


def goal_percent(rate: float) -> str:
    """Return a target as it was entered: "90 %", "92.5 %"."""
    return f"{100 * rate:.4g} %"


def points(fraction: float) -> str:
    """Return "10 points", "1 point", "−4.6 points"."""
    text = signed(fraction)
    return f"{text} {'point' if text in ('1', MINUS + '1') else 'points'}"


def whole_points(fraction: float) -> str:
    """Return a difference in whole points, at least one: "10 points"."""
    return counted(max(round(100 * fraction), 1), "point")


def signed(fraction: float) -> str:
    """Return a difference in points, with one decimal if it is not whole: "3", "−4.6"."""
    number = round(100 * fraction, 1)
    text = f"{abs(number):g}"
    return f"{MINUS}{text}" if number < 0 else text


def dollars(usd: float) -> str:
    """Return "$5,280", "$12.50", "$0.04": whole from 100 on, with as many digits as small sums need."""
    size = abs(usd)
    if size >= 100:
        text = f"{size:,.0f}"
    elif size >= 0.01 or not size:
        text = f"{size:.2f}"
    else:
        text = _plain(size, 2)
    return f"{MINUS if usd < 0 else ''}${text.removesuffix('.00')}"


def rough_dollars(usd: float) -> str:
    """Return dollars that are no better than their assumptions, with two significant digits: "$2,600"."""
    return dollars(float(f"{usd:.2g}"))


def call_dollars(usd: float) -> str:
    """Return the price of a call with three significant digits: "$0.00383"."""
    return f"${_plain(usd, 3)}" if usd else "$0"


def _plain(size: float, significant: int) -> str:
    """Return a positive number with so many significant digits, never with an exponent: "0.000068"."""
    text = f"{size:,.{max(0, significant - 1 - floor(log10(size)))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: float) -> str:
    """Return a number of calls as people say it: "12,000", "1.78 million"."""
    if value >= 1_000_000:
        return f"{value / 1_000_000:.3g} million"
    if value >= 10_000:
        return f"{round(value, -2):,.0f}"
    return f"{value:,.0f}"


def seconds(ms: float) -> str:
    """Return "1.4 s", "320 ms"."""
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"


def minutes_of(calls: int, per_minute: float | None) -> float | None:
    """Return the minutes that calls take at a pace; None if it is unknown."""
    return None if not per_minute else calls / per_minute


def minutes_words(minutes: float) -> str:
    """Return "under a minute", "6 minutes", "3 hours"."""
    if minutes < 1:
        return "under a minute"
    if minutes < 90:
        return counted(ceil(minutes), "minute")
    return counted(round(minutes / 60), "hour")


def call_effort(rules: DecideRules, calls: int, usd: float | None, minutes: float | None) -> str:
    """Return ": 60 calls, about $0.40, 6 minutes"; what is unknown is left out."""
    price = "" if usd is None else "free" if not usd else f"about {dollars(usd)}"
    return rules.say(
        "effort",
        calls=counted(calls, "call"),
        cost=rules.say("effort.cost", cost=price) if price else "",
        minutes="" if minutes is None else rules.say("effort.minutes", minutes=minutes_words(minutes)),
    )


def p_text(p: float) -> str:
    """Return "= 0.02", "< 0.001", with enough digits not to round across 0.05."""
    if p < 0.001:
        return "< 0.001"
    if p >= 0.995:
        return "= 1"
    text = f"{p:.2g}"
    return f"= {text}" if (float(text) < 0.05) == (p < 0.05) else f"= {p:.4f}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
