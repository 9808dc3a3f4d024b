"""The bar of a test run: what a pipeline asks for, and whether it was reached.

Invariant: a run of which nothing was scored, or whose budget was reached, never holds a bar. A case without a check
that can fail counts as not scored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.core.statistics.columns import ColumnSummary
from workbench.core.statistics.comparisons import NoWorseResult
from workbench.core.testing.report import ReportBar
from workbench.core.text import counted, plural

_IDLE = "only empty sets or checks of weight 0"


@dataclass(frozen=True, slots=True)
class SuiteBar:
    """What is asked of every column.

    `rate` is the lowest pass rate, as a fraction. With `no_worse` it is only asked if it is set. Every call must have
    an answer, and every cell with checks must be scored unless `allows_unscored`. Every prompt and case of a foreign
    file must be tested unless `allows_left_out`.
    """

    rate: float | None = None
    no_worse: bool = False
    allows_unscored: bool = False
    allows_left_out: bool = False

    @property
    def least(self) -> float | None:
        """The pass rate that is asked: every case must pass unless another rate or only a margin is asked for."""
        return self.rate if self.rate is not None or self.no_worse else 1.0


def judge(
    bar: SuiteBar,
    columns: Sequence[tuple[str, ColumnSummary]],
    no_worse: Sequence[tuple[str, NoWorseResult | None]] = (),
    *,
    is_over_budget: bool = False,
    is_complete: bool = True,
    awaited: str = "",
    idle: int = 0,
    left_out: int = 0,
) -> tuple[ReportBar, str]:
    """Return whether columns, with their titles, reach the bar, and a sentence that says so.

    `no_worse` are the results of the columns that are compared with a margin. `awaited` says why there is no result
    yet, "" if there is one. `idle` cases, which are not in the columns, have no check that can fail.
    `left_out` prompts, cases or files of them are not tested.
    """
    if is_over_budget:
        return "budget_reached", "The budget was reached before every case was answered."
    if awaited:
        return "not_held", "The hold-out holds a bar only when every case is answered. Run it again to continue."
    scored = sum(summary.passed + summary.failed for _, summary in columns)
    if not scored:
        return "nothing_scored", _nothing_scored([summary for _, summary in columns], idle)
    if not is_complete:
        return "not_held", "Not every case was answered. Run it again to continue."
    if left_out and not bar.allows_left_out:
        return "not_held", "Not everything of the file was tested. Add --allow-left-out to accept that."
    if idle and not bar.allows_unscored:
        return (
            "not_held",
            f"{counted(idle, 'case')} {plural(idle, 'has', 'have')} no check that can fail: {_IDLE}. Add one, or "
            "--allow-unscored to accept that.",
        )
    return _judged(bar, columns, no_worse)


def _nothing_scored(columns: Sequence[ColumnSummary], idle: int) -> str:
    unanswered, unscored = sum(one.unanswered for one in columns), sum(one.unscored for one in columns)
    if unanswered:
        return f"Nothing was scored: {counted(unanswered, 'call')} without an answer."
    if unscored:
        return f"Nothing was scored: the checks of {counted(unscored, 'answer')} could not be evaluated."
    if idle:
        return f"Nothing was scored: no check can fail, {_IDLE}. Add one that can."
    return "Nothing was scored. Add checks to the prompt or its cases."


def _judged(
    bar: SuiteBar,
    columns: Sequence[tuple[str, ColumnSummary]],
    no_worse: Sequence[tuple[str, NoWorseResult | None]],
) -> tuple[ReportBar, str]:
    for title, one in columns:
        if not one.passed + one.failed:
            return "not_held", f"{title}: nothing was scored."
        if one.unanswered:
            return "not_held", f"{title}: {counted(one.unanswered, 'call')} without an answer."
        if one.unscored and not bar.allows_unscored:
            return (
                "not_held",
                f"{title}: {counted(one.unscored, 'answer')} unscored. Add --allow-unscored to accept that.",
            )
    least = bar.least
    if least is not None:
        for title, one in columns:
            rate = one.passes.rate if one.passes is not None else 0.0
            if rate < least - 1e-12:
                return "not_held", f"{title} passes {_percent(rate)}; at least {_percent(least)} is asked for."
    for title, found in no_worse:
        if found is None or not found.holds:
            return "not_held", f"It is not shown that {title} is no worse than the baseline by more than the margin."
    if least == 1.0:
        return "held", "Every case passes in every column."
    if least is not None:
        return "held", f"Every column passes at least {_percent(least)}."
    return "held", "Every compared column is no worse than the baseline by more than the margin."


def _percent(rate: float) -> str:
    text = f"{100 * rate:.1f}".removesuffix(".0")
    # 99.96 % must not look like 100 %.
    return f"{'under 100' if text == '100' and rate < 1 else text} %"
