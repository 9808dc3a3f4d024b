"""Finds rows with values that this program never writes, in a file that is sound for SQLite.

Invariant: the rules are those for imported rows (`row_rules`). Nothing is changed.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.store.connections import bounded
from workbench.store.damaged_text import DamagedText
from workbench.store.merging.row_rules import trouble
from workbench.store.merging.staged_history import COPIED
from workbench.store.progress import Watch, go_on, look
from workbench.store.sqlite import sqlite3

_TABLES = (*COPIED, "prices", "run_rows")
_PAGE_ROWS = 200


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    is_text: bool
    is_needed: bool


def wrong_rows(connection: sqlite3.Connection, watch: Watch = go_on) -> list[str]:
    """Return a sentence for each table with invalid rows: how many, and the first of them.

    Raises sqlite3.Error, and StoreError (interrupted) if `watch` cancels.
    """
    return [sentence for table in _TABLES if (sentence := _table(connection, table, watch))]


def _table(connection: sqlite3.Connection, table: str, watch: Watch) -> str:
    columns = [
        _Column(name, kind == "TEXT", bool(needed))
        for name, kind, needed in connection.execute('SELECT name, type, "notnull" FROM pragma_table_info(?)', (table,))
    ]
    if not columns:
        return ""  # a newer release may have dropped it
    read = ", ".join(bounded(f'"{column.name}"') for column in columns)
    cursor = connection.execute(f'SELECT {read} FROM "{table}"')
    count, first = 0, ""
    while page := cursor.fetchmany(_PAGE_ROWS):
        look(watch, None)
        for values in page:
            if why := _wrong(table, columns, values):
                count += 1
                first = first or f"{_identity(columns, values)}: {why}"
    if not count:
        return ""
    name = table.replace("_", " ")
    return (
        f"{name}: 1 row holds a wrong value ({first})."
        if count == 1
        else (f"{name}: {count:,} rows hold wrong values (the first is {first}).")
    )


def _wrong(table: str, columns: list[_Column], values: tuple[object, ...]) -> str:
    for column, value in zip(columns, values, strict=True):
        if column.is_needed and value is None:
            return f"{column.name.replace('_', ' ')} is missing or too large"
        if column.is_text and isinstance(value, bytes | DamagedText):
            return f"{column.name.replace('_', ' ')} is not text"
    return trouble(table, {column.name: value for column, value in zip(columns, values, strict=True)})


def _identity(columns: list[_Column], values: tuple[object, ...]) -> str:
    row = {column.name: value for column, value in zip(columns, values, strict=True)}
    return str(row.get("uid") or row.get("hash") or values[0])[:80]
