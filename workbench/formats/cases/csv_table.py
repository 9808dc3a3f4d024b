"""CSV files, with the columns that promptfoo gives a meaning."""

from __future__ import annotations

from workbench.core.testing.case_table import CaseTable, Notes, Watch, table_of_rows
from workbench.formats.cases.encoded_text import decoded
from workbench.formats.cases.format import CaseFile, CaseFormat
from workbench.formats.separated_rows import delimiter_of, separated_rows

LIMIT = 64 * 2**20


def table_of_text(text: str, watch: Watch, delimiter: str = "") -> CaseTable:
    """Return the table in a text; `delimiter` "" means the one that fits. Raises TableError, ReadingStoppedError."""
    notes = Notes("row")
    if "\n" not in text:
        # Old spreadsheet programs end lines with CR alone.
        text = text.replace("\r", "\n")
    return table_of_rows(separated_rows(text, delimiter or delimiter_of(text), notes), notes, watch)


def read(file: CaseFile, watch: Watch) -> CaseTable:
    """Return the table of a file."""
    return table_of_text(decoded(file.body()), watch)


FORMAT = CaseFormat(
    id="csv",
    order=10,
    title="CSV",
    help="A row per case below the names of the columns, separated by commas, semicolons or tabs; promptfoo's "
    "columns such as __expected are understood.",
    extensions=(".csv", ".txt"),
    limit_bytes=LIMIT,
    read=read,
)
