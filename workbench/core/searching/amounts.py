"""Numbers with units, and ranges of them.

Invariant: `read_range(field, write_range(field, range))` is `range`; amounts are exact decimals of dollars, tokens or
milliseconds.
"""

from __future__ import annotations

import re
from decimal import Decimal

from workbench.core.searching.language import Amount, Range

_NUMBER = re.compile(r"(\d{1,15}(?:,\d{3})*(?:\.\d{0,12})?|\.\d{1,12})")
_UNITS: dict[Amount, dict[str, Decimal]] = {
    "cost": {"": Decimal(1), "$": Decimal(1), "usd": Decimal(1), "ct": Decimal("0.01"), "¢": Decimal("0.01")},
    "tokens": {"": Decimal(1), "k": Decimal(1000), "m": Decimal(1_000_000)},
    "time": {
        "": Decimal(1000),
        "ms": Decimal(1),
        "s": Decimal(1000),
        "sec": Decimal(1000),
        "m": Decimal(60_000),
        "min": Decimal(60_000),
        "h": Decimal(3_600_000),
    },
}
_COMPARISONS = (">=", "<=", "≥", "≤", ">", "<", "=")
EXAMPLES: dict[Amount, tuple[str, ...]] = {
    "cost": (">0.01", "<0.001", "0.01..0.05", "0"),
    "tokens": (">1000", "<200", "1000..5000"),
    "time": ("<2s", ">10s", "2s..5s", ">1min"),
}


def read_range(field: Amount, text: str) -> Range | None:
    """Return the range that is written as `>0.01`, `<=2s`, `1k..5k` or `0`; None when it is none."""
    text = text.strip()
    for sign in _COMPARISONS:
        if text.startswith(sign):
            number = _read(field, text[len(sign) :])
            return None if number is None else _compared(sign, number)
    first, dots, second = text.partition("..")
    low = _read(field, first)
    high = _read(field, second) if dots else low
    if low is None or high is None:
        return None
    return Range(min(low, high), max(low, high))


def _compared(sign: str, number: Decimal) -> Range:
    if sign == "=":
        return Range(number, number)
    closed = sign in (">=", "<=", "≥", "≤")
    if sign[0] in ">≥":
        return Range(low=number, with_low=closed)
    return Range(high=number, with_high=closed)


def _read(field: Amount, text: str) -> Decimal | None:
    text = text.strip().casefold()
    if field == "cost" and text.startswith("$"):
        text = text[1:]
    found = _NUMBER.match(text)
    unit = None if found is None else _UNITS[field].get(text[found.end() :].strip())
    if found is None or unit is None:
        return None
    return _plain(Decimal(found.group().replace(",", "")) * unit)


def _plain(number: Decimal) -> Decimal:
    """Return a number in the one form in which equal ones are written the same."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def write_range(field: Amount, amounts: Range) -> str:
    """Return the shortest text that reads as this range."""
    low, high = amounts.low, amounts.high
    if low is not None and high is not None:
        return _write(field, low) if low == high else f"{_write(field, low)}..{_write(field, high)}"
    if low is not None:
        return f">{'=' if amounts.with_low else ''}{_write(field, low)}"
    if high is not None:
        return f"<{'=' if amounts.with_high else ''}{_write(field, high)}"
    raise ValueError("a range has a limit")


def _write(field: Amount, number: Decimal) -> str:
    if field != "time":
        return f"{number:f}"
    for unit, size in (("min", 60_000), ("s", 1000)):
        if number and number % size == 0:
            return f"{number / size:f}{unit}"
    return f"{number:f}ms"
