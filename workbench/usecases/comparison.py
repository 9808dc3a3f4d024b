"""Answers against one another, and prompts against their own past.

Invariant: there is a sentence wherever there is nothing to compare with.
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
IS_WINNER = "This answer is the winner, with which the others are compared."


@dataclass(frozen=True, slots=True)
class ComparisonBase:
    """What answers are compared with; `slot` names the lane when it is one."""

    kind: Against = "previous"
    slot: str = ""


@dataclass(frozen=True, slots=True)
class ComparedAnswer:
    """An answer against its base. `base` names it ("iteration 13"), `short` where there is little room ("13"), "" for
    none; `sentence` says why there is no `diff`.

    `data` are the differences of both as JSON, None when one of them is none.
    """

    base: str
    diff: TextDiff | None = None
    data: tuple[JsonChange, ...] | None = None
    sentence: str = ""
    short: str = ""


def base_name(store: Store, base: ComparisonBase, output_uid: str) -> str:
    """Return what an answer would be compared with of the history, "" when there is nothing. Blocks."""
    found = store.winning_answer(output_uid) if base.kind == "winner" else store.previous_answer(output_uid)
    if found is None or found.uid == output_uid:
        return ""
    return f"the winner, {found.number} {found.title}" if base.kind == "winner" else f"iteration {found.number}"


def against_history(store: Store, base: ComparisonBase, output_uid: str, text: str) -> ComparedAnswer:
    """Compare an answer with its lane's previous one, or with the winner. Blocks; belongs on a worker thread."""
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
    """Compare two answers; `short` is the base's name where there is little room. Takes up to seconds for megabytes."""
    return ComparedAnswer(base, diff_texts(old, new), diff_json(old, new), short=short or base)


@dataclass(frozen=True, slots=True)
class ComparisonSide:
    """A prompt as it was, or as it is in the editor: its content and the lanes it ran in."""

    content: Content
    lanes: tuple[Lane, ...] = ()


def side_of(detail: Detail) -> ComparisonSide:
    """Return a row of the timeline as one side of a comparison."""
    lanes = () if isinstance(detail, VersionDetail) else tuple(lane.lane for lane in detail.lanes)
    return ComparisonSide(detail.content, lanes)


def compare_prompts(old: ComparisonSide, new: ComparisonSide) -> tuple[PartDiff, ...]:
    """Compare two prompts part by part. Lanes take part when both sides have some."""
    both = bool(old.lanes and new.lanes)
    return compare(parts_of(old.content, old.lanes if both else ()), parts_of(new.content, new.lanes if both else ()))


def against_parent(
    store: Store, prompt_uid: str, version: int, content: Content
) -> tuple[int | None, tuple[PartDiff, ...]]:
    """Compare a version's content with the version that it came from; None and () when it came from none. Blocks."""
    parent = store.version(prompt_uid, version).parent
    if parent is None:
        return None, ()
    return parent, compare_prompts(ComparisonSide(store.version(prompt_uid, parent).content), ComparisonSide(content))
