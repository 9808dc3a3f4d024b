"""What a report says about the set of its cases, and nothing else of cases that are held out.

Invariant: the report of a hold-out names no case and has no answer: its cells are sorted by their result, so that they
say as much as the totals. While answers are missing it has no result at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from workbench.core.statistics.columns import ColumnSummary
from workbench.core.statistics.results import CellState, ColumnResults
from workbench.core.testing.grid import SuiteRun
from workbench.core.testing.report import ColumnReport, ReportCell, SuiteReport
from workbench.core.text import plural
from workbench.store.testing.suite_records import SuiteRecords

_ORDER: tuple[CellState, ...] = ("fail", "unscored", "no_answer", "pass")


def about_its_set(report: SuiteReport, records: SuiteRecords, run_uid: str, cases: Collection[str]) -> SuiteReport:
    """Return a report that says on which set its numbers stand; that of a hold-out without names.

    `cases` are the uids of its cases: of a hold-out it is said how many were seen since. Raises StoreError.
    """
    prompt = records.prompt_of(run_uid)
    if report.set_name == "holdout":
        opened = records.used_cases(prompt).keys() & set(cases)
        ran = (records.seen_cases(prompt) & set(cases)) - opened
        seen = [
            f"{len(uids):,} {plural(len(uids), was, were)}"
            for uids, was, were in ((opened, "was opened", "were opened"), (ran, "ran in Compose", "ran in Compose"))
            if uids
        ]
        words = f"{report.set_words}, of which {' and '.join(seen)} since" if seen else report.set_words
        return replace(report, set_words=words, columns=tuple(map(_without_names, report.columns)))
    if records.has_holdout(prompt):
        words = "on the case you tuned on" if report.cases == 1 else f"on the {report.cases:,} cases you tuned on"
        return replace(report, set_words=words)
    return report


def awaited(run: SuiteRun) -> str:
    """Return why a run has no result yet, although some cases are answered; "" if it has one or needs no reason."""
    if run.set_name != "holdout" or run.answered >= run.cells:
        return ""
    return (
        f"{run.answered:,} of {run.cells:,} answers of the hold-out {plural(run.answered, 'is', 'are')} here; the "
        "result is shown when all are."
    )


def total_cells(results: Sequence[ColumnResults], titles: Sequence[str]) -> Iterator[ReportCell]:
    """Yield the cells of a hold-out column by column, without what tells which case they are of."""
    for column, (result, title) in enumerate(zip(results, titles, strict=True)):
        cells = [cell for case in result.cases for cell in case.cells]
        cells.sort(key=lambda cell: _ORDER.index(cell.state))
        for number, cell in enumerate(cells):
            yield ReportCell(number, f"Hold-out answer {number + 1}", column, title, 0, cell.state)


def with_names(summary: ColumnSummary, names: Mapping[str, str], hidden: Collection[str]) -> ColumnSummary:
    """Return a summary with the names of its flaky cases in place of their uids; those of `hidden` are numbered."""
    shown = [names.get(uid, uid) for uid in summary.flaky if uid not in hidden]
    numbered = (f"Hold-out case {number}" for number in range(1, len(summary.flaky) - len(shown) + 1))
    return replace(summary, flaky=(*shown, *numbered))


def _without_names(column: ColumnReport) -> ColumnReport:
    return replace(column, failing=(), summary=with_names(column.summary, {}, column.summary.flaky))
