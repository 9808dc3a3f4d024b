"""JSON Lines: an object per line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.core.testing.case_table import CaseTable, Notes, TableError, Watch
from workbench.formats.cases.encoded_text import decoded
from workbench.formats.cases.format import CaseFile, CaseFormat
from workbench.formats.cases.object_rows import table_of_objects
from workbench.formats.cases.spelled_values import load_json

LIMIT = 64 * 2**20


def read(file: CaseFile, watch: Watch) -> CaseTable:
    """Return the table of a file."""
    return table_of_lines(decoded(file.body()), watch)


def table_of_lines(text: str, watch: Watch) -> CaseTable:
    """Return the table of JSON Lines. Raises TableError and ReadingStoppedError."""
    return table_of_objects(_objects(text), "line", Notes("line"), watch)


def _objects(text: str) -> Iterator[tuple[int, Any]]:
    start, number = 0, 1
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end]
        if line and not line.isspace():
            try:
                yield number, load_json(line)
            except RecursionError as error:
                raise TableError(f"Line {number:,} is nested too deeply. Flatten it.") from error
            except ValueError as error:
                raise TableError(f"Line {number:,} is not JSON ({error}). Correct it there.") from error
        start, number = end + 1, number + 1


FORMAT = CaseFormat(
    id="jsonl",
    order=30,
    title="JSON Lines",
    help="An object per line: its keys are columns, or it is a case with values or vars.",
    extensions=(".jsonl", ".ndjson"),
    limit_bytes=LIMIT,
    read=read,
)
