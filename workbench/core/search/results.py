"""What a search finds.

Invariant: a row is what the history shows of a run, and nothing in it tells who answered in a blind run before its
verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.core.runs import IterationRow, RunKind
from workbench.core.search.match_marker import MatchSnippet
from workbench.core.visible_text import VisibleFields, visible_note

Order = Literal["newest", "oldest", "best"]
Part = Literal["answer", "prompt", "values", "note"]


@dataclass(frozen=True, slots=True)
class SearchHit(VisibleFields):
    """Where a run has the words: in an answer (its uid, its lane's title, "" while it is blind) or elsewhere."""

    part: Part
    snippet: MatchSnippet
    output_uid: str = ""
    title: str = ""
    value_set: int = 0
    SHOWN = ("title",)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A run as the history shows it; `row` is its line in the timeline of its prompt.

    Costs are over all attempts, None when nothing is known; `unpriced` answers are not in them. `longest_ms` is the
    time of the answer that took longest. A run that still goes on is not counted yet. Of a run that is blind yet, there
    are neither titles of lanes nor any of these numbers.
    """

    row: IterationRow
    kind: RunKind
    prompt_uid: str
    prompt: str
    lanes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    starred: bool = False
    archived: bool = False
    deleted: bool = False
    value_sets: int = 1
    cost_usd: float | None = None
    unpriced: int = 0
    tokens: int | None = None
    longest_ms: int | None = None
    hits: tuple[SearchHit, ...] = ()
    is_uncounted: bool = False
    """Its numbers are not known yet: it came in with many others, and they are counted one after the other."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "prompt", visible_note(self.prompt))
        for names in ("lanes", "tags"):
            object.__setattr__(self, names, tuple(map(visible_note, getattr(self, names))))


@dataclass(frozen=True, slots=True)
class SearchCursor:
    """Where a page ended. Newest or oldest first: the place of its last run; best match: how many were shown, of those
    that were there at `place`."""

    place: int
    shown: int = 0


@dataclass(frozen=True, slots=True)
class SearchTotal:
    """How many runs are found: exactly, or more than that many."""

    count: int
    exact: bool = True

    @property
    def words(self) -> str:
        """As people read it: "1,284 runs", "more than 10,000 runs"."""
        noun = "run" if self.count == 1 else "runs"
        return f"{self.count:,} {noun}" if self.exact else f"more than {self.count:,} {noun}"


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Rows, and where the next page begins (None at the end). `total` is counted for the first page only.

    `unknown` are the numbers of terms whose filter names nothing that the history has. `behind` runs have ended and
    cannot be found by their words yet (10,001 for any more than 10,000). `within` says, for the best match, among how
    many of the newest documents it was looked for; 0 for among all.
    """

    rows: tuple[HistoryRow, ...] = ()
    next: SearchCursor | None = None
    total: SearchTotal | None = None
    unknown: tuple[int, ...] = ()
    behind: int = 0
    within: int = 0
