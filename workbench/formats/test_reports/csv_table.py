"""Write the cells of a test report as CSV (RFC 4180), one row per sample.

Invariant: no spreadsheet reads a cell as a formula. An unknown value is an empty cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

from workbench.core.testing.report import ReportCells, SuiteReport
from workbench.formats.exports.csv_rows import cell_text
from workbench.formats.test_reports.report_format import ReportFormat

_COLUMNS = ("case", "name", "column", "sample", "state", "score", "reason", "seconds", "cost_usd", "text")


def write(report: SuiteReport, cells: Callable[[], ReportCells]) -> Iterator[str]:
    """Yield the rows, the header first."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)

    def line(values: tuple[str, ...]) -> str:
        writer.writerow(values)
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text

    yield line(_COLUMNS)
    for cell in cells():
        yield line(
            (
                str(cell.case + 1),
                cell_text(cell.case_name),
                cell_text(cell.column_title),
                str(cell.sample + 1),
                cell.state,
                _known(cell.score),
                cell_text(cell.reason),
                _known(cell.seconds),
                _known(cell.cost_usd),
                cell_text(cell.text),
            )
        )


def _known(value: float | None) -> str:
    return "" if value is None else repr(value)


FORMAT = ReportFormat(
    id="csv",
    order=40,
    title="Table (CSV)",
    help="one row per sample, for spreadsheets",
    extension=".csv",
    write=write,
)
