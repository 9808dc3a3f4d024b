"""Workbooks of spreadsheet programs, read in a process of their own."""

from __future__ import annotations

from workbench.core.testing.case_table import CaseTable, Watch
from workbench.formats.cases.format import CaseFile, CaseFormat

LIMIT = 64 * 2**20


def read(file: CaseFile, watch: Watch) -> CaseTable:
    """Return the table of the chosen sheet."""
    return file.workbook(watch)


FORMAT = CaseFormat(
    id="workbook",
    order=60,
    title="Excel and OpenDocument sheets",
    help="One sheet: text as written, of number formats percentages and leading zeros (.xlsx), dates as "
    "2026-01-31, formulas by their last result.",
    extensions=(".xlsx", ".ods", ".xls", ".xlsm", ".xlsb"),
    limit_bytes=LIMIT,
    read=read,
)
