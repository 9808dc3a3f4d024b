"""JSON parsing with bounds, for rows and files from untrusted sources.

Invariant: parsing takes at most a few hundred MB of memory for any input. Unbounded, 45 MB of empty lists would take
more than a gigabyte.
"""

from __future__ import annotations

import json
from typing import Any

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
