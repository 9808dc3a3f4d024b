"""Incremental JSON parser.

Invariant: the result equals that of the standard library's decoder. Short values are passed to that decoder; longer
ones are traversed member by member.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from json import JSONDecodeError, JSONDecoder
from typing import Any

STEP = 20_000
"""Characters between two yields; a single string or number may be longer."""
_SHORT = 2_000
"""Characters up to which an object or array is decoded at once."""
_DEEPEST = 400
"""Maximum nesting depth; a deeper tree would be unreadable."""
_SPACE = re.compile(r"[ \t\n\r]*")
_CLOSING = {"{": "}", "[": "]"}


def reading(text: str, decoder: JSONDecoder) -> Generator[None, None, Any]:
    """Return the value of a text that is JSON as a whole; yields after every `STEP` characters.

    Raises JSONDecodeError, RecursionError for too deep nesting, and what `decoder` raises.
    """
    around: list[tuple[dict[str, Any] | list[Any], str]] = []
    at, rested = _space(text, 0), 0
    name = ""
    while True:
        if at - rested > STEP:
            rested = at
            yield
        closing = _CLOSING.get(text[at : at + 1])
        whole = _short(text, at, decoder) if closing else decoder.raw_decode(text, at)
        if whole is None:
            value: Any = {} if closing == "}" else []
            at = _space(text, at + 1)
            if not text.startswith(str(closing), at):
                if len(around) == _DEEPEST:
                    raise RecursionError
                around.append((value, name))
                if isinstance(value, dict):
                    name, at = _name(text, at, decoder)
                continue
            at += 1
        else:
            value, at = whole
        # Add it to its container, which may end with it.
        while around:
            outer, outer_name = around[-1]
            if isinstance(outer, dict):
                outer[name] = value
            else:
                outer.append(value)
            at = _space(text, at)
            closing = "}" if isinstance(outer, dict) else "]"
            if text.startswith(",", at):
                at = _space(text, at + 1)
                if isinstance(outer, dict):
                    name, at = _name(text, at, decoder)
                break
            if not text.startswith(closing, at):
                raise JSONDecodeError("Expecting ',' delimiter", text, at)
            around.pop()
            value, name, at = outer, outer_name, at + 1
        else:
            at = _space(text, at)
            if at < len(text):
                raise JSONDecodeError("Extra data", text, at)
            return value


def _short(text: str, at: int, decoder: JSONDecoder) -> tuple[Any, int] | None:
    """Return the object or array at an offset, and its end; None when it is long or invalid."""
    try:
        value, size = decoder.raw_decode(text[at : at + _SHORT])
    except JSONDecodeError:
        return None
    return value, at + size


def _name(text: str, at: int, decoder: JSONDecoder) -> tuple[str, int]:
    """Return the name of a member, and the offset of its value."""
    if not text.startswith('"', at):
        raise JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
    name, end = decoder.raw_decode(text, at)
    end = _space(text, end)
    if not text.startswith(":", end):
        raise JSONDecodeError("Expecting ':' delimiter", text, end)
    return str(name), _space(text, end + 1)


def _space(text: str, at: int) -> int:
    """Return the end of the white space at an offset."""
    found = _SPACE.match(text, at)
    return found.end() if found is not None else at
