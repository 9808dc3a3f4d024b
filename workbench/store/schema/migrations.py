"""How a file gets the newest schema, as migrations of sqlite-utils.

Until the first release there is one migration, the baseline: it makes the tables of a new file, and takes an existing
one over the bridge. Its name holds the format, so that a baseline that was edited is due again everywhere. After a
release the baseline is frozen, and what changes is a migration more behind it.

Invariant: whatever a file says of migrations that it had, it has those of its `user_version` and no others. This module
is imported only when a migration is due, because sqlite-utils costs a tenth of a second to import.
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
    """Bring an empty file, or one of an older format, to the newest schema, in the transaction of the caller.

    Raises sqlite3.Error.
    """
    database = Database(connection, recursive_triggers=False, execute_plugins=False, strict=True)
    if database[migrations.migrations_table].exists():
        statement = f'DELETE FROM "{migrations.migrations_table}" WHERE migration_set = ?'
        connection.execute(statement, (migrations.name,))
    migrations.apply(database)
