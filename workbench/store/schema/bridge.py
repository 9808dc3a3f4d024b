"""The upgrade from format 1.3 to the baseline.

Invariant: no row moves. Missing columns and objects are added, and then every object gets the statement of the
baseline, comments included, so that an upgraded file and a new one have the same `sqlite_master`. Everything happens in
the transaction of the caller: if the process dies, the file is unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workbench.store.schema.baseline import STATEMENTS
from workbench.store.schema.format_1_3 import CHANGES
from workbench.store.schema.sql_words import made_by, words
from workbench.store.sqlite import defend, sqlite3


def upgrade(connection: sqlite3.Connection, version: int) -> None:
    """Upgrade a file of format `version`, 1.3 or later, to the baseline. Raises sqlite3.Error."""
    for at, statements in CHANGES:
        for statement in statements if at > version else ():
            connection.execute(statement)
    take_statements(connection)


def take_statements(connection: sqlite3.Connection) -> None:
    """Replace the statement of every object by that of the baseline where only comments and spaces differ.

    A table with columns added by other programs differs in more, and keeps its statement.
    """
    ours = {made.name: statement for statement in STATEMENTS if (made := made_by(statement)) is not None}
    found = connection.execute("SELECT rowid, name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    with _writable_schema(connection):
        for row, name, sql in found:
            statement = ours.get(name, sql)
            if statement != sql and tuple(words(statement)) == tuple(words(sql)):
                connection.execute("UPDATE sqlite_schema SET sql = ? WHERE rowid = ?", (statement, row))


@contextmanager
def _writable_schema(connection: sqlite3.Connection) -> Iterator[None]:
    """Allow changes of `sqlite_schema`, and make every connection read it again afterwards.

    Source of the procedure: "Making Other Kinds Of Table Schema Changes" in SQLite's documentation of ALTER TABLE.
    """
    defend(connection, False)
    connection.execute("PRAGMA writable_schema = ON")
    try:
        yield
        (number,) = connection.execute("PRAGMA schema_version").fetchone()
        connection.execute(f"PRAGMA schema_version = {number + 1}")
        # Also reads the schema again here, so that a statement which SQLite cannot parse fails now.
        connection.execute("PRAGMA writable_schema = RESET")
    finally:
        connection.execute("PRAGMA writable_schema = OFF")
        defend(connection, True)
