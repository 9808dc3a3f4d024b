"""Results of a search.

Invariant: a row is the data that the history shows of a run; nothing in it identifies models in a blind run before its
verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.core.runs import IterationRow, RunKind
from workbench.core.search.match_marker import MatchSnippet
from workbench.core.text import plural
from workbench.core.visible_text import VisibleFields, visible_note

Order = Literal["newest", "oldest", "best"]
Part = Literal["answer", "prompt", "values", "note"]


@dataclass(frozen=True, slots=True)
class SearchHit(VisibleFields):
    """A match in a run: in an answer (with its uid, and its lane's title, "" while it is blind) or in another part."""

    part: Part
    snippet: MatchSnippet
    output_uid: str = ""
    title: str = ""
    value_set: int = 0
    SHOWN = ("title",)


@dataclass(frozen=True, slots=True)
class SuiteStanding:
    """How far a test run is: `answered` of its `cells`, and `passing` of the `scored` cases of its best column.

    The best column is that with the highest share of cases that pass by majority; `scored` is 0 without results, and
    None if it was not counted, because the run is very large. `is_unmeasured`: a judge whose error is not measured
    decides about cases that pass.
    """

    cases: int
    columns: int
    cells: int
    answered: int
    passing: int = 0
    scored: int | None = 0
    is_held_out: bool = False
    is_probe: bool = False
    is_unmeasured: bool = False


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A run as shown in the history; `row` is its row in the timeline of its prompt.

    The cost is over all attempts, None if unknown; it excludes `unpriced` answers. `longest_ms` is the duration of the
    slowest answer. A run in progress has no numbers yet. A run that is still blind has neither titles of lanes nor any
    of these numbers.
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
    """Whether its numbers are still to be computed: it was imported with many others, which are counted one by one."""
    test: SuiteStanding | None = None
    """What a test run came to; None for other runs."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "prompt", visible_note(self.prompt))
        for names in ("lanes", "tags"):
            object.__setattr__(self, names, tuple(map(visible_note, getattr(self, names))))


@dataclass(frozen=True, slots=True)
class SearchCursor:
    """The end of a page. By date, `place` is the position of the last run. By best match, `shown` is the number of
    results shown so far, and runs from `place` on are newer than the first page and ignored."""

    place: int
    shown: int = 0


@dataclass(frozen=True, slots=True)
class SearchTotal:
    """The number of runs found: exactly `count`, or more than that."""

    count: int
    exact: bool = True

    @property
    def words(self) -> str:
        """The number as text: "1,284 runs", "more than 10,000 runs"."""
        noun = plural(self.count, "run")
        return f"{self.count:,} {noun}" if self.exact else f"more than {self.count:,} {noun}"


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Rows, and the cursor of the next page (None at the end). `total` is counted for the first page only.

    `unknown` are the indices of terms whose filter matches no name in the history. `behind` is the number of ended runs
    that are not indexed yet (10,001 for more than 10,000). `within` is the number of newest documents searched for the
    best match; 0 for all.
    """

    rows: tuple[HistoryRow, ...] = ()
    next: SearchCursor | None = None
    total: SearchTotal | None = None
    unknown: tuple[int, ...] = ()
    behind: int = 0
    within: int = 0
