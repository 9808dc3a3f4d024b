"""The objects of each format: tables, indexes, triggers and the search index, with their statements."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.store.schema.baseline import STATEMENTS
from workbench.store.schema.format_version import VERSION
from workbench.store.sqlite import sqlite3

_HEAD = re.compile(r"CREATE (?:UNIQUE )?(VIRTUAL TABLE|TABLE|INDEX|VIEW|TRIGGER) (\w+)")
_SHADOWS = (
    ("data", "id INTEGER PRIMARY KEY, block BLOB)"),
    ("idx", "segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID"),
    # With `origin`, because documents can be deleted from the index.
    ("docsize", "id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER)"),
    ("config", "k PRIMARY KEY, v) WITHOUT ROWID"),
)
"""The internal tables of an FTS5 index, by suffix of their names. The index stores no copy of its texts."""


@dataclass(frozen=True, slots=True)
class SchemaObjects:
    """The statements of the objects of one format, by name.

    `shadows` are the internal tables of its search index, as FTS5 creates them.
    """

    tables: Mapping[str, str]
    indexes: Mapping[str, str]
    triggers: Mapping[str, str]
    virtual: Mapping[str, str]
    shadows: Mapping[str, str]


@functools.cache
def newest() -> SchemaObjects:
    """Return the objects of the baseline."""
    return _objects(STATEMENTS)


@functools.cache
def objects_of(version: int) -> SchemaObjects | None:
    """Return the objects of the format `version`; None if it cannot be upgraded or never existed."""
    return newest() if version == VERSION else bridged(version)


def bridged(version: int) -> SchemaObjects | None:
    """Return the objects of format 1.3 with all changes up to `version`, None if that never existed."""
    from workbench.store.schema import format_1_3  # most files are up to date

    if version not in (format_1_3.FORMAT, *(at for at, _ in format_1_3.CHANGES)):
        return None
    changes = [statement for at, statements in format_1_3.CHANGES if at <= version for statement in statements]
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for statement in (*format_1_3.SCHEMA, *changes):
            connection.execute(statement)
        found = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")]
    finally:
        connection.close()
    return _objects(found)


def _objects(statements: list[str] | tuple[str, ...]) -> SchemaObjects:
    made: dict[str, dict[str, str]] = {kind: {} for kind in ("TABLE", "INDEX", "VIEW", "TRIGGER", "VIRTUAL TABLE")}
    for statement in statements:
        # FTS5 quotes the names of its internal tables.
        if (head := _HEAD.match(statement)) is not None:
            made[head[1]][head[2]] = statement
    virtual = made["VIRTUAL TABLE"]
    shadows = {f"{name}_{end}": f"CREATE TABLE '{name}_{end}'({inside}" for name in virtual for end, inside in _SHADOWS}
    return SchemaObjects(made["TABLE"], made["INDEX"], made["TRIGGER"], virtual, shadows)
