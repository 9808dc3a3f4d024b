"""JSON of stored rows and files, which may be anybody's.

Invariant: what is read of a text takes some hundred MB at most, whatever it holds. 45 MB of empty lists would take more
than a gigabyte.
"""

from __future__ import annotations

import json
from typing import Any

MOST_PARTS = 2_000_000
"""Of values in a text."""
DEEPEST = 200
"""Maximum nesting; code that walks the values recurses once per level."""
# Possessive, so that no way back through a long string is remembered.
_STRING = r'"(?:[^"\\]++|\\.)*+"'


def load(text: str | bytes, **hooks: Any) -> Any:
    """Return what JSON holds; `hooks` are those of `json.loads`.

    Raises ValueError, also for more than MOST_PARTS values and for what is nested more than DEEPEST deep;
    RecursionError; TypeError for what is no text.
    """
    if len(text) > MOST_PARTS and _parts(text) > MOST_PARTS:
        import re  # hardly any text is so long, and the first paint waits for this module

        # Nor do strings count, which may be tables of thousands of lines.
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
    """Return how many values there are at most: commas and brackets within strings are counted, too."""
    if isinstance(text, bytes):
        return text.count(b",") + text.count(b"[") + text.count(b"{")
    return text.count(",") + text.count("[") + text.count("{")
