"""Write a test report as JSON for programs. The keys are described in docs/TEST_REPORTS.md.

Invariant: keys are only added within a `format`; a key is never left out: what is unknown is null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from workbench.core.statistics.proportions import ConfidenceInterval
from workbench.core.testing.judged_report import ColumnJudging, JudgedCheck
from workbench.core.testing.report import ColumnReport, ReportCell, ReportCells, SuiteReport
from workbench.formats.test_reports.report_format import ReportFormat

if TYPE_CHECKING:
    from workbench.core.statistics.comparisons import ColumnComparison
    from workbench.core.statistics.judge_error import AnswerShare

VERSION = 2


def write(report: SuiteReport, cells: Callable[[], ReportCells]) -> Iterator[str]:
    """Yield the document in chunks; each cell is on a line of its own."""
    head = _dumped(document(report))
    yield head.removesuffix("}") + ',"cells":[\n'
    is_first = True
    for cell in cells():
        yield ("" if is_first else ",\n") + _dumped(_cell(cell))
        is_first = False
    yield "\n]}\n" if not is_first else "]}\n"


def document(report: SuiteReport) -> dict[str, Any]:
    """Return the report without its cells."""
    return {
        "format": VERSION,
        "prompt": report.prompt,
        "run": report.number,
        "uid": report.uid,
        "started_at": report.started_at,
        "set": report.set_name,
        "set_words": report.set_words,
        "round": report.round,
        "samples": report.samples,
        "is_probe": report.is_probe,
        "cases": report.cases,
        "unchecked_cases": report.unchecked,
        "cell_counts": {
            "scored": report.scored,
            "unscored": report.unscored,
            "unanswered": report.unanswered,
            "open": report.open,
        },
        "calls": report.calls,
        "reused": report.reused,
        "oldest_reused": report.oldest_reused or None,
        "oldest_reused_days": report.oldest_reused_days,
        "spent_usd": report.spent_usd,
        "seconds": report.seconds,
        "bar": report.bar,
        "bar_words": report.bar_words,
        "sentences": list(report.sentences),
        "unscored_words": report.unscored_words,
        "notes": list(report.notes),
        "tried": None if report.tried is None else report.tried.to_json(),
        "tries": None if report.tries is None else report.tries.to_json(),
        "judges": [_judge(one) for one in report.judged.judges],
        "judge_calls": report.judge_calls,
        "judgements": {
            "all": report.judged.judgements,
            "failed": report.judged.failed,
            "reused": report.judged.reused,
        },
        "judge_usd": report.judged.cost_usd,
        "columns": [_column(column) for column in report.columns],
    }


def _column(column: ColumnReport) -> dict[str, Any]:
    summary = column.summary
    passes, score, latency = summary.passes, summary.score, summary.latency
    return {
        "title": column.title,
        "version": column.version_name,
        "model": column.model,
        "is_baseline": column.is_baseline,
        "cells": summary.cells,
        "passed": summary.passed,
        "failed": summary.failed,
        "unscored": summary.unscored,
        "unanswered": summary.unanswered,
        "pass_rate": None
        if passes is None
        else {
            "rate": passes.rate,
            "interval": _interval(passes.interval),
            "cases": passes.cases,
            "passing": passes.passing,
            "clusters": passes.clusters,
        },
        "mean_score": None if score is None else {"mean": score.mean, "interval": _interval(score.interval)},
        "latency_seconds": None
        if latency is None
        else {"first_quartile": latency.first, "median": latency.median, "third_quartile": latency.third},
        "cost_usd_per_1000": summary.cost_per_1000,
        "votes": None
        if summary.votes is None
        else dict(zip(("cases", "majority", "alike"), summary.votes, strict=True)),
        "flaky_cases": list(summary.flaky),
        "pass_powers": [{"k": power.k, "rate": power.rate} for power in summary.pass_powers],
        "rate_words": column.rate_words,
        "verdict": column.conclusion or None,
        "is_corrected": column.corrected is not None,
        "comparison": _comparison(column.comparison),
        "sentence": column.sentence,
        "score_sentence": column.score_sentence,
        "no_worse": None
        if column.no_worse is None
        else {"margin": column.no_worse.margin, "low": column.no_worse.low, "holds": column.no_worse.holds},
        "no_worse_sentence": column.no_worse_sentence,
        "judge_words": column.judge_words,
        "judged": [_judging(one) for one in column.judging],
        "failing": list(column.failing),
        "failing_total": column.failing_total,
    }


def _judge(one: JudgedCheck) -> dict[str, Any]:
    error = one.error
    return {
        "check": one.check,
        "check_hash": one.check_hash,
        "type": one.check_type,
        "models": list(one.models),
        "prompt_versions": list(one.versions),
        "answers": one.answers,
        "labels": one.labels,
        "is_measured": one.is_measured,
        "catch_rate": None if error is None else _share(error.catch),
        "false_alarms": None if error is None else _share(error.false_alarms),
        "agreement": None if error is None else _share(error.agreement),
        "kappa": None if error is None else error.kappa,
        "words": one.words,
        "agreement_words": one.agreement_words,
        "threshold_words": one.threshold_words,
    }


def _share(share: AnswerShare | None) -> dict[str, Any] | None:
    if share is None:
        return None
    return {"rate": share.rate, "interval": _interval(share.interval), "hits": share.hits, "answers": share.size}


def _judging(one: ColumnJudging) -> dict[str, Any]:
    corrected, preference = one.corrected, one.preference
    return {
        "judge": one.judge,
        "words": one.words,
        "raw": None
        if corrected is None
        else {"rate": corrected.raw.rate, "interval": _interval(corrected.raw.interval)},
        "corrected": None
        if corrected is None or corrected.rate is None
        else {"rate": corrected.rate, "interval": _interval(corrected.interval)},
        "difference": None
        if one.difference is None
        else {
            "raw": one.difference.raw,
            "corrected": one.difference.difference,
            "interval": _interval(one.difference.interval),
        },
        "correction": one.correction,
        "labels": 0 if corrected is None else corrected.labels,
        "labels_missing": 0 if corrected is None else corrected.missing,
        "preference": None
        if preference is None
        else {
            "cases": preference.cases,
            "won": preference.won,
            "lost": preference.lost,
            "undecided": preference.undecided,
            "unscored": preference.unscored,
            "p": preference.p,
            "p_adjusted": preference.p_adjusted,
            "verdict": preference.verdict,
        },
    }


def _comparison(comparison: ColumnComparison | None) -> dict[str, Any] | None:
    if comparison is None:
        return None
    passes, left_out = comparison.passes, comparison.left_out
    return {
        "baseline": comparison.baseline,
        "pairs": 0 if passes is None else passes.pairs,
        "fixed": None if passes is None else passes.fixed,
        "broken": None if passes is None else passes.broken,
        "difference": None if passes is None else passes.difference,
        "interval": None if passes is None else _interval(passes.interval),
        "p": None if passes is None else passes.p,
        "p_adjusted": None if passes is None else passes.p_adjusted,
        "left_out": {
            "missing": left_out.missing,
            "unscored": left_out.unscored,
            "unanswered": left_out.unanswered,
        },
    }


def _cell(cell: ReportCell) -> dict[str, Any]:
    return {
        "case": cell.case,
        "name": cell.case_name,
        "column": cell.column,
        "sample": cell.sample,
        "state": cell.state,
        "score": cell.score,
        "reason": cell.reason,
        "seconds": cell.seconds,
        "cost_usd": cell.cost_usd,
        "text": cell.text,
        "counts": cell.counts,
    }


def _interval(interval: ConfidenceInterval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def _dumped(value: Any) -> str:
    return json.dumps(_finite(value), ensure_ascii=True, separators=(",", ":"), allow_nan=False)


def _finite(value: Any) -> Any:
    """Return a value without numbers that JSON cannot hold."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list) else value


FORMAT = ReportFormat(
    id="json",
    order=30,
    title="JSON",
    help="all figures and cells, for programs; docs/TEST_REPORTS.md describes the keys",
    extension=".json",
    write=write,
)
