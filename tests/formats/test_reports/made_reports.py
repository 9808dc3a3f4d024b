"""Test reports for tests: figures and sentences from the real statistics, texts as given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.core.statistics.columns import summarise
from workbench.core.statistics.comparisons import compare_columns
from workbench.core.statistics.results import CaseResults, CellResult, CellState, ColumnResults
from workbench.core.statistics.wording import SHORT, comparison_words, difference_words, gaps_words, rate_words
from workbench.core.testing.report import ColumnReport, ReportCell, ReportCells, SuiteReport

States = Sequence[Sequence[CellState]]
"""The states of one column: cases with their samples."""


def made(
    columns: dict[str, States],
    *,
    names: Sequence[str] = (),
    reason: str = "The answer lacks “x”.",
    text: str = "An answer",
    prompt: str = "Order bot",
    notes: Sequence[str] = (),
) -> tuple[SuiteReport, Callable[[], ReportCells]]:
    """Return a report of columns by title, the first of which is the baseline, and its cells."""
    cases = len(next(iter(columns.values())))
    named = [*names, *(f"case {number + 1}" for number in range(len(names), cases))]
    results = [
        ColumnResults(
            title,
            tuple(
                CaseResults(str(number), tuple(CellResult(state, 1.0, 1.5, 0.001) for state in samples))
                for number, samples in enumerate(states)
            ),
        )
        for title, states in columns.items()
    ]
    compared = compare_columns(results[0], results[1:])
    reports = []
    for number, result in enumerate(results):
        summary = summarise(result)
        comparison = compared[number - 1] if number else None
        failing = [named[at] for at, case in enumerate(result.cases) if case.counts[1] and not case.counts[0]]
        reports.append(
            ColumnReport(
                result.name,
                result.name.partition(" ")[0],
                result.name.rpartition(" ")[2],
                number == 0,
                summary,
                comparison,
                rate_words(summary.passes),
                gaps_words(summary),
                SHORT[comparison.verdict] if comparison else "",
                comparison_words(comparison) if comparison else "",
                failing=tuple(failing),
                failing_total=len(failing),
                difference_words=difference_words(comparison.passes) if comparison and comparison.passes else "",
            )
        )
    report = SuiteReport(
        prompt,
        7,
        "u" * 32,
        "2026-11-29T10:00:00.000Z",
        tuple(reports),
        cases,
        set_words=f"on {cases} cases",
        samples=len(next(iter(columns.values()))[0]),
        calls=cases * len(columns),
        spent_usd=0.25,
        bar="not_held",
        bar_words="The pass rate is below 90 %.",
        notes=tuple(notes),
    )

    def cells() -> ReportCells:
        for column, (title, states) in enumerate(columns.items()):
            for case, samples in enumerate(states):
                for sample, state in enumerate(samples):
                    said = "" if state == "no_answer" else text
                    why = "" if state == "pass" else reason
                    yield ReportCell(
                        case, named[case], column, title, sample, state, None, why, 1.5, None if said else 0.001, said
                    )

    return report, cells
