"""JSON from strangers.

Invariant: what is returned can be walked, written and stored by everything behind this: it is at most MAX_DEPTH deep
and holds no number that JSON has no form for.
"""

from __future__ import annotations

import json
import math
from typing import Any

MAX_DEPTH = 100


def parse(text: str | bytes) -> Any:
    """Parse JSON; NaN and infinities, which are none, become null. Raises ValueError, also for what is too deep."""
    try:
        value = json.loads(text, parse_constant=lambda name: None, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("It is nested too deeply.") from error
    # Counting brackets costs next to nothing, and few answers have enough of them to be deep.
    opened = text.count(b"[") + text.count(b"{") if isinstance(text, bytes) else text.count("[") + text.count("{")
    if opened > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise ValueError("It is nested too deeply.")
    return value


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
