"""Texts of the cells of the grid: what a cell shows, its tooltip, and its samples.

Invariant: every result is told by a sign or word, never by colour alone.
"""

from __future__ import annotations

from workbench.core.testing.answer_ages import age_in_days, days_ago
from workbench.core.testing.grid import CellStatus, GridCell
from workbench.core.visible_text import visible_name

STATUS_WORDS: dict[CellStatus, str] = {
    "open": "not asked yet",
    "running": "running",
    "pass": "pass",
    "fail": "fail",
    "unscored": "unscored",
    "no_answer": "no answer",
    "unchecked": "not checked",
}
STATUS_SIGNS: dict[CellStatus, str] = {
    "open": "",
    "running": "…",
    "pass": "✓",
    "fail": "✗",
    "unscored": "?",
    "no_answer": "–",
    "unchecked": "·",
}


def cell_words(cell: GridCell, *, results: bool, beside: str = "") -> str:
    """Return the line of a cell: the answer, or with `results` what came of it.

    In a probe the result of the other run comes first.
    """
    return " · ".join(filter(None, (beside_words(cell, beside), _cell_words(cell, results=results))))


def beside_words(cell: GridCell, beside: str) -> str:
    """Return the result that stands beside that of a probe, after the word `beside`: "was ✗"; "" for none."""
    if not beside or not cell.before:
        return ""
    return f"{beside} {STATUS_SIGNS[cell.before] or STATUS_WORDS[cell.before]}"


def _cell_words(cell: GridCell, *, results: bool) -> str:
    if cell.status == "open":
        return ""
    if cell.status == "running":
        return "running"
    if not results:
        return visible_name(" ".join(cell.text.split()))
    parts = [STATUS_WORDS[cell.status]]
    if cell.is_flaky:
        parts = [f"passes {cell.passed} of {cell.scored}"]
    if cell.votes is not None and cell.votes[1]:
        parts.append(votes_words(cell.votes))
    if cell.score is not None and 0 < cell.score < 1:
        parts.append(f"{cell.score:.2f}")
    if cell.is_overruled:
        parts.append("overruled")
    if cell.reason and cell.status != "pass":
        parts.append(visible_name(" ".join(cell.reason.split())))
    return " · ".join(parts)


def cell_tip(cell: GridCell, now: str) -> str:
    """Return everything about a cell, for its tooltip and screen readers."""
    parts = [STATUS_WORDS[cell.status], samples_words(cell)]
    if cell.is_overruled:
        parts.append("a check is overruled")
    ago = days_ago(age_in_days(cell.answered_at, now))
    if cell.is_reused:
        parts.append(f"answer of an earlier run{', ' if ago else ''}{ago}")
    elif ago:
        parts.append(f"answered {ago}")
    first = " · ".join(filter(None, parts))
    return "\n".join(filter(None, (first, cell.reason, cell.text)))


def votes_words(votes: tuple[int, int]) -> str:
    """Return how many of how many answers are the same as the shown one."""
    return f"{votes[0]} of {votes[1]} answers agree"


def samples_words(cell: GridCell, sample: int = 0) -> str:
    """Return "1 of 3 · passes 1, fails 2: flaky", of a vote "1 of 3 · 2 of 3 answers agree"; "" for a single sample."""
    if cell.samples < 2:
        return ""
    if cell.votes is not None:
        voted = " · the voted answer" if sample == cell.sample else ""
        return f"{sample + 1} of {cell.samples} · {votes_words(cell.votes)}{voted}"
    words = f"{sample + 1} of {cell.samples} · passes {cell.passed}, fails {cell.scored - cell.passed}"
    return f"{words}: flaky" if cell.is_flaky else words
