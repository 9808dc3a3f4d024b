"""Every step from an empty file to the newest schema, as migrations of sqlite-utils.

Invariant: append-only. A step that was released is never edited; what it got wrong is put right by a later step. Each
step sets the `user_version` that it arrives at. This module is imported only when a step is due, because sqlite-utils
costs a tenth of a second to import and most starts have nothing to migrate.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from workbench.store.schema.format import APPLICATION_ID
from workbench.store.schema.steps import STEPS, Step

migrations = Migrations("prompt-workbench")


def _register(step: Step) -> None:
    def apply(db: Database) -> None:
        for statement in step.statements:
            db.conn.execute(statement)
        db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.conn.execute(f"PRAGMA user_version = {step.version}")

    migrations(name=step.name)(apply)


for _step in STEPS:
    _register(_step)
