"""The sentences of a report: what a comparison means, in which order conclusions stand, and on which set."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from workbench.core.statistics.columns import ColumnSummary
from workbench.core.statistics.comparisons import ColumnComparison, NoWorseResult, no_worse
from workbench.core.statistics.power import more_cases
from workbench.core.statistics.wording import comparison_words, no_worse_words, score_words
from workbench.core.testing.grid import SuiteRun
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
    *,
    is_margin_late: bool,
) -> tuple[NoWorseResult | None, str]:
    """Return whether a column is worse by less than `margin`, and the sentence with what it saves."""
    saved = seconds = None
    costs = summary.cost_per_1000, baseline.cost_per_1000
    if costs[0] is not None and costs[1] is not None and any(costs):
        saved = costs[1] - costs[0]
    if summary.latency is not None and baseline.latency is not None:
        seconds = baseline.latency.median - summary.latency.median
    if comparison.passes is None:
        return None, no_worse_words(comparison, NoWorseResult(margin, None, None), saved, seconds)
    found = no_worse(comparison.passes, margin)
    return found, no_worse_words(comparison, found, saved, seconds, is_margin_late=is_margin_late)


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


def with_corrections(sentences: Sequence[str], columns: Sequence[ColumnReport]) -> tuple[str, ...]:
    """Return the conclusions, each followed by what it looks like once the errors of judges are corrected.

    Corrections of columns without a conclusion come last.
    """
    corrected = {column.sentence: [one.correction for one in column.judging if one.correction] for column in columns}
    said = list[str]()
    for sentence in sentences:
        said += (sentence, *corrected.pop(sentence, ()))
    return (*said, *chain.from_iterable(corrected.values()))


def conclusions(columns: Sequence[ColumnReport], open_: int) -> tuple[str, ...]:
    """Return the conclusions, those with a difference first."""
    shown = ("better", "worse")
    compared = [one for one in columns if one.comparison is not None]
    compared.sort(key=lambda one: one.comparison is not None and one.comparison.verdict not in shown)
    found = [sentence for one in compared for sentence in (one.no_worse_sentence, one.sentence) if sentence]
    flaky = len({case for one in columns for case in one.summary.flaky})
    if flaky:
        found.append(f"{counted(flaky, 'case')} {plural(flaky, 'passes', 'pass')} only sometimes.")
    if open_:
        found.append(f"{counted(open_, 'answer')} {plural(open_, 'is', 'are')} still to come.")
    return tuple(found)
