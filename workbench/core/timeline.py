"""The timeline of a prompt.

Invariant: every version of a prompt is in its timeline: through its iterations, or as a row of its own if it has none.
A version that ran only in lanes pinned to it has no iteration, because the row of such an iteration shows another text.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from workbench.core.content import Content
from workbench.core.dates import absolute
from workbench.core.runs import IterationDetail, IterationRow
from workbench.core.text import counted
from workbench.core.version_name import at_start, run_name, text_words
from workbench.core.visible_text import VisibleFields, visible_note


@dataclass(frozen=True, slots=True)
class BareVersion(VisibleFields):
    """The row of a version without iterations; `added` and `removed` are word counts relative to its parent.

    `ran`: pinned lanes ran it. `imported`: answers to it were imported. `tested`: it was run on cases. `judged`: judges
    were asked with it. `branched`: its parent was not the newest version. `name` is what people call it.
    """

    uid: str
    number: int
    created_at: str
    note: str
    summary: str
    added: int
    removed: int
    ran: bool = False
    branched: bool = False
    imported: bool = False
    name: str = ""
    tested: bool = False
    judged: bool = False
    SHOWN = ("summary",)


TimelineRow = IterationRow | BareVersion


SAME_TEXT = "same text"
"""What stands for the change of a run that changed nothing."""


def nearest_ancestor(number: int, parents: Mapping[int, int | None], among: Container[int]) -> int | None:
    """Return the number of a version's nearest ancestor in `among`, None if there is none.

    Terminates even if a damaged history has a cycle of parents.
    """
    passed = {number}
    parent = parents.get(number)
    while parent is not None and parent not in passed:
        if parent in among:
            return parent
        passed.add(parent)
        parent = parents.get(parent)
    return None


def caption(row: TimelineRow) -> str:
    """Return the note, or else the changed words, made safe for display; `row.note` itself is exact for editing."""
    return visible_note(row.note) or row.summary


def change_words(row: TimelineRow) -> str:
    """Return the note or what changed, for a list in which an empty place would say nothing."""
    return caption(row) or SAME_TEXT


def began_at(row: TimelineRow) -> str:
    """Return when a run started or a version was made, as UTC text."""
    return row.created_at if isinstance(row, BareVersion) else row.started_at


def name(row: TimelineRow) -> str:
    """Return "#3", "import 1" or, of a version without iterations, "test 2" or "imported 2"."""
    return row.name if isinstance(row, BareVersion) else run_name(row.kind, row.number)


def version_of(row: TimelineRow) -> int:
    """Return the number of the version whose text a row has."""
    return row.number if isinstance(row, BareVersion) else row.version


def standing(row: BareVersion) -> str:
    """Return in two words why a version has no iterations; "" for a tested one, whose name or pass share says it."""
    return "ran pinned" if row.ran else "has answers" if row.imported else "" if row.tested else "not run"


def describe(row: TimelineRow) -> str:
    """Return one line with all information of a timeline row, for tooltips and screen readers."""
    text = "" if isinstance(row, BareVersion) else text_words(name(row), row.version_name)
    parts = [
        ", ".join(filter(None, (at_start(name(row)), text, absolute(began_at(row))))),
        f"{counted(row.added, 'word')} added, {row.removed:,} removed" if row.added or row.removed else "",
    ]
    if words := caption(row) or ("" if row.added or row.removed else "same text"):
        parts.append(words)
    if row.branched:
        parts.append("a branch")
    if isinstance(row, BareVersion):
        pinned, imported = "ran only in lanes pinned to it", "imported with answers"
        tested = "ran only in tests" if row.tested else "not run"
        parts.append(pinned if row.ran else imported if row.imported else tested)
        return " · ".join(filter(None, parts))
    if row.damage:
        parts.append(f"damaged: {row.damage}")
    if row.blind:
        parts.append("blind, not judged yet")
    if row.verdict == "winner":
        parts.append(f"winner: {row.winner}")
    elif row.verdict == "lost":
        parts.append(row.winner)
    elif row.verdict in ("tie", "all_bad"):
        parts.append("tie" if row.verdict == "tie" else "all bad")
    if row.running:
        parts.append("running")
    elif row.outcome.words:
        parts.append(row.outcome.words)
    return " · ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class TimelineCursor:
    """The end of a page: the numbers of the last iteration and of the last version that were read for it."""

    iteration: int
    version: int


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Rows, newest first; `next` is the cursor of the following page, None at the end."""

    rows: tuple[TimelineRow, ...] = ()
    next: TimelineCursor | None = None


@dataclass(frozen=True, slots=True)
class VersionDetail:
    """A complete version without iterations. `newer` is as in `VersionRow`."""

    row: BareVersion
    content: Content
    newer: str = ""


Detail = IterationDetail | VersionDetail


@dataclass(frozen=True, slots=True)
class VersionLabel(VisibleFields):
    """A version in a list: `name` is what people call it, `text` its note or change summary, `opening` the beginning
    of its text.

    The last two are as stored, including line breaks, and truncated at any position.
    """

    number: int
    text: str = ""
    opening: str = ""
    name: str = ""
    SHOWN = ("text", "opening")
