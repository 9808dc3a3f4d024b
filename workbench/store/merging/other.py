"""The other history, opened to be read.

Invariant: it is of this release's schema, or of a newer minor, which has more but nothing else; an older file is read
in a private copy that was brought up to date.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from workbench.store.connections import connect
from workbench.store.errors import StoreError
from workbench.store.foreign import SCRATCH, Halt, damaged, harden
from workbench.store.opening import open_file
from workbench.store.schema import APPLICATION_ID, VERSION, major, show
from workbench.store.sqlite import sqlite3

Row = dict[str, object]
HistoryConnection = sqlite3.Connection
"""A name for those who carry one and may not know what it is."""


def is_history(connection: sqlite3.Connection) -> bool:
    """Whether a database is one of ours."""
    return bool(connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID)


@contextlib.contextmanager
def up_to_date(connection: sqlite3.Connection, path: Path, scratch: Path, halt: Halt) -> Iterator[sqlite3.Connection]:
    """Yield a connection to a history, or to a copy of it in `scratch` that was brought up to date.

    Raises StoreError: newer_major, corrupt.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if major(version) > major(VERSION):
        raise StoreError(
            f"“{path.name}” was written by a newer release (format {show(version)})."
            " Update Prompt Workbench, then import it.",
            f"user_version {version}",
            "newer_major",
        )
    # What is written from its rows is written while they are read, so that damage would look like damage here.
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise damaged(path, "quick_check")
    if version >= VERSION:
        yield connection
        return
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=scratch) as folder:
        copy = Path(folder) / "copy.db"
        target = connect(copy)
        try:
            connection.backup(target, pages=1000, progress=lambda *_: _go_on(halt))
        finally:
            target.close()
        opened = open_file(copy, now="", database_uid="", busy_ms=1000)
        if opened.writer is not None:
            opened.writer.close()
        reader = connect(copy, mode="ro")
        try:
            harden(reader, halt)
            yield reader
        finally:
            reader.close()


def rows(connection: sqlite3.Connection, statement: str, *given: object) -> Iterator[Row]:
    """Yield rows as columns with their values."""
    cursor = connection.execute(statement, given)
    names = [column[0] for column in cursor.description]
    for values in cursor:
        yield dict(zip(names, values, strict=True))


def insert(connection: sqlite3.Connection, table: str, row: Row) -> int:
    """Insert a row and return its key; a uid that something else has is a fault of the other file.

    Raises sqlite3.IntegrityError.
    """
    columns = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    cursor = connection.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', tuple(row.values()))
    return int(cursor.lastrowid or 0)


def key_of(connection: sqlite3.Connection, table: str, uid: object) -> int | None:
    """Return the key of the row with a uid, None when there is none."""
    row = connection.execute(f'SELECT id FROM "{table}" WHERE uid = ?', (uid,)).fetchone()
    return None if row is None else int(row[0])


def _go_on(halt: Halt) -> None:
    if halt.asked:
        raise StoreError("The copy was not made to its end.", "halted", "interrupted")
