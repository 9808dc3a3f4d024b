"""What callers pass to the history about test runs, and what they get back.

Invariant: ids and times come from the caller. Positions of cases and columns count from 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult, CheckState
from workbench.core.content import Content
from workbench.core.lanes import Lane
from workbench.core.runs import AnswerStep, OutputState, Result
from workbench.core.statistics.results import CellState
from workbench.core.testing.cells import CellKey
from workbench.core.testing.goals import RunGoals
from workbench.core.testing.grid import CaseSetName
from workbench.core.testing.settings import SuiteBudget

if TYPE_CHECKING:
    from workbench.core.cases import Case
    from workbench.core.technique_marks import TechniqueMark


@dataclass(frozen=True, slots=True)
class SuiteColumnStart:
    """A column that is about to be tested: its uid, and the lane with a pinned version or the current text."""

    uid: str
    lane: Lane


@dataclass(frozen=True, slots=True)
class SuiteStart:
    """Everything known about a test run before anything is sent.

    `content`, `version_uid` and `based_on` are as in `RunStart`. `cases` are stored as they are now, in this order.
    `questions` are the `question_hash` of each column. `baseline` is the position of a column. `probe` says which
    probe this run is, "" for a test that counts. `goals` is what was chosen before. Answers from before `reuse_since`
    are not used again, "" for no limit. With `is_fresh` the run opens a round of its own, whatever `round` is.
    """

    uid: str
    prompt_uid: str
    owner_uid: str
    started_at: str
    columns: tuple[SuiteColumnStart, ...]
    cases: tuple[Case, ...]
    questions: tuple[str, ...]
    content: Content | None = None
    version_uid: str = ""
    based_on: int | None = None
    round: int = 1
    samples: int = 1
    set_name: CaseSetName = "tuning"
    baseline: int = 0
    budget: SuiteBudget = field(default_factory=SuiteBudget)
    probe: str = ""
    techniques: tuple[TechniqueMark, ...] = ()
    goals: RunGoals = field(default_factory=RunGoals)
    reuse_since: str = ""
    is_fresh: bool = False


@dataclass(frozen=True, slots=True)
class SuiteBegun:
    """A stored test run: its number, the version number of each column, and how many cells had an answer already."""

    run_uid: str
    number: int
    lane_versions: tuple[int, ...]
    reused: int
    cells: int


@dataclass(frozen=True, slots=True)
class CellStart:
    """A call for a cell that is about to be made; `identity` is its `cell_identity`."""

    key: CellKey
    output_uid: str
    identity: str


@dataclass(frozen=True, slots=True)
class CellEnd:
    """How the call of a cell ended."""

    output_uid: str
    result: Result
    ended_at: str


@dataclass(frozen=True, slots=True)
class JudgeVerdictStart:
    """What a judge says of an answer, by one check; a member of a set is a check of its own.

    `agreeing` of `repeats` rounds gave this state. `probability` is that of a pass according to a decision model, from
    0 to 1.
    """

    check: Check
    state: CheckState
    score: float | None
    repeats: int = 1
    agreeing: int = 1
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class CellScored:
    """The score of an answer by the checks of a scoring.

    `checks` are those of the prompt and then those of the case, with their results; () without an answer. `threshold`
    is the least score that passes, None if every check has to; "as tested" is that of the case when the run began, else
    that of the scoring. `judged` are the verdicts of judges, on which the results of `checks` rest.
    """

    key: CellKey
    output_uid: str
    state: CellState
    score: float | None
    reason: str
    checks: tuple[tuple[Check, CheckResult], ...] = ()
    threshold: float | Literal["as tested"] | None = "as tested"
    judged: tuple[JudgeVerdictStart, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoredInput:
    """A recorded cell that a scoring has no result of, with the facts that checks need.

    `state` is that of the call; anything but "finished" is no answer. Unknown facts are None.
    """

    key: CellKey
    output_uid: str
    state: OutputState
    text: str
    finish_reason: str = ""
    latency_ms: float | None = None
    cost_usd: float | None = None
    steps: tuple[AnswerStep, ...] = ()


@dataclass(frozen=True, slots=True)
class UnscoredReason:
    """Why `cells` of `all` unscored cells are unscored."""

    reason: str
    cells: int
    all: int


@dataclass(frozen=True, slots=True)
class StoredScoring:
    """A scoring of a test run: the checks for all cases and their threshold at that time."""

    uid: str
    created_at: str
    checks: tuple[Check, ...]
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class TestedCase:
    """What a report needs of a case as it was tested: its uid, its name, and the number of its own checks."""

    __test__ = False

    uid: str
    name: str
    checks: int
