"""Numbers with units, and ranges of them.

Invariant: `read_range(units, write_range(units, range)) == range`; amounts are exact decimals of dollars, tokens or
milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from workbench.core.search.query import QueryRange

_NUMBER = re.compile(r"(\d{1,15}(?:,\d{3})*(?:\.\d{0,12})?|\.\d{1,12})")
_COMPARISONS = (">=", "<=", "≥", "≤", ">", "<", "=")


@dataclass(frozen=True, slots=True)
class AmountUnits:
    """The lower-case unit suffixes of a number, with their sizes in the stored unit.

    `written` are the suffixes used for output, the largest first; the last one has size 1. `sign` is an optional prefix
    of a number.
    """

    sizes: Mapping[str, Decimal]
    written: tuple[str, ...] = ("",)
    sign: str = ""


DOLLARS = AmountUnits(
    {"": Decimal(1), "$": Decimal(1), "usd": Decimal(1), "ct": Decimal("0.01"), "¢": Decimal("0.01")}, sign="$"
)
COUNT = AmountUnits({"": Decimal(1), "k": Decimal(1000), "m": Decimal(1_000_000)})
DURATION = AmountUnits(
    {
        "": Decimal(1000),
        "ms": Decimal(1),
        "s": Decimal(1000),
        "sec": Decimal(1000),
        "m": Decimal(60_000),
        "min": Decimal(60_000),
        "h": Decimal(3_600_000),
    },
    written=("min", "s", "ms"),
)
"""Durations in ms; a number without a unit is in seconds."""


def read_range(units: AmountUnits, text: str) -> QueryRange | None:
    """Parse a range such as `>0.01`, `<=2s`, `1k..5k` or `0`; None if it is invalid."""
    text = text.strip()
    for sign in _COMPARISONS:
        if text.startswith(sign):
            number = _read(units, text[len(sign) :])
            return None if number is None else _compared(sign, number)
    first, dots, second = text.partition("..")
    low = _read(units, first)
    high = _read(units, second) if dots else low
    if low is None or high is None:
        return None
    return QueryRange(min(low, high), max(low, high))


def _compared(sign: str, number: Decimal) -> QueryRange:
    if sign == "=":
        return QueryRange(number, number)
    closed = sign in (">=", "<=", "≥", "≤")
    if sign[0] in ">≥":
        return QueryRange(low=number, with_low=closed)
    return QueryRange(high=number, with_high=closed)


def _read(units: AmountUnits, text: str) -> Decimal | None:
    text = text.strip().casefold()
    if units.sign and text.startswith(units.sign):
        text = text[len(units.sign) :]
    found = _NUMBER.match(text)
    size = None if found is None else units.sizes.get(text[found.end() :].strip())
    if found is None or size is None:
        return None
    return _plain(Decimal(found.group().replace(",", "")) * size)


def _plain(number: Decimal) -> Decimal:
    """Return a number in canonical form, so that equal numbers are written the same."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def write_range(units: AmountUnits, amounts: QueryRange) -> str:
    """Return the shortest text that parses as this range. Raises ValueError for a range without limits."""
    low, high = amounts.low, amounts.high
    if low is not None and high is not None:
        return _write(units, low) if low == high else f"{_write(units, low)}..{_write(units, high)}"
    if low is not None:
        return f">{'=' if amounts.with_low else ''}{_write(units, low)}"
    if high is not None:
        return f"<{'=' if amounts.with_high else ''}{_write(units, high)}"
    raise ValueError("a range has a limit")


def _write(units: AmountUnits, number: Decimal) -> str:
    *larger, smallest = units.written
    for unit in larger:
        size = units.sizes[unit]
        if number and number % size == 0:
            return f"{number / size:f}{unit}"
    return f"{number:f}{smallest}"
