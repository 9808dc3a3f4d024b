"""What the timeline of a prompt is made of.

Invariant: every version of a prompt is in its timeline: as the text of its iterations, or, where it has none, as a row
of its own. A version that only ran in lanes that were pinned to it has no iteration: the row of such an iteration shows
another text.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from workbench.core.content import Content
from workbench.core.runs import IterationDetail, IterationRow
from workbench.core.visible_text import VisibleFields, visible_note


@dataclass(frozen=True, slots=True)
class BareVersion(VisibleFields):
    """The row of a version without iterations; `added` and `removed` are against its parent.

    `ran` says whether lanes that were pinned to it ran it all the same, `imported` that answers to it were imported,
    and `branched` that its parent was not the newest.
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
    SHOWN = ("summary",)


TimelineRow = IterationRow | BareVersion


def nearest_ancestor(number: int, parents: Mapping[int, int | None], among: Container[int]) -> int | None:
    """Return the nearest ancestor of a version that is one of `among`, None without any; all are numbers.

    Ends also where a damaged history lets versions come from each other in a circle.
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
    """Return the note, else the changed words, for a screen; `row.note` is exact, because people edit it."""
    return visible_note(row.note) or row.summary


@dataclass(frozen=True, slots=True)
class TimelineCursor:
    """Where a page ended: the numbers of the last iteration and of the last version that were passed."""

    iteration: int
    version: int


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Rows, newest first; `next` is where the following page begins, None at the end."""

    rows: tuple[TimelineRow, ...] = ()
    next: TimelineCursor | None = None


@dataclass(frozen=True, slots=True)
class VersionDetail:
    """A version without iterations, whole. `newer` is what it is in a `VersionRow`."""

    row: BareVersion
    content: Content
    newer: str = ""


Detail = IterationDetail | VersionDetail


@dataclass(frozen=True, slots=True)
class VersionLabel(VisibleFields):
    """What a person knows a version by: its note or what it changed, and how its text begins.

    Both are as they are stored, with their line breaks, and cut anywhere.
    """

    number: int
    text: str = ""
    opening: str = ""
    SHOWN = ("text", "opening")
