"""Reports of single columns of a test run.

Invariant: what rests on a judge alone is compared by the rates that are corrected for its errors, once they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from workbench.core.statistics.columns import ColumnSummary
from workbench.core.statistics.comparisons import ColumnComparison
from workbench.core.statistics.results import ColumnResults, is_majority
from workbench.core.statistics.wording import SHORT, gaps_words, rate_words
from workbench.core.testing.grid import SuiteColumn
from workbench.core.testing.judged_report import JudgedReport
from workbench.core.testing.report import MOST_FAILING, ColumnReport
from workbench.core.testing.settings import SuiteSettings
from workbench.usecases.testing.column_titles import parameter_words
from workbench.usecases.testing.conclusion_words import (
    comparison_sentence,
    corrected,
    no_worse_result,
    score_sentence,
)


def column_report(
    column: SuiteColumn,
    results: ColumnResults,
    summary: ColumnSummary,
    comparison: ColumnComparison | None,
    baseline: ColumnSummary,
    settings: SuiteSettings,
    names: Mapping[str, str],
    hidden: Collection[str],
    judged: JudgedReport,
    *,
    is_baseline: bool,
    is_own_baseline: bool,
    wants_no_worse: bool,
    is_margin_late: bool,
    is_awaited: bool,
) -> ColumnReport:
    """Return the report of a column; `names` and `hidden` are cases by uid.

    `is_own_baseline`: it is compared with a column of the same run, if at all.
    """
    failing = [case.case for case in results.cases if case.counts[1] and not is_majority(*case.counts)]
    named = [names.get(uid, uid) for uid in failing if uid not in hidden]
    judging = judged.columns[column.position]
    made = ColumnReport(
        title=results.name,
        version_name=column.version_name,
        model=column.lane.model,
        is_baseline=is_baseline,
        summary=summary,
        comparison=comparison,
        rate_words="" if is_awaited else rate_words(summary.passes),
        gaps_words=gaps_words(summary),
        verdict="" if comparison is None else SHORT[comparison.verdict],
        sentence="" if comparison is None else comparison_sentence(comparison, settings.difference),
        score_sentence=score_sentence(comparison),
        parameters=parameter_words(column.lane.params),
        failing=tuple(named[:MOST_FAILING]),
        failing_total=len(failing),
        judging=judging,
    )
    made = corrected(made, judged, is_own_baseline=is_own_baseline)
    if comparison is None or not wants_no_worse:
        return made
    difference = None if made.corrected is None else made.corrected.difference
    found, sentence = no_worse_result(
        comparison, settings.margin, summary, baseline, difference, is_margin_late=is_margin_late
    )
    return replace(made, no_worse=found, no_worse_sentence=sentence)
