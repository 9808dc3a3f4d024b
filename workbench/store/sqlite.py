"""The SQLite that the history is read and written with.

Invariant: everything in this process that opens the history takes `sqlite3` from here. Two SQLite libraries in one
process drop each other's file locks, and where one takes away a log that the other has mapped, the process dies of
SIGBUS. On Python 3.11 the library is the one of `workbench.bundled_sqlite`, loaded before this module can be.
"""

from __future__ import annotations

import sqlite3
import sys

# sqlite-utils would take pysqlite3 wherever that is installed, with exceptions that are not those of sqlite3.
sys.modules["pysqlite3"] = None  # type: ignore[assignment]

__all__ = ["FILE_ERRORS", "SQLITE_VERSION", "defend", "sqlite3"]

SQLITE_VERSION = sqlite3.sqlite_version
FILE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite can raise about a file: what it says of a damaged schema quotes bytes that may be no text."""


def defend(connection: sqlite3.Connection, on: bool) -> None:
    """Let no statement write to the schema table or to the inside of an index; `on` is False to allow it."""
    # Python has both from 3.12 on.
    configure, defensive = getattr(connection, "setconfig", None), getattr(sqlite3, "SQLITE_DBCONFIG_DEFENSIVE", None)
    if configure is not None and defensive is not None:
        configure(defensive, on)
