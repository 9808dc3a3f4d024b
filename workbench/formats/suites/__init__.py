"""Formats of test files of other tools, one module each.

Invariant: a format is a module with a row FORMAT. Reading runs nothing that a file contains, opens no connection, and
reads only regular files inside the folder of the file.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from workbench.formats.format_rows import rows_of
from workbench.formats.suites.suite_format import SuiteFormat


@functools.cache
def formats() -> Mapping[str, SuiteFormat]:
    """Return all formats by id, in the order in which they are tried."""
    return {row.id: row for row in rows_of(__name__, __path__, SuiteFormat)}


def recognised(name: str, start: bytes) -> SuiteFormat | None:
    """Return the format of a file, from its name without folder and its first bytes; None if it has none of them."""
    return next((row for row in formats().values() if row.recognise(name, start)), None)
