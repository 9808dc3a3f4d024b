"""JavaScript's conversions and white space, on which promptfoo's verdicts depend.

A JSON value that is absent is MISSING, which JavaScript calls undefined.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any, Final

WHITE = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
r"""The characters of JavaScript's `\s`; `str.strip` and `str.split` use others."""
_TO_SPACES = str.maketrans(dict.fromkeys(WHITE, " "))
_LARGEST_EXACT = 2**53
_RADIX = {"0x": 16, "0o": 8, "0b": 2}


class Missing:
    """The type of MISSING."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


def trim(text: str) -> str:
    """Return the text without white space at both ends."""
    return text.strip(WHITE)


def words(text: str) -> list[str]:
    """Return the runs of characters between white space; an empty list for a blank text."""
    return [word for word in text.translate(_TO_SPACES).split(" ") if word]


def is_number(value: object) -> bool:
    """Whether a JSON value is a number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def to_string(value: object) -> str:
    """Return `String(value)`."""
    if isinstance(value, str):
        return value
    if value is MISSING:
        return "undefined"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, list):
        return ",".join("" if item is None else to_string(item) for item in value)
    return "[object Object]"


def printed(value: object) -> str:
    """Return the value as a template prints it: nothing for null and undefined."""
    return "" if value is None or value is MISSING else to_string(value)


def to_number(value: object) -> float:
    """Return `Number(value)`, NaN for what is none."""
    if value is None:
        return 0.0
    if isinstance(value, bool | int | float):
        return as_double(value)
    if isinstance(value, list):
        return to_number(to_string(value))
    if not isinstance(value, str):
        return math.nan
    text = trim(value)
    if not text:
        return 0.0
    try:
        if radix := _RADIX.get(text[:2].lower()):
            return as_double(int(text[2:], radix)) if text[2:].isalnum() and text.isascii() else math.nan
        if text.lstrip("+-") == "Infinity":
            return -math.inf if text.startswith("-") else math.inf
        if not text.isascii() or "_" in text or text.lstrip("+-")[:1] not in "0123456789.":
            return math.nan
        return float(text)
    except ValueError:
        return math.nan


def is_truthy(value: object) -> bool:
    """Whether JavaScript takes the value for true: empty lists and maps are."""
    if value is MISSING or value is None:
        return False
    if isinstance(value, list | dict):
        return True
    return bool(value) and value == value


def as_double(number: float) -> float:
    """Return the nearest double, an infinity when there is none."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def utf16(text: str) -> str:
    """Return a text with one character per UTF-16 unit, as JavaScript counts them."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    raw = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(raw[at] | raw[at + 1] << 8) for at in range(0, len(raw), 2))


def unlowered(text: str, place: tuple[int, int]) -> tuple[int, int]:
    """Convert a place in `text.lower()`, in which some characters become two, to one in `text`."""
    at, start = 0, 0
    for number, character in enumerate(text):
        after = at + len(character.lower())
        if at <= place[0] < after:
            start = number
        if after >= place[1]:
            return start, max(number + 1, start)
        at = after
    return start, len(text)


def same_json(one: Any, other: Any) -> bool:
    """Whether two JSON values are deeply equal in JavaScript: numbers are doubles, true is not 1, 0 is not -0."""
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and one.keys() == other.keys()
            and all(same_json(item, other[key]) for key, item in one.items())
        )
    if isinstance(one, list):
        return (
            isinstance(other, list)
            and len(one) == len(other)
            and all(same_json(first, second) for first, second in zip(one, other, strict=True))
        )
    if is_number(one) and is_number(other):
        first, second = as_double(one), as_double(other)
        return first == second and math.copysign(1, first) == math.copysign(1, second)
    return type(one) is type(other) and bool(one == other)


def _number_text(value: float) -> str:
    if isinstance(value, int) and abs(value) <= _LARGEST_EXACT:
        return str(value)
    number = as_double(value)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    shown = "".join(map(str, digits))
    assert isinstance(exponent, int)
    point = len(shown) + exponent
    if 0 < point <= 21:
        body = shown.ljust(point, "0") if exponent >= 0 else f"{shown[:point]}.{shown[point:]}"
    elif -6 < point <= 0:
        body = f"0.{'0' * -point}{shown}"
    else:
        mantissa = shown if len(shown) == 1 else f"{shown[0]}.{shown[1:]}"
        body = f"{mantissa}e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return f"-{body}" if sign else body
