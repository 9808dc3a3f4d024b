"""Wording of the cost of one answer.

Invariant: only answers of the built-in runtime and of echo are "free"; a zero cost reported by a server is "$0".
"""

from __future__ import annotations

from workbench.core.money import show_cost
from workbench.core.runs import Result


def is_free(result: Result) -> bool:
    """Whether the built-in runtime or echo answered."""
    return result.rates is not None and result.rates.source == "local"


def cost_words(result: Result) -> str:
    """Return "free", "unknown", "$0.0004" or "about $0.0004"."""
    return show_cost(result.cost_usd, free=is_free(result), about=result.usage.source == "estimate")
