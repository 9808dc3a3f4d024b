"""The SQLite library that reads and writes the history.

Invariant: everything in this process that opens the history imports `sqlite3` from here. Two SQLite libraries in one
process drop each other's file locks, and if one removes a log that the other has mapped, the process dies of SIGBUS. On
Python 3.11 the library is the one of `workbench.bundled_sqlite`, which is loaded before this module.
"""

from __future__ import annotations

import sqlite3
import sys

# sqlite-utils would use an installed pysqlite3, whose exceptions are not those of sqlite3.
sys.modules["pysqlite3"] = None  # type: ignore[assignment]

__all__ = ["FILE_ERRORS", "SQLITE_VERSION", "defend", "sqlite3"]

SQLITE_VERSION = sqlite3.sqlite_version
FILE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite can raise about a file: its messages about a damaged schema quote bytes that may not be text."""


def defend(connection: sqlite3.Connection, on: bool) -> None:
    """Forbid (`on`) or allow writes to the schema table and to the internals of an index."""
    # Python has both since 3.12.
    configure, defensive = getattr(connection, "setconfig", None), getattr(sqlite3, "SQLITE_DBCONFIG_DEFENSIVE", None)
    if configure is not None and defensive is not None:
        configure(defensive, on)
