"""Parsing of extra parameters as JSON; `core.parameters` parses those that have a row.

Invariant: an empty field means not set; invalid input raises ValueError with a sentence that says what is accepted.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from typing import Any

from workbench.core.extra_parameters import sort_parameters
from workbench.core.parameter import Value

OWN_KEYS = frozenset({"model", "messages", "stream"})
"""Keys that the workbench itself puts into a request."""

LIMIT = 64_000
"""Characters: many times the size of a schema, but less than a whole file pasted by mistake."""
TOO_LONG = f"longer than {LIMIT:,} characters. Paste less."
_DIGITS = 300
"""More digits than any provider's number has, and fewer than Python refuses with an error of its own."""


def read_extra(text: str) -> str:
    """Return extra JSON on one line, "" for nothing or an empty object. Raises ValueError for invalid input."""
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
        raise ValueError('Extra parameters must be a JSON object, such as {"top_k": 40}.')
    if own := sorted(OWN_KEYS & data.keys()):
        raise ValueError(f"“{own[0]}” is set by the workbench; remove it here.")
    return json.dumps(data, ensure_ascii=False) if data else ""


def show_extra(extra: str) -> str:
    """Return extra JSON pretty-printed; invalid JSON is returned unchanged, so that it can be corrected."""
    try:
        return json.dumps(json.loads(extra), ensure_ascii=False, indent=2) if extra else ""
    except ValueError:
        return extra


def sort_extra(extra: str, set_fields: Collection[str]) -> tuple[str, dict[str, Value]]:
    """Split extra JSON into the part without a field of its own and the values for the fields.

    Raises ValueError for a value that its field does not accept, and for any of the fields in `set_fields`.
    """
    found = sort_parameters(json.loads(extra) if extra else {})
    if found.problems:
        raise ValueError(found.problems[0])
    if both := sorted(set(set_fields) & found.values.keys()):
        raise ValueError(f"“{both[0]}” is set above, too. Remove one of the two.")
    return json.dumps(found.rest, ensure_ascii=False) if found.rest else "", found.values


def stored_remark(extra: str, set_fields: Collection[str]) -> tuple[str, str]:
    """Return a remark about extra JSON kept as stored ("" for none), and its role."""
    found = sort_parameters(json.loads(extra) if extra else {})
    if found.problems:
        return found.problems[0], "error"
    both = sorted(set(set_fields) & found.values.keys())
    return (f"“{both[0]}” here replaces the field above." if both else ""), "muted"


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
