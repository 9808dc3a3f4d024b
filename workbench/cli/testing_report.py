"""The report of a test in the terminal, as lines of text.

Invariant: nothing is computed here; sentences and figures come from the report.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.core.money import show_cost
from workbench.core.testing.report import ColumnReport, SuiteReport
from workbench.core.text import counted

_MOST_SHOWN = 5
"""Names of failing cases that are listed for a column."""


def lines(report: SuiteReport) -> Iterator[str]:
    """Yield the report line by line."""
    samples = f", {counted(report.samples, 'sample')} each" if report.samples > 1 else ""
    text = f"{report.text_words}, " if report.text_words else ""
    yield f"Test run {report.number} of {report.prompt}, {text}{report.set_words}{samples}."
    width = max(len(column.title) for column in report.columns)
    for column in report.columns:
        yield f"  {column.title:<{width}}  {_figures(column)}"
        for judging in column.judging:
            if judging.preference is None and judging.words:
                yield f"  {'':<{width}}  judged: {judging.words.removeprefix(f'{column.title}: ')}"
        if column.failing_total:
            yield f"  {'':<{width}}  fails: {_failing(column)}"
    yield from report.sentences
    if report.unscored_words:
        yield report.unscored_words
    if report.unchecked:
        yield f"{counted(report.unchecked, 'case')} without a check, which are not scored."
    if report.bar_words:
        yield report.bar_words


def _figures(column: ColumnReport) -> str:
    parts = [column.rate_words]
    if column.judge_words:
        parts[0] += f" ({column.judge_words})"
    if column.gaps_words:
        parts.append(column.gaps_words)
    if (latency := column.summary.latency) is not None:
        parts.append(f"{latency.median:.2f} s")
    if (cost := column.cost_per_1000) is not None:
        parts.append(f"{show_cost(cost)} per 1,000" if cost else "free")
    if column.is_baseline:
        parts.append("baseline")
    elif column.verdict:
        parts.append(column.verdict)
    return " · ".join(parts)


def _failing(column: ColumnReport) -> str:
    shown = column.failing[:_MOST_SHOWN]
    if not shown:
        return f"{counted(column.failing_total, 'case')}, of which only the number is shown"
    more = column.failing_total - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")
