"""Numbers as people type them in forms."""

from __future__ import annotations

import math
import re

_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


def typed_number(text: str) -> float | None:
    """Return a number typed with a comma or a point, perhaps after a dollar sign; None for anything else."""
    plain = text.strip().removeprefix("$")
    plain = plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain.replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def shown_number(value: float | None) -> str:
    """Return a number as it stands in a field; "" for None."""
    return "" if value is None else f"{round(value, 6):.10g}"
