"""Wording and state checks shared by all displays of answers.

Invariant: pure.
"""

from __future__ import annotations

from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.cost_words import cost_words
from workbench.core.empty_answers import state_words
from workbench.core.runs import ADDRESS, ENDED, Mark, Result

RUNNING = frozenset({"waiting", "queued", "streaming"})


def is_running(status: LaneStatus) -> bool:
    """Whether the lane is still expecting output."""
    return status.state in RUNNING


def has_ended(status: LaneStatus) -> bool:
    """Whether the shown output is final."""
    return status.state in ENDED


def seconds(ms: float, places: int = 1) -> str:
    """Return a readable duration: "0.31 s", "12 s", "3 min 05 s"."""
    if ms < 10_000:
        return f"{ms / 1000:.{places}f} s"
    whole = int(ms // 1000)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60:02} s"


def mark_sentence(mark: Mark) -> str:
    """Return a mark as a sentence."""
    if mark.name == ADDRESS:
        return f"Sent to {mark.detail}."
    what = "refused and left out" if mark.kind == "refused" else mark.kind
    return f"{mark.name} was {what}" + (f": {mark.detail}" if mark.detail else ".")


def answer_figures(result: Result) -> str:
    """Return how an answer ended, its duration, tokens and cost."""
    took, usage = result.timing.duration, result.usage
    parts: list[str] = [] if (state := state_words(result)) == "finished" else [state]
    if took is not None:
        parts.append(f"{seconds(took)}")
    if usage.output is not None:
        parts.append(f"{usage.output:,} tokens")
    if result.cost_usd is None and result.request is not None:
        parts.append("cost unknown")
    elif result.cost_usd is not None:
        parts.append(cost_words(result))
    return " · ".join(parts)
