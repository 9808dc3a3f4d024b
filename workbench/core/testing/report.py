"""The report of a test run: what the window, the terminal and the writers of files show.

Invariant: a report is complete: sentences are written, statistics computed, cases named, so that what shows it computes
nothing. Its size is bounded; cells are passed beside it, one at a time (`ReportCell`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from workbench.core.statistics.results import CellState
from workbench.core.testing.grid import CaseSetName
from workbench.core.testing.judged_report import ColumnJudging, JudgedReport, beside_rate
from workbench.core.version_name import TEST, run_name, text_words

if TYPE_CHECKING:
    # They load numpy, which what shows a report does not need.
    from workbench.core.statistics.columns import ColumnSummary
    from workbench.core.statistics.comparisons import ColumnComparison, ComparisonVerdict, NoWorseResult
    from workbench.core.testing.tries import ChampionTry, TryHistory

MOST_FAILING = 200
"""Most names of failing cases of a column."""
ReportBar = Literal["held", "not_held", "nothing_scored", "budget_reached", "none"]
"""Whether the pass rate asked for was reached. none: no bar was set. nothing_scored and budget_reached are not held."""


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """One column of a test run.

    `title` is unique in the report: "gpt-5-mini", or with several versions "#14 · gpt-5-mini". `comparison` is None
    for the baseline and without one. `rate_words` is the pass rate as in a column head ("92 % (80 to 97)"),
    `gaps_words` what is unscored or without an answer ("" for nothing). `verdict` is the short form of the
    comparison, "" for the baseline, and `difference_words` the difference with its interval ("" below ten clusters);
    `sentence` is the whole comparison, which says what was left out. `score_sentence` is about mean scores,
    `no_worse_sentence` about a margin; both "" if they were not asked for. `failing` are names of cases that fail by
    majority, in the order of the cases, at most MOST_FAILING; `failing_total` counts all. Costs and quartiles are in
    `summary`. `judging` says what judges found by each judged check, with the rate corrected for their errors;
    `corrected` is the one of them whose verdict stands in place of the comparison's, None without.
    """

    title: str
    version_name: str
    model: str
    is_baseline: bool
    summary: ColumnSummary
    comparison: ColumnComparison | None = None
    rate_words: str = ""
    gaps_words: str = ""
    verdict: str = ""
    sentence: str = ""
    score_sentence: str = ""
    no_worse: NoWorseResult | None = None
    no_worse_sentence: str = ""
    parameters: str = ""
    failing: tuple[str, ...] = ()
    failing_total: int = 0
    difference_words: str = ""
    judging: tuple[ColumnJudging, ...] = ()
    corrected: ColumnJudging | None = None

    @property
    def conclusion(self) -> ComparisonVerdict | Literal[""]:
        """The verdict that counts: corrected if a measured judge alone decides, "" without a comparison."""
        if self.corrected is not None:
            return self.corrected.verdict
        return "" if self.comparison is None else self.comparison.verdict

    @property
    def judge_words(self) -> str:
        """What stands beside the rate because of judges, as by `beside_rate`; "" without judged checks."""
        return beside_rate(self.judging)

    @property
    def cost_per_1000(self) -> float | None:
        """The mean cost of 1,000 calls in US dollars, None if no cost is known."""
        return self.summary.cost_per_1000


@dataclass(frozen=True, slots=True)
class SuiteReport:
    """A test run with its statistics.

    `number` is the run's number as people see it, `started_at` an ISO date in UTC. `set_name` says which cases were
    tested and `set_words` says it to people. `sentences` are the conclusions, the most important one first; each column
    has its own beside them. `cases` counts cases, `unchecked` those of them without a check, which are answered but not
    scored and not in the statistics. `unscored`, `unanswered` and `open` count cells. `calls` were made for this run,
    `reused` answers came from earlier ones of the round; `oldest_reused` is when the oldest of them ended, an ISO
    date in UTC ("" if not known), and `oldest_reused_days` its age in whole days when the report was made.
    `spent_usd` is the known cost of the calls, None if there is no price. `bar` and `bar_words` say whether the
    pass rate that the person asked for was reached. `notes` are sentences about the run, such as what a foreign
    file had that was left out. `tried` is what the run shows if it compares a champion with a challenger, `tries`
    are all such runs of the prompt, None without any. `judged` is about judges, which answered `judge_calls` calls.
    `unscored_words` say why answers are unscored.
    """

    prompt: str
    number: int
    uid: str
    started_at: str
    columns: tuple[ColumnReport, ...]
    cases: int
    set_name: CaseSetName = "tuning"
    set_words: str = ""
    round: int = 1
    samples: int = 1
    baseline: int = 0
    sentences: tuple[str, ...] = ()
    unchecked: int = 0
    unscored: int = 0
    unanswered: int = 0
    open: int = 0
    calls: int = 0
    reused: int = 0
    oldest_reused: str = ""
    oldest_reused_days: int | None = None
    spent_usd: float | None = None
    seconds: float | None = None
    bar: ReportBar = "none"
    bar_words: str = ""
    is_probe: bool = False
    notes: tuple[str, ...] = ()
    tried: ChampionTry | None = None
    tries: TryHistory | None = None
    judged: JudgedReport = field(default_factory=JudgedReport)
    judge_calls: int = 0
    unscored_words: str = ""

    @property
    def version_name(self) -> str:
        """The version of all columns, "" if they have several, which are then part of their titles."""
        names = {column.version_name for column in self.columns}
        return names.pop() if len(names) == 1 else ""

    @property
    def text_words(self) -> str:
        """Which text was tested: "text of #12"; "" if it is named after this run, or the columns have several."""
        return text_words(run_name(TEST, self.number), self.version_name)

    @property
    def scored(self) -> int:
        """The number of cells that passed or failed."""
        return sum(column.summary.passed + column.summary.failed for column in self.columns)


@dataclass(frozen=True, slots=True)
class ReportCell:
    """One sample of one case in one column, for lists and files.

    `case` and `column` are positions from 0, `case_name` is unique enough for people, `column_title` is that of the
    column. `reason` is the sentence of the first failed or unscored check, or of the failure of the call. `seconds` and
    `cost_usd` are None if unknown. `text` is the whole answer, "" without one. `counts` is False for a sample that the
    vote of its column left out.
    """

    case: int
    case_name: str
    column: int
    column_title: str
    sample: int
    state: CellState
    score: float | None = None
    reason: str = ""
    seconds: float | None = None
    cost_usd: float | None = None
    text: str = ""
    counts: bool = True


ReportCells = Iterator[ReportCell]
"""Cells column by column, in each column case by case, in each case sample by sample."""
