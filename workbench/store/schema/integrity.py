"""SQLite's check of a whole file.

Invariant: nothing that the schema computes is evaluated. SQLite's check evaluates the generated columns, constraints
and modules of every table, including those of other programs, and one function call may take forever and cannot be
interrupted. Tables that compute are left out of the check; they are not part of the history.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.store.schema.schema_check import computing_tables
from workbench.store.sqlite import sqlite3

_OF_PAGES = "*** in database"
"""Prefix of SQLite's messages about the pages of a file."""


def file_problems(connection: sqlite3.Connection, most: int, *, quick: bool) -> list[str]:
    """Return what is wrong with the pages and rows of a file, at most `most` lines; [] for a sound one.

    `quick` does not compare indexes with their tables. Raises sqlite3.Error and UnicodeDecodeError.
    """
    pragma = "quick_check" if quick else "integrity_check"
    found: list[str] = []
    for table in _tables(connection):
        for (line,) in connection.execute(f"PRAGMA {pragma}({table or most})"):
            if line != "ok":
                found.append(str(line))
            if str(line).startswith(_OF_PAGES):
                # A page that is in several places yields endless rows, which would be checked next.
                return found[:most]
        if len(found) >= most:
            break
    return found[:most]


def missing_references(connection: sqlite3.Connection, most: int) -> list[str]:
    """Return the rows that refer to missing rows, at most `most` lines. Raises as `file_problems`."""
    found: list[str] = []
    for table in _tables(connection):
        rows = connection.execute(f"PRAGMA foreign_key_check({table})" if table else "PRAGMA foreign_key_check")
        found += [
            f"{name} row {row} names a missing row of {parent}"
            for name, row, parent, _ in rows.fetchmany(most - len(found))
        ]
        if len(found) >= most:
            break
    return found


def _tables(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield the quoted names of the tables to check one by one, or "" for the whole file."""
    apart = computing_tables(connection)
    if not apart:
        yield ""
        return
    # One by one, only pages that belong to nothing are not found.
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        if name not in apart:
            yield '"' + name.replace('"', '""') + '"'
