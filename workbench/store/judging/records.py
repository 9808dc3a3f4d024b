"""What callers pass to the history about judges, and what they get back.

Invariant: ids and times come from the caller. Positions of cases, columns, samples, checks, repeats and steps count
from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from workbench.core.cases import Check
from workbench.core.content import Content
from workbench.core.lanes import Lane
from workbench.core.runs import OutputState, Result
from workbench.core.statistics.judge_cells import JudgedCell
from workbench.core.testing.cells import CellKey

LabelState = Literal["pass", "fail", "unsure", "none"]
"""none: taken back."""
LabelPick = Literal["random", "borderline", "file", "own"]
"""How an answer came to be labelled; only random ones count for the rates of a judge."""
LABEL_STATES: frozenset[str] = frozenset(get_args(LabelState))
LABEL_PICKS: frozenset[str] = frozenset(get_args(LabelPick))


# Prompts of judges


@dataclass(frozen=True, slots=True)
class JudgePromptStart:
    """A judge prompt that is made if its owner has none for the type: the uids of the prompt and of its version 1."""

    owner_uid: str
    check_type: str
    uid: str
    version_uid: str
    name: str
    content: Content


@dataclass(frozen=True, slots=True)
class JudgePrompt:
    """The hidden prompt by which a type of check is judged in the tests of its owner. `version` is its newest one."""

    uid: str
    owner_uid: str
    check_type: str
    name: str
    version: int


@dataclass(frozen=True, slots=True)
class JudgeVersion:
    """The newest version of a judge prompt: its number, what people call it, the hash of its content, and that.

    `newer` says what a newer release wrote into it that is missing in `content`, "" for nothing.
    """

    prompt_uid: str
    number: int
    name: str
    content_hash: str
    content: Content
    newer: str = ""


# Judge runs


class JudgementKey(NamedTuple):
    """What a judgement is about: a cell, one of its judged checks, the repeat, and the question within it.

    `seq` is the position of the check among those of the cell. The caller may count members of sets one by one, if it
    always counts in the same way in a scoring.
    """

    case: int
    column: int
    sample: int
    seq: int
    repeat: int = 0
    step: int = 0

    @property
    def cell(self) -> CellKey:
        """The cell that is judged."""
        return CellKey(self.case, self.column, self.sample)


@dataclass(frozen=True, slots=True)
class JudgeLaneStart:
    """A judge model of a run. `version` is the number of the version of the judge prompt that it is asked with."""

    uid: str
    lane: Lane
    version: int


@dataclass(frozen=True, slots=True)
class JudgementStart:
    """A call of a judge that is about to be made.

    `lane` is the position of the judge model in its run, `answer_uid` the output that is judged, `name` a short title
    such as "case 3, acme-large", and `values` are the variables of the judge prompt. `identity` is the SHA-256 of all
    that the reply depends on, 64 hexadecimal digits.
    """

    key: JudgementKey
    check: Check
    identity: str
    output_uid: str
    answer_uid: str
    name: str
    values: tuple[tuple[str, str], ...]
    lane: int = 0


@dataclass(frozen=True, slots=True)
class JudgeRunStart:
    """A run of judges and its first calls, at least one; more are added with `start_judgements`.

    `prompt_uid` is the judge prompt, `owner_uid` the process that makes the calls.
    """

    uid: str
    prompt_uid: str
    scoring_uid: str
    owner_uid: str
    started_at: str
    lanes: tuple[JudgeLaneStart, ...]
    judgements: tuple[JudgementStart, ...]


@dataclass(frozen=True, slots=True)
class JudgementEnd:
    """How the call of a judgement ended."""

    output_uid: str
    result: Result
    ended_at: str


@dataclass(frozen=True, slots=True)
class ReusedJudgement:
    """A judgement that a stored output answers, which `reusable` returned for its identity."""

    key: JudgementKey
    check: Check
    identity: str
    output_uid: str


@dataclass(frozen=True, slots=True)
class StoredJudgement:
    """A judgement with its newest call. `text` is the reply, `problem` a sentence unless the call finished."""

    key: JudgementKey
    output_uid: str
    identity: str
    state: OutputState
    text: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class JudgementCounts:
    """The judgements of a scoring by the state of their newest calls; `reused` are those made for an earlier one.

    `cost_usd` is the sum of all calls that were made for this scoring, failed ones included; None when none is priced.
    `unpriced` is the number of finished calls without a price. `problem` is the most frequent one of those that failed,
    which `problems` have, "" without one.
    """

    finished: int = 0
    failed: int = 0
    running: int = 0
    interrupted: int = 0
    reused: int = 0
    cost_usd: float | None = None
    unpriced: int = 0
    problem: str = ""
    problems: int = 0

    @property
    def judgements(self) -> int:
        """The number of judgements."""
        return self.finished + self.failed + self.running + self.interrupted


@dataclass(frozen=True, slots=True)
class StoredJudge:
    """Who judged a check in a scoring: the judge prompt with its version, and the model.

    `judgements` is how many there are, `steps` at which steps of a judgement the model was asked, and `repeats` how
    often it was asked the same.
    """

    check_hash: str
    check_type: str
    prompt_uid: str
    version: int
    version_name: str
    content_hash: str
    lane: Lane
    endpoint_name: str
    judgements: int
    steps: tuple[int, ...] = (0,)
    repeats: int = 1


@dataclass(frozen=True, slots=True)
class StoredJudgeRun:
    """A run of judges of a scoring: its judge prompt, number, and how many value rows it has."""

    uid: str
    prompt_uid: str
    number: int
    started_at: str
    rows: int


# Labels


@dataclass(frozen=True, slots=True)
class LabelStart:
    """A label that a person gives to a check of an answer, or a file brings; "none" takes the latest one back."""

    uid: str
    output_uid: str
    check_hash: str
    label: LabelState
    picked: LabelPick
    note: str = ""


@dataclass(frozen=True, slots=True)
class StoredLabel:
    """The label that counts for a check of an answer.

    `run_uid` and `key` are the cell of the answer: in the wanted test run, else in the newest one that has it.
    """

    uid: str
    output_uid: str
    check_hash: str
    label: Literal["pass", "fail", "unsure"]
    picked: LabelPick
    note: str
    at: str
    run_uid: str
    key: CellKey


# Results


class JudgedAnswerRow(NamedTuple):
    """A cell that a judge looked at, for the labelling queue.

    `agreeing` of `repeats` rounds gave the verdict. `label` and `picked` are "" without a label.
    """

    key: CellKey
    output_uid: str
    verdict: Literal["pass", "fail", "unscored"]
    score: float | None
    repeats: int
    agreeing: int
    label: Literal["pass", "fail", "unsure", ""]
    picked: LabelPick | Literal[""]
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class JudgedColumn:
    """The cells of a column that a judge looked at, as its statistics read them. `labels` counts all labels.

    In `cells` only random labels are set. `title` is that of the column in `SuiteRecords.results`.
    """

    position: int
    title: str
    cells: tuple[JudgedCell, ...]
    labels: int = 0


@dataclass(frozen=True, slots=True)
class JudgedCheckFact:
    """A check that a judge evaluated in a scoring: its hash, itself, and how many cells have a verdict of it."""

    check_hash: str
    check: Check
    cells: int
    labels: int


class MeasuringLabels(NamedTuple):
    """The random labels that measure the judge of a check in a test run: of the answers that people failed (`wrong`)
    and passed (`right`) the judge failed `caught` and `alarms`. A judge that compares answers cannot be measured.
    """

    check_hash: str
    is_comparing: bool
    wrong: int
    caught: int
    right: int
    alarms: int

    @property
    def labels(self) -> int:
        """The number of labels that count."""
        return self.wrong + self.right
