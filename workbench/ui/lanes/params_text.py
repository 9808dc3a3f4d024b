"""Parameters as people type them.

Invariant: an empty field means not set; what cannot be read raises ValueError with a sentence that says what would do.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any

from workbench.ui.lanes.wording import escaped

OWN_KEYS = frozenset({"model", "messages", "stream"})
"""What the workbench itself puts into a request."""
FIELD_KEYS = frozenset({"temperature", "top_p", "max_tokens", "stop", "seed", "reasoning_effort"})

LIMIT = 64_000
"""Characters: a schema fits many times over, and a whole file that was pasted by mistake does not."""
TOO_LONG = f"longer than {LIMIT:,} characters. Paste less."
_DIGITS = 300
"""More than any number of a provider has, and fewer than Python would refuse with words of its own."""
_ESCAPES = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r"}
_INTEGER = re.compile(r"[+-]?\d{1,18}")


def read_number(text: str, name: str, low: float, high: float) -> float | None:
    """Read a decimal number; a comma counts as the decimal point."""
    text = text.strip().replace(",", ".")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise ValueError(f"{name} is a number from {low:g} to {high:g}.")
    return value


def read_integer(text: str, name: str, low: int | None = None) -> int | None:
    """Read a whole number, not below `low`."""
    text = text.strip()
    if not text:
        return None
    if not _INTEGER.fullmatch(text) or (low is not None and int(text) < low):
        raise ValueError(f"{name} is a whole number" + ("." if low is None else f", at least {low}."))
    return int(text)


def show_number(value: float | int | None) -> str:
    """Return what `read_number` and `read_integer` read back as the same value."""
    if value is None:
        return ""
    return repr(int(value)) if isinstance(value, float) and value.is_integer() else repr(value)


def read_stops(text: str) -> tuple[str, ...]:
    r"""Read stop sequences, one a line, with \n, \t, \r and \\; empty lines count for nothing."""
    return tuple(_unescaped(line, number) for number, line in enumerate(text.split("\n"), start=1) if line)


def show_stops(stops: Iterable[str]) -> str:
    """Return what `read_stops` reads back as the same sequences."""
    return "\n".join(escaped(stop) for stop in stops)


def _unescaped(line: str, number: int) -> str:
    def replaced(match: re.Match[str]) -> str:
        if (letter := match.group(1)) in _ESCAPES:
            return _ESCAPES[letter]
        shown = f"\\{letter}" if letter else "A backslash at the end"
        raise ValueError(f"Line {number}: {shown} means nothing here. Write \\\\ for a backslash, \\n for a new line.")

    return re.sub(r"\\(.?)", replaced, line)


def read_extra(text: str) -> str:
    """Read extra JSON; return it on one line, "" for nothing or an empty object."""
    if not text.strip():
        return ""
    if len(text) > LIMIT:
        raise ValueError(f"This is {TOO_LONG}")
    try:
        data = json.loads(
            text, object_pairs_hook=_no_doubles, parse_constant=_no_constant, parse_float=_finite, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        place = f"Line {error.lineno}, column {error.colno}"
        raise ValueError(f"{place}: this is not JSON ({error.msg[:1].lower()}{error.msg[1:]}).") from error
    except RecursionError as error:
        raise ValueError("This JSON is nested too deeply.") from error
    if not isinstance(data, dict):
        raise ValueError('Extra parameters are a JSON object, such as {"top_k": 40}.')
    if own := sorted(OWN_KEYS & data.keys()):
        raise ValueError(f"“{own[0]}” is set by the workbench; remove it here.")
    return json.dumps(data, ensure_ascii=False) if data else ""


def show_extra(extra: str) -> str:
    """Return extra JSON over several lines; what is no JSON as it is, so that it can be mended."""
    try:
        return json.dumps(json.loads(extra), ensure_ascii=False, indent=2) if extra else ""
    except ValueError:
        return extra


def overridden(extra: str, set_fields: Iterable[str]) -> str:
    """Return a remark when extra JSON replaces what a field sets, "" otherwise."""
    both = sorted(FIELD_KEYS & set(set_fields) & json.loads(extra).keys()) if extra else []
    return f"“{both[0]}” here replaces the field above." if both else ""


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"“{next(n for n in names if names.count(n) > 1)}” appears twice in the same object.")
    return data


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number. Use null, or leave the parameter out.")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{_shortened(text)} is too large for a number. Use a smaller one.")
    return value


def _integer(text: str) -> int:
    if len(text) > _DIGITS:
        raise ValueError(f"{_shortened(text)} has too many digits. Use a smaller number, or put it in quotes.")
    return int(text)


def _shortened(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:20]}…"
