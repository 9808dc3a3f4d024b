"""Another history, opened for reading.

Invariant: its tables are those of this release, fewer of them (an older release), or more (a newer minor one).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.store.errors import StoreError, salvaging
from workbench.store.schema.format_version import APPLICATION_ID, VERSION, major, show
from workbench.store.schema.schema_check import check_schema
from workbench.store.sqlite import sqlite3

Row = dict[str, object]
HistoryConnection = sqlite3.Connection
"""Alias for modules that pass a connection on and do not know SQLite."""


class UnsoundError(Exception):
    """A run, or something about runs, whose rows are inconsistent; the text is a sentence for people."""


def is_history(connection: sqlite3.Connection) -> bool:
    """Whether a database is a history."""
    return bool(connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID)


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError (newer_major, corrupt) unless a history can be read here as plain data."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if major(version) > major(VERSION):
        raise StoreError(
            f"“{path.name}” was written by a newer release (format {show(version)})."
            " Update Prompt Workbench, then import it.",
            f"user_version {version}",
            "newer_major",
        )
    try:
        check_schema(connection, int(version))
    except StoreError as error:
        why, _, _ = error.sentence.partition(". ")
        words = f"“{path.name}” was not imported. {why}. {salvaging(path, 'import')}"
        raise StoreError(words, error.detail, error.code) from error


def rows(connection: sqlite3.Connection, statement: str, *given: object) -> Iterator[Row]:
    """Yield rows as mappings from column to value."""
    cursor = connection.execute(statement, given)
    names = [column[0] for column in cursor.description]
    for values in cursor:
        yield dict(zip(names, values, strict=True))


def insert(connection: sqlite3.Connection, table: str, row: Row) -> int:
    """Insert a row and return its key; a uid that is in use elsewhere is an error of the other file.

    Raises sqlite3.IntegrityError.
    """
    columns = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    cursor = connection.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', tuple(row.values()))
    return int(cursor.lastrowid or 0)


def key_of(connection: sqlite3.Connection, table: str, uid: object) -> int | None:
    """Return the key of the row with a uid, None if there is none."""
    row = connection.execute(f'SELECT id FROM "{table}" WHERE uid = ?', (uid,)).fetchone()
    return None if row is None else int(row[0])
