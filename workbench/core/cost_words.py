"""What one answer cost, in words.

Invariant: only answers of our own runtime and echo are free; a cost of zero that a server reported is "$0".
"""

from __future__ import annotations

from workbench.core.money import show_cost
from workbench.core.runs import Result


def is_free(result: Result) -> bool:
    """Whether our own runtime or echo answered."""
    return result.rates is not None and result.rates.source == "local"


def cost_words(result: Result) -> str:
    """Return "free", "unknown", "$0.0004" or "about $0.0004"."""
    return show_cost(result.cost_usd, free=is_free(result), about=result.usage.source == "estimate")
