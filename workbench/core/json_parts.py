"""JSON parsing: with bounds, for rows and files from untrusted sources, and of objects that a person typed.

Invariant: parsing takes at most a few hundred MB of memory for any input. Unbounded, 45 MB of empty lists would take
more than a gigabyte. Typed text is checked, never changed; errors against RFC 8259 are reported with their line.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

MOST_PARTS = 2_000_000
"""Maximum number of values in a text."""
DEEPEST = 200
"""Maximum nesting; code that walks the values recurses once per level."""
# Possessive quantifiers, so that a long string needs no memory for backtracking.
_STRING = r'"(?:[^"\\]++|\\.)*+"'


def load(text: str | bytes, **hooks: Any) -> Any:
    """Parse JSON; `hooks` are the keyword arguments of `json.loads`.

    Raises ValueError, also for more than MOST_PARTS values and for nesting deeper than DEEPEST; RecursionError;
    TypeError if `text` is neither str nor bytes.
    """
    if len(text) > MOST_PARTS and _parts(text) > MOST_PARTS:
        import re  # here, because few texts are so long, and the first paint loads this module

        # Count again without strings, which may be tables of thousands of lines.
        words = re.sub(_STRING.encode(), b"", text) if isinstance(text, bytes) else re.sub(_STRING, "", text)
        if _parts(words) > MOST_PARTS:
            raise ValueError(f"it has more than {MOST_PARTS:,} values")
    value = json.loads(text, **hooks)
    opened = text.count(b"[") + text.count(b"{") if isinstance(text, bytes) else text.count("[") + text.count("{")
    if opened > DEEPEST and _is_deep(value):
        raise ValueError(f"it is nested more than {DEEPEST} deep")
    return value


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [
            item
            for one in level
            if isinstance(one, list | dict)
            for item in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True


def _parts(text: str | bytes) -> int:
    """Return an upper bound of the number of values: commas and brackets within strings are counted, too."""
    if isinstance(text, bytes):
        return text.count(b",") + text.count(b"[") + text.count(b"{")
    return text.count(",") + text.count("[") + text.count("{")


def no_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which `json` reads; its `parse_constant`. Raises ValueError."""
    raise ValueError(f"{name} is not JSON")


def read_object(text: str) -> dict[str, Any]:
    """Return the JSON object in `text`. Raises ValueError with a sentence that names the line."""
    try:
        value = json.loads(text, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"Line {error.lineno}, column {error.colno}: {error.msg}.") from error
    except RecursionError as error:
        raise ValueError("This is nested too deeply.") from error
    if not isinstance(value, dict):
        raise ValueError("This is JSON, but not an object in braces.")
    return value


def fault(text: str) -> str:
    """Return a sentence about the error in `text`, "" if it is a JSON object or blank."""
    if not text.strip():
        return ""
    try:
        read_object(text)
    except ValueError as error:
        return str(error)
    return ""
