"""Parser for untrusted JSON.

Invariant: every returned value can be walked, serialised and stored safely: it is at most MAX_DEPTH levels deep and
holds only finite numbers.
"""

from __future__ import annotations

import json
import math
from typing import Any

MAX_DEPTH = 100


def parse(text: str | bytes) -> Any:
    """Parse JSON; NaN and infinities, which JSON does not allow, become null.

    Raises ValueError on invalid JSON and on more than MAX_DEPTH levels.
    """
    try:
        value = json.loads(text, parse_constant=lambda name: None, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("It is nested too deeply.") from error
    # Counting brackets is cheap, and few answers have enough of them to need the walk.
    opened = text.count(b"[") + text.count(b"{") if isinstance(text, bytes) else text.count("[") + text.count("{")
    if opened > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise ValueError("It is nested too deeply.")
    return value


def text_of(value: object) -> str:
    """Return a value that should be a text, "" for anything else."""
    return value if isinstance(value, str) else ""


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [
            item
            for one in level
            if isinstance(one, list | dict)
            for item in (one.values() if isinstance(one, dict) else one)
        ]
    return depth
