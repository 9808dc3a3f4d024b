"""Comparing answers with each other, and prompts with their earlier versions.

Invariant: a comparison without a base has a sentence instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.core.content import Content
from workbench.core.content_diff import PartDiff, compare, parts_of
from workbench.core.diff import TextDiff, diff_texts
from workbench.core.json_diff import JsonChange, diff_json
from workbench.core.lanes import Lane
from workbench.core.runs import PastAnswer
from workbench.core.timeline import Detail, VersionDetail
from workbench.store import Store

Against = Literal["previous", "winner", "lane"]

NO_PREVIOUS = (
    "No earlier iteration of this lane has a finished answer for these values. Run again, or choose another base."
)
NO_WINNER = "No answer to this prompt is marked the winner yet. Mark one, or choose another base."
IS_WINNER = "This answer is the winner that the others are compared with."


@dataclass(frozen=True, slots=True)
class ComparisonBase:
    """What answers are compared with; for a lane, `slot` names it."""

    kind: Against = "previous"
    slot: str = ""


@dataclass(frozen=True, slots=True)
class ComparedAnswer:
    """An answer and its difference from a base.

    `base` names the base ("iteration 13", "" for none), `short` is its name for small spaces ("13"). `sentence` says
    why there is no `diff`. `data` holds the differences as JSON, None unless both answers are JSON.
    """

    base: str
    diff: TextDiff | None = None
    data: tuple[JsonChange, ...] | None = None
    sentence: str = ""
    short: str = ""


def base_name(store: Store, base: ComparisonBase, output_uid: str) -> str:
    """Return the name of an answer's base in the history, "" for none. Blocks."""
    found = store.winning_answer(output_uid) if base.kind == "winner" else store.previous_answer(output_uid)
    if found is None or found.uid == output_uid:
        return ""
    return f"the winner, {found.number} {found.title}" if base.kind == "winner" else f"iteration {found.number}"


def against_history(store: Store, base: ComparisonBase, output_uid: str, text: str) -> ComparedAnswer:
    """Compare an answer with its lane's previous one or with the winner. Blocks; use it on worker threads."""
    if base.kind == "winner":
        found: PastAnswer | None = store.winning_answer(output_uid)
        if found is None:
            return ComparedAnswer("winner", sentence=NO_WINNER, short="winner")
        if found.uid == output_uid:
            return ComparedAnswer("winner", sentence=IS_WINNER)
        return compared(f"winner · {found.number} {found.title}", found.text, text, "winner")
    found = store.previous_answer(output_uid)
    if found is None:
        return ComparedAnswer("previous", sentence=NO_PREVIOUS, short="previous")
    return compared(f"iteration {found.number}", found.text, text, str(found.number))


def compared(base: str, old: str, new: str, short: str = "") -> ComparedAnswer:
    """Compare two answers; `short` is the base's name for small spaces. Takes up to seconds for megabytes."""
    return ComparedAnswer(base, diff_texts(old, new), diff_json(old, new), short=short or base)


@dataclass(frozen=True, slots=True)
class ComparisonSide:
    """One side of a comparison of prompts: content and lanes, from the history or the editor."""

    content: Content
    lanes: tuple[Lane, ...] = ()


def side_of(detail: Detail) -> ComparisonSide:
    """Return a row of the timeline as one side of a comparison."""
    lanes = () if isinstance(detail, VersionDetail) else tuple(lane.lane for lane in detail.lanes)
    return ComparisonSide(detail.content, lanes)


def compare_prompts(old: ComparisonSide, new: ComparisonSide) -> tuple[PartDiff, ...]:
    """Compare two prompts part by part. Lanes are compared only if both sides have some."""
    both = bool(old.lanes and new.lanes)
    return compare(parts_of(old.content, old.lanes if both else ()), parts_of(new.content, new.lanes if both else ()))


def against_parent(
    store: Store, prompt_uid: str, version: int, content: Content
) -> tuple[int | None, tuple[PartDiff, ...]]:
    """Compare a version with its parent: the parent's number and the differences, None and () without one. Blocks."""
    parent = store.version(prompt_uid, version).parent
    if parent is None:
        return None, ()
    return parent, compare_prompts(ComparisonSide(store.version(prompt_uid, parent).content), ComparisonSide(content))
