"""The sentences of a report: what a comparison means, in which order conclusions stand, and on which set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.core.statistics.columns import ColumnSummary
from workbench.core.statistics.comparisons import ColumnComparison, NoWorseResult, no_worse
from workbench.core.statistics.corrected_rate import CorrectedDifference
from workbench.core.statistics.power import more_cases
from workbench.core.statistics.wording import SHORT, comparison_words, no_worse_words, points_words, score_words
from workbench.core.testing.grid import SuiteRun
from workbench.core.testing.judged_report import JudgedReport
from workbench.core.testing.report import ColumnReport
from workbench.core.text import counted, plural


def comparison_sentence(comparison: ColumnComparison, difference: float) -> str:
    """Return the sentence about passes; without a difference it says how many more cases would show `difference`."""
    need = None
    if comparison.passes is not None and comparison.verdict == "no_difference":
        need = more_cases(comparison.passes, difference, comparison.columns)
    return comparison_words(comparison, need)


def score_sentence(comparison: ColumnComparison | None) -> str:
    """Return the sentence about mean scores, "" if that about passes has said it."""
    if comparison is None or comparison.scores is None:
        return ""
    scores, passes = comparison.scores, comparison.passes
    if passes is not None and scores.difference == passes.difference:
        # Checks without partial scores: the sentence about passes has said it.
        return ""
    return score_words(scores)


def no_worse_result(
    comparison: ColumnComparison,
    margin: float,
    summary: ColumnSummary,
    baseline: ColumnSummary,
    correction: CorrectedDifference | None,
    *,
    is_margin_late: bool,
) -> tuple[NoWorseResult | None, str]:
    """Return whether a column is worse by less than `margin`, and the sentence with what it saves.

    `correction` is the difference corrected for the errors of the judge that alone decides, None without one.
    """
    saved = seconds = None
    costs = summary.cost_per_1000, baseline.cost_per_1000
    if costs[0] is not None and costs[1] is not None and any(costs):
        saved = costs[1] - costs[0]
    if summary.latency is not None and baseline.latency is not None:
        seconds = baseline.latency.median - summary.latency.median
    if comparison.passes is None:
        return None, no_worse_words(comparison, NoWorseResult(margin, None, None), saved, seconds)
    found, words = no_worse(comparison.passes, margin), ""
    if correction is not None and correction.difference is not None and correction.interval is not None:
        found = NoWorseResult(margin, correction.interval.low, correction.interval.low > -margin)
        words = f"difference {points_words(correction.difference, correction.interval)}"
    return found, no_worse_words(comparison, found, saved, seconds, is_margin_late=is_margin_late, corrected=words)


def vote_sentences(columns: Sequence[ColumnReport], samples: int) -> tuple[str, ...]:
    """Return what each column that votes stands on: how often its samples agreed."""
    said = []
    for column in columns:
        if column.summary.votes is not None:
            cases, majority, alike = column.summary.votes
            said.append(
                f"{column.title} counts each case once, by the most frequent of its {samples} answers: {majority:,} "
                f"of {counted(cases, 'case')} {plural(majority, 'has', 'have')} a majority, in {alike:,} all answers "
                "agree."
            )
    return tuple(said)


def set_words(run: SuiteRun) -> str:
    """Return on which cases the numbers of a run stand."""
    if run.set_name == "holdout":
        return f"on {counted(run.cases, 'hold-out case')}"
    return f"on {counted(run.cases, 'case')}"


def corrected(column: ColumnReport, judged: JudgedReport, *, is_own_baseline: bool) -> ColumnReport:
    """Return a column whose conclusion is corrected for the errors of its judges, with the plain one beside it.

    What rests on a judge alone has the corrected verdict; otherwise the plain one is called uncorrected. Corrections
    are about the baseline of the run, so a comparison with another run (not `is_own_baseline`) stands for itself.
    """
    said = [one for one in column.judging if one.correction]
    if not said or not is_own_baseline or column.comparison is None:
        return column
    comparison, lead = column.comparison, "By all checks, uncorrected"
    if judged.is_alone:
        passes, difference = comparison.passes, said[0].difference
        raw = None if difference is None else round(100 * difference.raw)
        # Overruled answers and thresholds count in the comparison, too.
        is_same = passes is not None and round(100 * passes.difference) == raw
        lead = "By the judge alone" if is_same else "Uncorrected"
    sentence = f"{correction_of(column)} {comparison_words(comparison, lead=lead)}"
    verdict = f"{SHORT[said[0].verdict]}, corrected" if judged.is_alone else f"{column.verdict}, uncorrected"
    return replace(column, sentence=sentence, verdict=verdict, corrected=said[0] if judged.is_alone else None)


def correction_of(column: ColumnReport) -> str:
    """Return what a comparison looks like once the errors of judges are corrected, "" if they are not."""
    return " ".join(one.correction for one in column.judging if one.correction)


def conclusions(columns: Sequence[ColumnReport], open_: int) -> tuple[str, ...]:
    """Return the conclusions, those with a difference first."""
    compared = [one for one in columns if one.comparison is not None]
    compared.sort(key=lambda one: one.conclusion not in ("better", "worse"))
    found = [sentence for one in compared for sentence in (one.no_worse_sentence, one.sentence) if sentence]
    flaky = len({case for one in columns for case in one.summary.flaky})
    if flaky:
        found.append(f"{counted(flaky, 'case')} {plural(flaky, 'passes', 'pass')} only sometimes.")
    if open_:
        found.append(f"{counted(open_, 'answer')} {plural(open_, 'is', 'are')} still to come.")
    return tuple(found)
