"""The evidence of a prompt that a decision is made from, as it is gathered from the history.

Invariant: counts and measurements only, no judgement. None means unknown; an empty tuple means that there is none. All
rates are fractions, money is US dollars, and a column or pair carries the uids of the runs that it was read from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from workbench.core.decide.goals import DecideGoals
from workbench.core.statistics.judge_cells import FEWEST_LABELS

if TYPE_CHECKING:
    from workbench.core.statistics.columns import PassRate
    from workbench.core.statistics.comparisons import PassComparison
    from workbench.core.statistics.stopping import TryResult

EvidenceSet = Literal["tuning", "holdout", "general", "refusal"]
"""Cases that the person tuned on, the hold-out, and the two guard sets."""
PairRole = Literal["model", "tuned", "lever"]
"""model: another model, or another effort, with the same version. tuned: a tuned model or adapter against the prompt.
lever: another version or setting that uses a lever, such as a shorter prompt."""


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """Prices in USD per million tokens. `cache_write` None means that writes cost as much as input.

    `batch` is the factor of a price in a batch, such as 0.5. `minimum_prefix` is the smallest number of tokens that is
    cached. `source` says whose prices they are, `read_on` when they were read.
    """

    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None
    batch: float | None = None
    minimum_prefix: int | None = None
    source: str = ""
    read_on: date | None = None


@dataclass(frozen=True, slots=True)
class CallFigures:
    """Means over `calls` calls of a column: tokens, cost and time. `stable_tokens` of the input never change.

    `first_p50_ms` and `first_p95_ms` are percentiles of the time to the first token, the others of the whole time.
    `is_free` for the built-in runtime. `calls_per_minute` is the pace of the runs, with their concurrency.
    """

    calls: int
    input_tokens: float | None = None
    output_tokens: float | None = None
    cached_tokens: float | None = None
    stable_tokens: float | None = None
    cost_usd: float | None = None
    first_p50_ms: float | None = None
    first_p95_ms: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    calls_per_minute: float | None = None
    prices: TokenPrices | None = None
    is_free: bool = False


@dataclass(frozen=True, slots=True)
class SampleFigures:
    """A column with several samples per case: of `cases`, how many pass in `any` sample, and how many by `majority`.

    `has_rule` if the column is scored by a rule over its samples, such as a vote.
    """

    samples: int
    cases: int
    any: int
    majority: int
    has_rule: bool = False


@dataclass(frozen=True, slots=True)
class VersionEvidence:
    """A version of the prompt. `techniques` are the keys of those that it uses (`core/technique_marks`).

    `change` is the kind of change from its parent. `examples` counts fixed examples; `has_example_slot` if examples are
    chosen per case; `has_context_slot` if the prompt takes facts.
    """

    number: int
    name: str
    parent: int | None = None
    techniques: tuple[str, ...] = ()
    examples: int | None = None
    has_example_slot: bool | None = None
    has_context_slot: bool | None = None
    has_schema: bool | None = None
    has_tools: bool | None = None
    static_tokens: int | None = None
    change: str = ""


@dataclass(frozen=True, slots=True)
class ColumnEvidence:
    """The newest comparable results of a version with a model and its parameters on one set of cases.

    `key` is the same on every set. `passes` is None without a scored case. Of the cases without a result, `unscored`
    have an answer that could not be evaluated, and `unanswered` none. `failed` counts failed cells, and `format_only`
    those of them that fail nothing but format checks; `format_valid` counts the cells that pass their format checks, of
    `format_checked`. `by_rule`, `by_person` and `by_judge` count scored cells by what decided them; `judge_failed` are
    those of `by_judge` that failed.
    `corrected_passes` is the pass rate corrected for a judge's measured errors.
    `effort` is the reasoning effort, "" for none. `adapter` names the adapter or tuned model, "" for none. `successor`
    is the model that replaces this one, "" if none is known.
    """

    key: str
    title: str
    version: int
    model: str
    set_name: EvidenceSet
    passes: PassRate | None
    unscored: int = 0
    unanswered: int = 0
    failed: int = 0
    format_only: int | None = None
    format_checked: int = 0
    format_valid: int = 0
    by_rule: int = 0
    by_person: int = 0
    by_judge: int = 0
    judge_failed: int = 0
    corrected_passes: PassRate | None = None
    samples: SampleFigures | None = None
    figures: CallFigures | None = None
    schema_enforced: bool | None = None
    effort: str = ""
    adapter: str = ""
    retires_on: date | None = None
    successor: str = ""
    run_uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """Two columns on the same cases; `passes` compares the challenger with the champion, which is its baseline.

    `p_adjusted` of `passes` is by Holm over all pairs of a role. `margin` is how much worse the challenger may be, a
    fraction fixed before the run, None if none was. `lever` is the id of the lever that the challenger uses, "" for
    none. `is_fresh` if both columns were asked afresh.
    """

    role: PairRole
    champion: str
    challenger: str
    set_name: EvidenceSet
    passes: PassComparison
    title: str = ""
    model: str = ""
    lever: str = ""
    margin: float | None = None
    is_fresh: bool = True
    figures: CallFigures | None = None
    run_uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProbeEvidence:
    """The probe "facts pasted in" on stubborn cases: of `cases` with both answers, `fixed` and `broke`."""

    cases: int
    fixed: int
    broke: int
    run_uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StubbornEvidence:
    """Cases that fail in every column of at least three versions and two models: `stubborn` of `cases`.

    `versions` and `models` count what the cases were tried with; with fewer than that, `stubborn` is None.
    """

    cases: int
    stubborn: int | None
    versions: int
    models: int
    probe: ProbeEvidence | None = None
    run_uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VerdictEvidence:
    """A person's verdicts between a challenger and a champion, by version number. `blind` counts the blind ones.

    Equal numbers are of two models with one version; the champion is that of the champion's column.
    """

    champion: int
    challenger: int
    wins: int
    losses: int
    ties: int = 0
    blind: int = 0
    kind: str = ""
    run_uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgeEvidence:
    """How far the judges of a test were compared with labels. `labels` are those on answers drawn at random.

    `catch_rate` is the share of wrong answers that it fails, `false_alarms` the share of right answers that it fails.
    A judge that compares answers (`is_comparing`) cannot be measured. `is_elsewhere` if the labels are on answers of
    another test, because those of the hold-out stay unseen: the judge is known by them, but not its error here.
    """

    labels: int
    catch_rate: float | None = None
    false_alarms: float | None = None
    is_comparing: bool = False
    is_elsewhere: bool = False

    @property
    def is_measured(self) -> bool:
        """Whether its error is measured on the answers of the test, as Test and the History say it."""
        return self.is_compared and not self.is_elsewhere

    @property
    def is_compared(self) -> bool:
        """Whether it was compared with enough labels, of this test or of another one."""
        return not self.is_comparing and self.labels >= FEWEST_LABELS


@dataclass(frozen=True, slots=True)
class TrainingEvidence:
    """Training rows that the history gives. `rows` are usable ones, without doubles and contradictions.

    `run_uids` are the runs of usable answers, `contradiction_run_uids` those of answers called both good and bad.
    """

    rows: int
    doubles: int = 0
    contradictions: int = 0
    validation: int | None = None
    smallest_tag: int | None = None
    smallest_tag_name: str = ""
    pairs: int | None = None
    tokens_per_row: float | None = None
    median_age_days: float | None = None
    run_uids: tuple[str, ...] = ()
    contradiction_run_uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TryEvidence:
    """A complete try: a fresh comparison of a challenger with the champion, and its state by the stopping rule.

    Of tries that were run once more only the second is here. `version` is the challenger's number, `kind` the kind of
    change; `added` are the keys of techniques and parts (examples, output, tools, context, reasoning, samples) that
    only the challenger uses.
    """

    number: int
    challenger: str
    kind: str
    result: TryResult
    margin: float
    cases: int
    fixed: int
    broke: int
    difference: float | None = None
    set_name: EvidenceSet = "tuning"
    version: int | None = None
    added: tuple[str, ...] = ()
    run_uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """Cases of each set as they are now. `untried` of the tuning and hold-out cases have no scored result, of which
    `untried_holdout` are held out. `ended_holdout` if a hold-out was tested and has ended, so that no case joins it."""

    tuning: int = 0
    holdout: int = 0
    general: int = 0
    refusal: int = 0
    clusters: int | None = None
    untried: int = 0
    untried_holdout: int = 0
    newest_days: float | None = None
    ended_holdout: bool = False


@dataclass(frozen=True, slots=True)
class OptimiserEvidence:
    """Runs of an automatic optimiser of the prompt; `with_holdout` of them were checked on cases of their own."""

    runs: int = 0
    with_holdout: int = 0


@dataclass(frozen=True, slots=True)
class DecideEvidence:
    """Everything that is known about a prompt. `champion` is the key of the column that the advice is about.

    The champion is the last one of the tries, else the baseline of the newest scored test, else "". `tries` are oldest
    first. `iterations` counts versions or runs of any kind. `other_calls` are the figures of the prompt's newest calls
    outside of tests, which estimates use where no column has any. Routes and dates are judged on the day `today`.
    `judges` are those of the tests in which a judge decided, by the uid of the run.
    """

    prompt: str
    today: date
    champion: str = ""
    goals: DecideGoals = field(default_factory=DecideGoals)
    iterations: int = 0
    versions: tuple[VersionEvidence, ...] = ()
    cases: CaseCounts = field(default_factory=CaseCounts)
    columns: tuple[ColumnEvidence, ...] = ()
    pairs: tuple[PairEvidence, ...] = ()
    stubborn: StubbornEvidence | None = None
    verdicts: tuple[VerdictEvidence, ...] = ()
    judges: Mapping[str, JudgeEvidence] = field(default_factory=dict)
    training: TrainingEvidence | None = None
    tries: tuple[TryEvidence, ...] = ()
    optimiser: OptimiserEvidence = field(default_factory=OptimiserEvidence)
    other_calls: CallFigures | None = None
