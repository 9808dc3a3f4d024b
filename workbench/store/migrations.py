"""Every step from an empty file to the newest schema, in order.

Invariant: append-only. A step that was released is never edited; what it got wrong is put right by a later step. Each
step sets the `user_version` that it arrives at. This module is imported only when a step is due, because sqlite-utils
costs a tenth of a second to import and most starts have nothing to migrate.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from workbench.store import version_1_0, version_1_1, version_1_2, version_1_3, version_1_4
from workbench.store.schema import APPLICATION_ID

migrations = Migrations("prompt-workbench")


def _version_1_0(db: Database) -> None:
    for statement in version_1_0.STATEMENTS:
        db.conn.execute(statement)
    db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.conn.execute("PRAGMA user_version = 1000")


migrations(name="1.0 prompts, versions, runs, outputs, verdicts")(_version_1_0)


def _version_1_1(db: Database) -> None:
    for statement in version_1_1.STATEMENTS:
        db.conn.execute(statement)
    db.conn.execute("PRAGMA user_version = 1001")


migrations(name="1.1 lanes beside a run")(_version_1_1)


def _version_1_2(db: Database) -> None:
    for statement in version_1_2.STATEMENTS:
        db.conn.execute(statement)
    db.conn.execute("PRAGMA user_version = 1002")


migrations(name="1.2 one index to search runs by")(_version_1_2)


def _version_1_3(db: Database) -> None:
    for statement in version_1_3.STATEMENTS:
        db.conn.execute(statement)
    db.conn.execute("PRAGMA user_version = 1003")


migrations(name="1.3 saved searches, origins, cases, what is deleted")(_version_1_3)


def _version_1_4(db: Database) -> None:
    for statement in version_1_4.STATEMENTS:
        db.conn.execute(statement)
    db.conn.execute("PRAGMA user_version = 1004")


migrations(name="1.4 protocols of endpoints, how costs came about")(_version_1_4)
