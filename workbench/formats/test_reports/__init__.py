"""Formats of reports of test runs, one module each, and copies of the grid for other programs.

Invariant: equal reports give equal bytes. Nothing is computed: figures and sentences are those of the report. Texts of
models and of people can neither break the format nor become markup, links or mentions in it. Writers stream, and ask
for the cells as often as they need them.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.formats.format_rows import rows_of
from workbench.formats.test_reports.report_format import ReportFormat

FORMATS: Mapping[str, ReportFormat] = {row.id: row for row in rows_of(__name__, __path__, ReportFormat)}
"""Formats by id, in display order."""
