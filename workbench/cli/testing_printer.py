"""Prints the reports of `workbench test`: as lines, or as one JSON document.

Invariant: with `as_json` everything printed is one document, also when the command is interrupted after a report.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from workbench.cli.output import one_row

if TYPE_CHECKING:
    from workbench.core.testing.report import ReportCells, SuiteReport


class ReportPrinter:
    """Prints to `out`. Call `end` once, whatever happened; `finish` before it if nothing was interrupted."""

    def __init__(self, out: TextIO, *, as_json: bool) -> None:
        self._out, self._as_json = out, as_json
        self._count = 0
        self._is_begun = False

    def show(self, report: SuiteReport, cells: Callable[[], ReportCells]) -> None:
        """Print a report."""
        if self._as_json:
            from workbench.formats.test_reports import FORMATS

            self._begin()
            if self._count:
                self._out.write(",")
            for piece in FORMATS["json"].write(report, cells):
                self._out.write(piece)
        else:
            from workbench.cli.testing_report import lines

            blank = [""] if self._count else []
            print("\n".join(map(one_row, (*blank, *lines(report)))), file=self._out)
        self._count += 1

    def finish(self) -> None:
        """Make a document without reports complete, too."""
        if self._as_json:
            self._begin()

    def end(self) -> None:
        """End a document that has begun."""
        if self._is_begun:
            self._out.write("]}\n")
        self._out.flush()

    def _begin(self) -> None:
        if not self._is_begun:
            from workbench.formats.test_reports.json_document import VERSION

            self._is_begun = True
            self._out.write(f'{{"format":{VERSION},"reports":[')
