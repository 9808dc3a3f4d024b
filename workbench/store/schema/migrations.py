"""Upgrades a file to the newest schema, with migrations of sqlite-utils.

Until the first release there is one migration, the baseline: it creates the tables of a new file, and upgrades an
existing one with `bridge`. Its name contains the format, so that an edited baseline is due again everywhere. After a
release the baseline is frozen, and changes are further migrations after it.

Invariant: whatever migrations a file lists, those of its `user_version` count as applied, and no others. This module is
imported only when a migration is due, because sqlite-utils takes a tenth of a second to import.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from workbench.store.schema.baseline import STATEMENTS
from workbench.store.schema.bridge import upgrade
from workbench.store.schema.format_version import APPLICATION_ID, VERSION, show
from workbench.store.sqlite import sqlite3

BASELINE = f"{show(VERSION)} baseline"
migrations = Migrations("prompt-workbench")


def _baseline(database: Database) -> None:
    connection = database.conn
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version:
        upgrade(connection, version)
    else:
        for statement in STATEMENTS:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


migrations(name=BASELINE)(_baseline)


def migrate(connection: sqlite3.Connection) -> None:
    """Upgrade an empty file, or one of an older format, to the newest schema, in the caller's transaction.

    Raises sqlite3.Error.
    """
    database = Database(connection, recursive_triggers=False, execute_plugins=False, strict=True)
    if database[migrations.migrations_table].exists():
        statement = f'DELETE FROM "{migrations.migrations_table}" WHERE migration_set = ?'
        connection.execute(statement, (migrations.name,))
    migrations.apply(database)
