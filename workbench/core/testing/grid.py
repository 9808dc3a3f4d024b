"""What the grid of a test run shows: cases as rows, columns with answers, filters and pages.

Invariant: a page is bounded, whatever the size of the run; texts are shortened to `SHOWN_TEXT` characters, except in
`CellDetail`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

from workbench.core.cases import Case, Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.lanes import Lane
from workbench.core.runs import Result
from workbench.core.testing.cells import CellKey
from workbench.core.testing.goals import RunGoals

SHOWN_TEXT = 300
CellStatus = Literal["open", "running", "pass", "fail", "unscored", "no_answer", "unchecked"]
"""open: not asked yet. no_answer: the call failed. unscored: a check could not be evaluated and could still change the
outcome. unchecked: answered, and its checks are not evaluated yet."""
RowFilter = Literal[
    "all",
    "failed",
    "differs",
    "unscored",
    "no_answer",
    "flaky",
    "overruled",
    "regressed",
    "open",
    "label_differs",
    "rule_differs",
    "repeats_differ",
]
RowSort = Literal["order", "score", "cost", "latency"]
CaseSetName = Literal["tuning", "holdout"]


@dataclass(frozen=True, slots=True)
class SuiteColumn:
    """A column of a test run. `version_name` is what people call its version, such as "#14"."""

    position: int
    lane: Lane
    version: int
    version_name: str
    endpoint_name: str = ""


def is_one_version(columns: Iterable[SuiteColumn], beside: Collection[str] = ()) -> bool:
    """Return whether all columns, and the versions named in `beside`, have the same version."""
    return len({*beside, *(column.version_name for column in columns)}) < 2


@dataclass(frozen=True, slots=True)
class GridCell:
    """All samples of one case in one column.

    `status` is that of the case: by majority of its scored samples. `text` is the beginning of the shown sample's
    answer (or the sentence of its failure), `reason` that of its first failed or unscored check. `passed`, `scored` and
    `samples` count samples. `seconds` and `cost_usd` are means over answered samples, None when unknown. `is_reused`:
    the answer comes from an earlier run. `is_overruled`: a person overruled a check. `sample` is the shown one, from 0.
    `before` is the status of the cell that stands beside that of a probe, "" for none. `answered_at` is when the shown
    answer ended, "" if that is not known. `votes` are, in a column that votes, how many of how many answers were the
    shown one, which alone gives the status, None in others.
    """

    status: CellStatus
    output_uid: str = ""
    text: str = ""
    reason: str = ""
    score: float | None = None
    passed: int = 0
    scored: int = 0
    samples: int = 1
    seconds: float | None = None
    cost_usd: float | None = None
    is_reused: bool = False
    is_overruled: bool = False
    sample: int = 0
    before: CellStatus | Literal[""] = ""
    answered_at: str = ""
    votes: tuple[int, int] | None = None

    @property
    def is_flaky(self) -> bool:
        """Whether some samples pass and some fail."""
        return 0 < self.passed < self.scored


@dataclass(frozen=True, slots=True)
class GridRow:
    """A case with one cell per column, in the order of the columns; `sample` is None for all samples of the case."""

    position: int
    case_uid: str
    name: str
    tags: tuple[str, ...]
    cells: tuple[GridCell, ...]
    cluster: str = ""
    values_text: str = ""
    sample: int | None = None


@dataclass(frozen=True, slots=True)
class GridQuery:
    """Which rows are wanted, in which order.

    A row matches a filter if one of its cells does, or that of `column` (a position) if there is one. Filters go by the
    status of cells, except these: flaky: some samples pass and some fail. overruled: a person overruled a check.
    differs: an answer differs from that of the same sample in the baseline column. open: a sample has no answer.
    regressed: it fails, and the same case passed in the same column (by slot) in the newest earlier scored run of the
    same set that is no probe. label_differs: a judge and a person's label disagree about a check. rule_differs: a judge
    and a check that needs none disagree. repeats_differ: a judge disagrees with itself.

    `sort` is by the mean of the row, or by the cell of `column`; unknown values come last. `tag` and `text` (part of
    the name or of a value of the case) narrow the rows further; "" for all.

    With `by_sample` a matching case has a row for each sample; pages then hold whole cases. `sample` shows only that
    sample in the cells, None for all. Filters, counts and sorts are those of cases in any arrangement.
    """

    rows: RowFilter = "all"
    tag: str = ""
    text: str = ""
    sort: RowSort = "order"
    descending: bool = False
    column: int | None = None
    by_sample: bool = False
    sample: int | None = None


@dataclass(frozen=True, slots=True)
class GridPage:
    """Rows of the grid; `after` is the cursor of the next page, "" at the end."""

    rows: tuple[GridRow, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class GridCounts:
    """Numbers of rows by filter, and of tags, for the chips above the grid; cells by progress."""

    rows: dict[RowFilter, int] = field(default_factory=dict)
    tags: tuple[tuple[str, int], ...] = ()
    cells: int = 0
    answered: int = 0
    failed_calls: int = 0


@dataclass(frozen=True, slots=True)
class OverruledCheck:
    """A person's decision about one check of an answer; "none" takes it back."""

    check_hash: str
    state: Literal["pass", "fail", "none"]
    note: str
    at: str


@dataclass(frozen=True, slots=True)
class CellDetail:
    """One sample of one cell: the case as it was tested, the whole answer, its checks and their results in order.

    `results` and `overruled` (None for none) have the same length as `check_hashes`, and so have `checks`: those for
    all cases, then those of the case. `labels` are what the person said of the answer by judged checks: the hash of
    each, with pass, fail or unsure.
    """

    key: CellKey
    case: Case
    column: SuiteColumn
    output_uid: str
    result: Result | None
    check_hashes: tuple[str, ...] = ()
    results: tuple[CheckResult, ...] = ()
    overruled: tuple[OverruledCheck | None, ...] = ()
    run_uid: str = ""
    answered_at: str = ""
    checks: tuple[Check, ...] = ()
    run_number: int = 0
    """The number of the run that asked for the answer, whose uid is `run_uid`; 0 without an answer."""
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """A stored test run. `round` counts from 1; `cases` and `cells` are numbers; `answered` cells have an ended output.

    `scoring_uid` is the newest scoring, "" for none. `probe` says which probe it is, "" for a run that counts.
    `goals` is what was chosen before it began.
    """

    uid: str
    number: int
    started_at: str
    round: int
    samples: int
    columns: tuple[SuiteColumn, ...]
    baseline: int
    cases: int
    answered: int
    set_name: CaseSetName = "tuning"
    scoring_uid: str = ""
    probe: str = ""
    goals: RunGoals = field(default_factory=RunGoals)

    @property
    def cells(self) -> int:
        """The number of cells."""
        return self.cases * len(self.columns) * self.samples
