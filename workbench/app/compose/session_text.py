"""Formats the time and cost of the session."""

from __future__ import annotations

from workbench.core.dates import duration
from workbench.core.money import show_cost
from workbench.usecases.session import SessionStats


def session_line(stats: SessionStats) -> str:
    """Return "Session $0.0132 · 14 iterations · median loop 9.2 s", "" before the first iteration."""
    if not stats.iterations:
        return ""
    parts = [f"Session {show_cost(stats.spent_usd, about=stats.about)}"]
    if stats.unknown:
        answers = "1 answer without a price" if stats.unknown == 1 else f"{stats.unknown:,} answers without prices"
        parts[0] += f" + {answers}"
    parts.append("1 iteration" if stats.iterations == 1 else f"{stats.iterations:,} iterations")
    if stats.median_loop_ms is not None:
        parts.append(f"median loop {duration(stats.median_loop_ms)}")
    return " · ".join(parts)


def session_detail(stats: SessionStats) -> str:
    """Return the explanation of the line, for its tooltip."""
    lines = ["Since this window opened: cost, iterations, and the median time between runs."]
    if stats.unknown:
        lines.append("Answers without a price are not in the sum. Set their prices in the model picker to count them.")
    if stats.cached:
        spared = f", which saved about {show_cost(stats.saved_usd)}" if stats.saved_usd else ""
        lines.append(f"{stats.cached:,} input tokens came from providers' caches{spared}.")
    if stats.about:
        lines.append("Part of the sum is estimated, because a provider did not report its usage.")
    return "\n".join(lines)
