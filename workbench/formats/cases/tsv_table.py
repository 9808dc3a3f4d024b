"""Tab-separated files."""

from __future__ import annotations

from workbench.core.testing.case_table import CaseTable, Watch
from workbench.formats.cases.csv_table import LIMIT, table_of_text
from workbench.formats.cases.encoded_text import decoded
from workbench.formats.cases.format import CaseFile, CaseFormat


def read(file: CaseFile, watch: Watch) -> CaseTable:
    """Return the table of a file."""
    return table_of_text(decoded(file.body()), watch, "\t")


FORMAT = CaseFormat(
    id="tsv",
    order=20,
    title="Tab-separated text",
    help="A row per case below the names of the columns, separated by tabs, as spreadsheets copy rows.",
    extensions=(".tsv", ".tab"),
    limit_bytes=LIMIT,
    read=read,
)
