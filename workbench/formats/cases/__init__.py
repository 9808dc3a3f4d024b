"""Formats that cases are read from: tables, lists of objects and workbooks.

Invariant: a format is a module with a row FORMAT; the file dialog, the documents and the reader of cases read these
rows. Every format gives a `CaseTable`, whose columns are mapped afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from workbench.formats.cases.format import CaseFormat
from workbench.formats.format_rows import rows_of

FORMATS: Mapping[str, CaseFormat] = {row.id: row for row in rows_of(__name__, __path__, CaseFormat)}
"""Formats by id, in display order."""


def format_of(path: Path) -> CaseFormat | None:
    """Return the format of a file by its extension, None for an unknown one."""
    suffix = path.suffix.lower()
    return next((row for row in FORMATS.values() if suffix in row.extensions), None)


def file_filter() -> str:
    """Return the filter of a file dialog: all formats, each of them, all files."""
    every = " ".join(pattern for row in FORMATS.values() for pattern in row.patterns)
    single = [f"{row.title} ({' '.join(row.patterns)})" for row in FORMATS.values()]
    return ";;".join((f"Files with cases ({every})", *single, "All files (*)"))
