"""Texts of a run in the history table.

Invariant: neither lanes nor cost are revealed for a blind run before it is judged.
"""

from __future__ import annotations

from workbench.core.dates import relative
from workbench.core.money import show_sum
from workbench.core.search.results import HistoryRow
from workbench.core.timeline import describe
from workbench.core.version_name import run_name

COLUMNS = ("When", "Prompt", "Iter.", "Lanes", "Winner", "Cost")
WHEN, PROMPT, NUMBER, LANES, WINNER, COST = range(6)


def cell(row: HistoryRow, column: int, now: str) -> str:
    """Return the text of a cell."""
    line = row.row
    if column == WHEN:
        return relative(line.started_at, now)
    if column == PROMPT:
        return " ".join([*(["☆"] if row.starred else ()), row.prompt, *(f"#{tag}" for tag in row.tags)])
    if column == NUMBER:
        return run_name(row.kind, line.number)
    if column == LANES:
        return "" if line.blind else " · ".join(row.lanes)
    if column == WINNER:
        return verdict(row)
    return cost(row)


def verdict(row: HistoryRow) -> str:
    """Return the verdict on a run, or else its state; and whether a part of its row is damaged."""
    return " · ".join(filter(None, (_standing(row), "damaged" if row.row.damage else "")))


def _standing(row: HistoryRow) -> str:
    line = row.row
    if line.verdict == "winner":
        return f"★ {line.winner}"
    if line.verdict != "none":
        return line.winner
    if line.running:
        return "running"
    return "blind, not judged" if line.blind else line.outcome.words


def cost(row: HistoryRow) -> str:
    """Return the cost of a run; "" while it is hidden or unknown."""
    if row.row.running or row.row.blind or row.is_uncounted:
        return ""
    return show_sum(row.cost_usd, row.unpriced)


def cost_in_line(row: HistoryRow) -> str:
    """Return the cost for a line of facts, where “unknown” alone would be ambiguous."""
    told = cost(row)
    return f"cost {told}" if told == "unknown" else told


def marks_of(row: HistoryRow) -> list[str]:
    """Return the marks that users put on a run, in words."""
    marks = (("starred", row.starred), ("archived", row.archived), ("deleted", row.deleted))
    return [*(word for word, is_so in marks if is_so), *(f"tag {tag}" for tag in row.tags)]


def whole(row: HistoryRow) -> str:
    """Return one line with all information of a row, for tooltips and screen readers."""
    parts = [
        row.prompt,
        describe(row.row),
        "" if row.row.blind else ", ".join(row.lanes),
        cost(row) and f"cost {cost(row)}",
        f"{row.unpriced} without a price" if row.unpriced and cost(row) == "unknown" else "",
        *marks_of(row),
    ]
    return " · ".join(filter(None, parts))
