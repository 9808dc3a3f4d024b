"""What a decision says: headline, rows with their findings, levers, steps, costs, and what it stands on.

Invariant: every text is complete English for the screen, and every figure comes with the number of cases and the set
that it stands on. Codes and ids are stable. None means unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from workbench.core.decide.cost_figures import CostPicture
from workbench.core.decide.evidence import EvidenceSet

DecisionCode = Literal[
    "NOT_ENOUGH",
    "SETTLE_LABELS",
    "HYBRID",
    "REJECT_TUNED",
    "KEEP_PROMPT",
    "SHIP",
    "CHEAPER",
    "FIX_FORMAT",
    "ADD_KNOWLEDGE",
    "SWITCH_MODEL",
    "KEEP_PROMPTING",
    "TUNE_LORA",
]
FindingWord = Literal["holds", "limit near", "limit reached", "not tried", "cannot tell"]
Confidence = Literal["high", "medium", "low"]
RowId = Literal[
    "prompting",
    "format",
    "knowledge",
    "quality",
    "model",
    "luck",
    "cost",
    "data",
    "people",
    "return",
    "hybrid",
]
"""The rows of the page, in their order."""
NeedKind = Literal[
    "cases",
    "unscored",
    "unanswered",
    "verdicts",
    "labels",
    "probe",
    "guard_cases",
    "samples",
    "rows",
    "tries",
    "models",
    "tuned_lane",
    "goal",
]
"""What would settle a question. unscored, unanswered: cases of a test that lack a result.

goal: an answer of the person; `Need.goal` names the field of `DecideGoals`."""
ActionKind = Literal[
    "cases",
    "run",
    "unscored",
    "unanswered",
    "compose",
    "winners",
    "technique",
    "examples",
    "schema",
    "reasoning",
    "models",
    "samples",
    "vote",
    "shorten",
    "caching",
    "batch",
    "improve",
    "probe",
    "guards",
    "labels",
    "verdicts",
    "try",
    "holdout",
    "training",
    "tuned_lane",
    "goal",
    "successor",
    "retiring",
]
"""What a button prepares today, in Test, Compose or Decide itself."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a button prepares. `argument` is the key of a technique, the name of a goal, the title of a column, the
    id of a retiring model, or what is looked at: "prices" of the model, a "switch" to another one, a "new" adapter,
    "contradictions" of training rows.

    `set_name` and `count` say how many of which cases, samples or labels; `label` is the text of the button. cases:
    so many have to join the set. run: so many of it wait for their first test.
    """

    kind: ActionKind
    label: str
    argument: str = ""
    set_name: EvidenceSet | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What would settle a question: `count` of a kind, which takes `calls`, dollars and minutes; None if unknown.

    `sentence` says it: "30 more cases would do: 60 calls, about $0.40, 6 minutes."
    """

    kind: NeedKind
    count: int | None
    sentence: str
    calls: int | None = None
    cost_usd: float | None = None
    minutes: float | None = None
    action: Action | None = None
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number with what it stands on.

    `value` and interval are fractions if `unit` is "rate" or "points", else in the unit (usd, ms, calls, rows, tries).
    """

    label: str
    unit: Literal["rate", "points", "usd", "ms", "calls", "rows", "tries", "cases", "verdicts", "p"]
    value: float | None
    n: int | None = None
    set_name: EvidenceSet | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question, F1 to F16. `is_ruled` if a rule of thumb, not a test, decides it.

    `state` is the stable id of the answer, such as "met", "missed" or "unclear" of F4; the decision table reads it.
    `answer` is the word that is shown: `word`, unless it would not answer the question of the row. `judge_words` stand
    beside its numbers if they rest on a judge, such as "judge unmeasured"; "" otherwise.
    """

    id: str
    row: RowId
    question: str
    state: str
    word: FindingWord
    confidence: Confidence
    sentence: str
    figures: tuple[Figure, ...] = ()
    run_uids: tuple[str, ...] = ()
    need: Need | None = None
    is_ruled: bool = False
    answer: str = ""
    judge_words: str = ""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A row of the page: its question and its findings. The first finding leads; it gives the row's word and text."""

    id: RowId
    question: str
    findings: tuple[Finding, ...]

    @property
    def lead(self) -> Finding:
        """The finding that is shown in the row."""
        return self.findings[0]


LeverState = Literal["tried", "not tried", "cannot tell"]


@dataclass(frozen=True, slots=True)
class LeverEffect:
    """The measured effect of a lever on the same cases: `difference` as a fraction, with its 95 % interval."""

    cases: int
    fixed: int
    broke: int
    difference: float
    low: float | None
    high: float | None
    set_name: EvidenceSet


@dataclass(frozen=True, slots=True)
class Lever:
    """Something to try before training. `fits` if it fits the failures at hand, `is_required` before row 16.

    `published` is what is known of it elsewhere, with the numbers of its sources. `action` is None if the product
    cannot do it today; `explanation` then says how it is done.
    """

    id: str
    title: str
    state: LeverState
    sentence: str
    published: str
    sources: tuple[int, ...]
    explanation: str = ""
    effect: LeverEffect | None = None
    action: Action | None = None
    fits: bool = False
    is_required: bool = False
    run_uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a possible result of a step would mean: "Fixed at least half" → "knowledge is missing; add it"."""

    when: str
    means: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the experiment. `id` is stable, so that a step is recognised when the evidence changes.

    `saved_usd` is what it saves a month, None if that is unknown or not its purpose.
    """

    id: str
    title: str
    sentence: str
    outcomes: tuple[Outcome, ...]
    action: Action | None = None
    calls: int | None = None
    cost_usd: float | None = None
    minutes: float | None = None
    is_done: bool = False
    saved_usd: float | None = None


@dataclass(frozen=True, slots=True)
class VersionRate:
    """The pass rate of a version with the champion's model on one set: a point of the chart, oldest version first.

    `low` and `high` are None below ten independent cases. `judge_words` stand beside the rate if a judge decided, such
    as "judge unmeasured" or "judged, corrected"; "" without a judge.
    """

    version: int
    name: str
    set_name: EvidenceSet
    cases: int
    passing: int
    rate: float
    low: float | None
    high: float | None
    is_champion: bool = False
    run_uids: tuple[str, ...] = ()
    judge_words: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """A row of the decision table that applies: its number, code and sentence."""

    table_row: int
    code: DecisionCode
    headline: str


@dataclass(frozen=True, slots=True)
class DecideSource:
    """A source by its number in the rules. `read_on` is the date of the page or paper, "" if none is known."""

    number: int
    title: str
    address: str
    read_on: str = ""


@dataclass(frozen=True, slots=True)
class RouteStatus:
    """A training route on the day of the decision: whether new jobs are taken, and until when its base model lives."""

    id: str
    title: str
    is_open: bool
    is_allowed: bool | None
    sentence: str
    base_model: str = ""
    retires_on: date | None = None
    source: int | None = None


@dataclass(frozen=True, slots=True)
class RetiringNote:
    """That the model of the decision is retired or will be soon, and its successor, "" if none is known."""

    model: str
    retires_on: date
    is_retired: bool
    successor: str
    sentence: str
    action: Action


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. `also` are the further rows of the table that apply, in their order.

    `reasons` are the three strongest, `confidence_sentence` says why the confidence is what it is. `would_change` says
    what would change this advice, `unknowns` the facts that were missing. `retiring` is None if its model stays. `done`
    are the ids of all steps that the history shows to be done, also of those that are not listed.
    """

    code: DecisionCode
    table_row: int
    headline: str
    confidence: Confidence
    confidence_sentence: str
    reasons: tuple[str, ...]
    also: tuple[Advice, ...]
    rows: tuple[DecisionRow, ...]
    levers: tuple[Lever, ...]
    steps: tuple[Step, ...]
    cost: CostPicture
    routes: tuple[RouteStatus, ...]
    rates: tuple[VersionRate, ...]
    target: float | None
    need: Need | None
    would_change: tuple[str, ...]
    unknowns: tuple[str, ...]
    sources: tuple[DecideSource, ...]
    rules_date: str
    retiring: RetiringNote | None = None
    done: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings in the order of their ids."""
        return tuple(
            sorted((one for row in self.rows for one in row.findings), key=lambda finding: int(finding.id[1:]))
        )
