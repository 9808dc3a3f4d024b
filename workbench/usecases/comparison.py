"""Comparing answers with each other, and prompts with their earlier versions.

Invariant: a comparison without a base has a sentence instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workbench.core.content import Content
from workbench.core.content_diff import PartDiff, compare, parts_of
from workbench.core.diff import TextDiff, diff_texts
from workbench.core.json_diff import JsonChange, diff_json
from workbench.core.lanes import Lane
from workbench.core.runs import PastAnswer, VersionRow
from workbench.core.timeline import Detail, VersionDetail
from workbench.core.version_name import iteration_name
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

    `base` names the base ("#13", "" for none), `short` is its name for small spaces. `sentence` says why there is no
    `diff`. `data` holds the differences as JSON, None unless both answers are JSON.
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
    number = iteration_name(found.number)
    return f"the winner, {number} {found.title}" if base.kind == "winner" else number


def against_history(store: Store, base: ComparisonBase, output_uid: str, text: str) -> ComparedAnswer:
    """Compare an answer with its lane's previous one or with the winner. Blocks; use it on worker threads."""
    if base.kind == "winner":
        found: PastAnswer | None = store.winning_answer(output_uid)
        if found is None:
            return ComparedAnswer("winner", sentence=NO_WINNER, short="winner")
        if found.uid == output_uid:
            return ComparedAnswer("winner", sentence=IS_WINNER)
        return compared(f"winner · {iteration_name(found.number)} {found.title}", found.text, text, "winner")
    found = store.previous_answer(output_uid)
    if found is None:
        return ComparedAnswer("previous", sentence=NO_PREVIOUS, short="previous")
    return compared(iteration_name(found.number), found.text, text)


def compared(base: str, old: str, new: str, short: str = "") -> ComparedAnswer:
    """Compare two answers; `short` is the base's name for small spaces. Takes up to seconds for megabytes."""
    return ComparedAnswer(base, diff_texts(old, new), diff_json(old, new), short=short or base)


@dataclass(frozen=True, slots=True)
class ComparisonSide:
    """One side of a comparison of prompts: content and lanes, from the history or the editor.

    `versions` are the names of the versions that lanes may be pinned to, by number.
    """

    content: Content
    lanes: tuple[Lane, ...] = ()
    versions: Mapping[int, str] = field(default_factory=dict)


def side_of(detail: Detail) -> ComparisonSide:
    """Return a row of the timeline as one side of a comparison."""
    ran = () if isinstance(detail, VersionDetail) else detail.lanes
    names = {one.version: one.version_name for one in ran}
    return ComparisonSide(detail.content, tuple(one.lane for one in ran), names)


def compare_prompts(old: ComparisonSide, new: ComparisonSide) -> tuple[PartDiff, ...]:
    """Compare two prompts part by part. Lanes are compared only if both sides have some."""
    both = bool(old.lanes and new.lanes)
    return compare(*(parts_of(one.content, one.lanes if both else (), one.versions) for one in (old, new)))


def against_parent(
    store: Store, prompt_uid: str, version: int, content: Content
) -> tuple[VersionRow | None, tuple[PartDiff, ...]]:
    """Compare a version with its parent: the parent and the differences, None and () without one. Blocks."""
    number = store.version(prompt_uid, version).parent
    if number is None:
        return None, ()
    parent = store.version(prompt_uid, number)
    return parent, compare_prompts(ComparisonSide(parent.content), ComparisonSide(content))
