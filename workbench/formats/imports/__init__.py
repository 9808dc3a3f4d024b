"""Formats of files that come from elsewhere, one module each.

Invariant: a format is a module with a row FORMAT. File dialogs, the terminal's help, the sentence about what can be
imported, and the recognition of files read these rows. They are loaded when first needed, because some modules here are
used alone, at the start.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

from workbench.formats.format_rows import rows_of
from workbench.formats.imports.format import ImportFile, ImportFormat


@functools.cache
def formats() -> Mapping[str, ImportFormat]:
    """Return all formats by id, in the order in which they are shown and tried."""
    return {row.id: row for row in rows_of(__name__, __path__, ImportFormat)}


def importable() -> tuple[ImportFormat, ...]:
    """Return the formats that bring runs, a whole history, or a prompt with its tests."""
    return tuple(row for row in formats().values() if row.brings in ("runs", "history", "tests"))


def recognised(file: ImportFile) -> ImportFormat | None:
    """Return the format of a file, None if it has none of them."""
    return next((row for row in formats().values() if row.recognise(file)), None)


def supported() -> str:
    """Return what can be imported, as a list in a sentence."""
    *most, last = (row.noun for row in importable())
    return f"{', '.join(most)} and {last}" if most else last


def file_filter(rows: Iterable[ImportFormat]) -> str:
    """Return the filter of a file dialog for files of several formats."""
    patterns = dict.fromkeys(pattern for row in rows for pattern in row.patterns)
    return f"Importable files ({' '.join(patterns)});;All files (*)"
