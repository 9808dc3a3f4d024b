"""The SQLite that the history is read and written with.

Invariant: everything in this process that opens the history takes `sqlite3` from here. Two SQLite libraries in one
process drop each other's file locks, and where one takes away a log that the other has mapped, the process dies of
SIGBUS. sqlite-utils takes pysqlite3 wherever that is installed, so this does too: it comes along where a Python may
have been built with a SQLite that is too old for the search index (Debian 12).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        from pysqlite3 import dbapi2 as sqlite3
    except ModuleNotFoundError:
        import sqlite3

__all__ = ["FILE_ERRORS", "sqlite3"]

FILE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite can raise about a file: what it says of a damaged schema quotes bytes that may be no text."""
