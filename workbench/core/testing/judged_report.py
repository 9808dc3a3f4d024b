"""What a test report says of judges: how far each can be trusted, and the rates of columns corrected for its errors.

Invariant: a number that rests on a judge stands beside its measured error, or beside the sentence that it is
unmeasured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    # They load numpy, which what shows a report does not need.
    from workbench.core.statistics.comparisons import ComparisonVerdict
    from workbench.core.statistics.corrected_rate import CorrectedDifference, CorrectedRate
    from workbench.core.statistics.judge_error import JudgeError
    from workbench.core.statistics.preferences import PreferenceCount


@dataclass(frozen=True, slots=True)
class JudgedCheck:
    """A check of a test run that judges evaluated, and how far they can be trusted.

    `check` is the check in words, `models` are those that judged it and `versions` the versions of the judge prompts.
    `answers` have a verdict; `labels` random labels of people count. `error` is None for a check that compares answers
    with those of the baseline. `words` say what the judge catches and fails wrongly, or that it is unmeasured.
    `note` is what is wrong with the judge, or that it is unmeasured; `step` is what people can do then. `figures` are
    how often it is right, "" while it is unmeasured.
    `threshold` is one that fits the labels better than that of the check, None without one and for judges that write.
    """

    check: str
    check_hash: str
    check_type: str
    models: tuple[str, ...]
    versions: tuple[str, ...] = ()
    answers: int = 0
    labels: int = 0
    error: JudgeError | None = None
    words: str = ""
    note: str = ""
    step: Literal["", "label", "improve"] = ""
    figures: str = ""
    agreement_words: str = ""
    threshold: float | None = None
    threshold_words: str = ""

    @property
    def is_measured(self) -> bool:
        """Whether there are enough random labels to say how far the judge can be trusted."""
        return self.error is not None and self.error.is_measured


@dataclass(frozen=True, slots=True)
class ColumnJudging:
    """What a judge says of one column by the check at `judge` in the report's `judges`.

    `corrected` is the pass rate corrected with random labels of this column, with the raw one; None if no answer was
    judged, and for a check that compares with the baseline: that has `preference`, None in the baseline column.
    `words` are the sentence about either, `short` the few words beside the column's rate: "judge unmeasured", "judged
    78 %, not corrected", or "judged 78 %, corrected 71 % (58 to 84)". `difference` is that of the corrected rates from
    the baseline, None unless both are corrected. With it a measured judge has a `verdict` on the columns, which
    `correction` says in words, with the difference by the judge alone; the verdicts of several columns are adjusted.
    """

    judge: int
    words: str
    short: str = ""
    corrected: CorrectedRate | None = None
    preference: PreferenceCount | None = None
    difference: CorrectedDifference | None = None
    verdict: ComparisonVerdict | Literal[""] = ""
    correction: str = ""


def beside_rate(judging: Iterable[ColumnJudging]) -> str:
    """Return what stands beside the rate of a column because of judges, wherever it is shown; "" without one."""
    return ", ".join(dict.fromkeys(one.short for one in judging if one.short))


@dataclass(frozen=True, slots=True)
class JudgedReport:
    """The part of a test report about judges. `columns` has one entry per column. `judgements` are those of the
    scoring, of which `failed` have no reply and `reused` ones were made for an earlier scoring. `cost_usd` is that of
    the calls of this scoring, None if no price is known. `is_alone`: nothing but one judged check decides whether an
    answer passes. `notes` are sentences such as that a judge is tested itself.
    """

    judges: tuple[JudgedCheck, ...] = ()
    columns: tuple[tuple[ColumnJudging, ...], ...] = ()
    judgements: int = 0
    failed: int = 0
    reused: int = 0
    cost_usd: float | None = None
    is_alone: bool = False
    notes: tuple[str, ...] = field(default=())

    def beside_rate(self, position: int) -> str:
        """Return what stands beside the rate of a column because of judges, "" without one."""
        return beside_rate(self.columns[position]) if position < len(self.columns) else ""

    @property
    def wants_labels(self) -> bool:
        """Whether the rate of some column can only be corrected with more labels of it."""
        return any(one.corrected is not None and one.corrected.missing for column in self.columns for one in column)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What people should read beside the results, the preferences first."""
        preferred = (one.words for column in self.columns for one in column if one.preference is not None)
        return (*preferred, *(one.words for one in self.judges if one.words), *self.notes)
