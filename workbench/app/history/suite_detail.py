"""The details of a test run in the history: its report in short.

Invariant: cases and answers are not read, whatever the size of the run; of held-out cases nothing but totals is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.core.dates import duration
from workbench.core.money import show_cost
from workbench.core.search.match_marker import MatchMarker
from workbench.core.search.results import HistoryRow
from workbench.core.testing.probes import NO_TEST
from workbench.core.testing.report import ColumnReport, SuiteReport

MOST_CELLS = 10_000
"""The statistics of a larger run take seconds; the Test view computes them."""
MOST_COLUMNS = 12
READING = "Reading the results…"
TOO_LARGE = "The statistics of this run take a while. Open it in Test to see them."


@dataclass(frozen=True, slots=True)
class SuiteColumnLine:
    """A column in a few words, "" where something is unknown. `is_baseline` is the one the others are compared with."""

    title: str
    rate: str
    verdict: str
    cost: str
    latency: str
    is_baseline: bool = False


@dataclass(frozen=True, slots=True)
class SuiteDetailView:
    """A test run as the history shows it. `columns` is empty while the report is being computed.

    `sentences` are the conclusions, or why there are none. `left_out` counts columns that are not shown.
    """

    row: HistoryRow
    sentences: tuple[str, ...] = ()
    columns: tuple[SuiteColumnLine, ...] = ()
    left_out: int = 0
    marker: MatchMarker | None = None


def awaited(row: HistoryRow, marker: MatchMarker | None = None) -> SuiteDetailView:
    """Return what is shown of a test run before its report is read; of a very large one, instead of it."""
    return SuiteDetailView(row, (*_kind(row), TOO_LARGE if is_too_large(row) else READING), marker=marker)


def is_too_large(row: HistoryRow) -> bool:
    """Whether the report of a test run is not computed here."""
    return row.test is not None and row.test.cells > MOST_CELLS


def suite_detail(row: HistoryRow, report: SuiteReport, marker: MatchMarker | None = None) -> SuiteDetailView:
    """Return a report in short."""
    lines = tuple(_line(column, report.columns) for column in report.columns[:MOST_COLUMNS])
    is_awaited = report.set_name == "holdout" and report.open
    unscored = (
        "" if report.scored or is_awaited else "Nothing is scored yet. Add checks, or open it in Test to score it."
    )
    sentences = tuple(filter(None, (*_kind(row), *report.sentences, unscored)))
    return SuiteDetailView(row, sentences, lines, len(report.columns) - len(lines), marker)


def _kind(row: HistoryRow) -> tuple[str, ...]:
    return (NO_TEST,) if row.test is not None and row.test.is_probe else ()


def _line(column: ColumnReport, columns: Sequence[ColumnReport]) -> SuiteColumnLine:
    cost, latency = column.cost_per_1000, column.summary.latency
    return SuiteColumnLine(
        column.title,
        " · ".join(filter(None, (column.rate_words, column.judge_words, column.gaps_words))),
        "baseline" if column.is_baseline and len(columns) > 1 else column.verdict,
        "" if cost is None else f"{show_cost(cost)} per 1,000",
        "" if latency is None else f"median {duration(round(latency.median * 1000))}",
        column.is_baseline,
    )
