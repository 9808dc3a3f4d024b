"""Assigns records to tables.

Invariant: a record in the b-tree of a table belongs to that table. A record that no tree leads to is assigned to a
table only if its columns, their types and their values leave no doubt.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from workbench.store.connections import harden
from workbench.store.damaged_text import DamagedText
from workbench.store.salvage.file_format import (
    INDEX_LEAF,
    INDEX_NODE,
    TABLE_LEAF,
    TABLE_NODE,
    FilePages,
    FileRecord,
    Value,
    children,
    kind_of,
    rows,
)
from workbench.store.schema.sql_words import made_by, table_words
from workbench.store.sqlite import sqlite3

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_HASH = re.compile(r"[0-9a-f]{64}")
_TYPES: dict[str, tuple[type, ...]] = {"INTEGER": (int,), "INT": (int,), "REAL": (float, int), "TEXT": (str,)}
_COLUMNS = 'SELECT name, type, "notnull", pk FROM pragma_table_info(?)'
# Two or three whole numbers in a row look like an entry of many indexes.
_TOO_PLAIN = frozenset({"run_tags", "in_flight", "meta", "run_cases", "judge_runs"})


_CASE, _CHECK, _DRAFT = '{"uid":', '{"type":', '{"content":'
"""How stored cases, checks and drafts begin."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table; `key` is its position in the primary key from 1, 0 if it is not part of it."""

    name: str
    type: str
    not_null: bool
    key: int


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A table of the history. `stored` are its columns in the order of its records."""

    name: str
    columns: tuple[TableColumn, ...]
    has_rowid: bool

    @property
    def stored(self) -> tuple[TableColumn, ...]:
        """The columns in record order: a table without rowids is an index, so its key comes first."""
        if self.has_rowid:
            return self.columns
        keys = sorted((c for c in self.columns if c.key), key=lambda c: c.key)
        return (*keys, *(c for c in self.columns if not c.key))

    @property
    def alias(self) -> str:
        """The column that is an alias of the rowid, "" for none."""
        keys = [c for c in self.columns if c.key]
        return keys[0].name if self.has_rowid and len(keys) == 1 and keys[0].type == "INTEGER" else ""

    def named(self, row: FileRecord) -> dict[str, Value] | None:
        """Return a record by column name, None if it cannot belong to this table."""
        if not len(row.values) <= len(self.stored) or not row.values or (row.rowid is None) == self.has_rowid:
            return None
        found: dict[str, Value] = {}
        for column, value in zip(self.stored, row.values, strict=False):
            if column.name == self.alias:
                value = row.rowid
            if value is None and (column.not_null or column.name == self.alias):
                return None
            if value is not None and not isinstance(value, _TYPES.get(column.type, (bytes, str, int, float))):
                return None
            found[column.name] = value
        return found


def tables_of(statements: Sequence[str], names: Container[str]) -> dict[str, StoredTable]:
    """Return the ordinary tables of these names that CREATE TABLE statements create; invalid statements are skipped."""
    connection = sqlite3.connect(":memory:")
    try:
        harden(connection)
        for statement in statements:
            made = made_by(statement)
            # CREATE TABLE AS would run a query, and virtual tables run modules.
            if made is None or made.kind != "table" or made.name not in names or table_words(statement) is None:
                continue
            try:
                connection.execute(statement)
            except sqlite3.Error:
                continue  # the schema itself is damaged; that of this release is used instead
        found = {}
        for name, has_rowid in connection.execute(
            "SELECT name, NOT wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE"
            " 'sqlite_%'"
        ).fetchall():
            columns = tuple(
                TableColumn(column, kind, bool(not_null), key)
                for column, kind, not_null, key in connection.execute(_COLUMNS, (name,))
            )
            found[name] = StoredTable(name, columns, bool(has_rowid))
        return found
    finally:
        connection.close()


def roots(pages: FilePages) -> tuple[list[str], dict[str, int], dict[str, int]]:
    """Return the CREATE TABLE statements of the file, and the root pages of its tables and of all else."""
    statements: list[str] = []
    mine: dict[str, int] = {}
    others: dict[str, int] = {}
    for number in walk(pages, 1):
        for row in rows(pages, pages.get(number), number):
            if len(row.values) != 5:
                continue
            kind, name, _, root, sql = row.values
            if not isinstance(name, str) or not isinstance(root, int):
                continue
            if kind == "table" and isinstance(sql, str):
                statements.append(sql)
                mine[name] = root
            else:
                others[name] = root
    return statements, mine, others


def walk(pages: FilePages, root: int, passed: set[int] | None = None) -> Iterator[int]:
    """Yield the pages of a tree that hold records, as far as its interior pages lead.

    `passed` are pages of other trees, which are not walked again; those of this tree are added.
    """
    waiting, seen = [root], set[int]() if passed is None else passed
    while waiting:
        number = waiting.pop()
        if number in seen or not 0 < number <= pages.count:
            continue
        seen.add(number)
        page = pages.get(number)
        kind = kind_of(page, number)
        if kind in (TABLE_NODE, INDEX_NODE):
            waiting.extend(children(page, number))
        if kind in (TABLE_LEAF, INDEX_LEAF, INDEX_NODE):
            yield number


def owner(row: FileRecord, known: Sequence[StoredTable]) -> tuple[str, dict[str, Value]] | None:
    """Return the table of a record that no tree leads to, and the record; None in case of doubt."""
    fits = []
    if any(isinstance(value, DamagedText) for value in row.values):
        return None
    for table in known:
        if table.name in _TOO_PLAIN or len(row.values) != len(table.stored) or row.is_cut:
            continue
        if (named := table.named(row)) is not None and _holds(table, named):
            fits.append((table.name, named))
    return fits[0] if len(fits) == 1 else None


def _holds(table: StoredTable, row: dict[str, Value]) -> bool:
    """Whether the values are plausible for columns of these names."""
    for name, value in row.items():
        if value is None:
            continue
        if name.endswith("_at") and not (isinstance(value, str) and _TIME.fullmatch(value)):
            return False
        if name in ("hash", "exact") and not (isinstance(value, str) and _HASH.fullmatch(value)):
            return False
        if name in ("params", "marks") and not _is_json(value):
            return False
    body = row.get("body")
    match table.name:
        case "contents":
            return _matches(body, row["hash"]) and '"format":' in str(body)
        case "bodies":
            # A request says whom it is for, or is a list of messages; a content has a format.
            is_other = '"format":1' in str(body)[:4000] or str(body).startswith((_CASE, _CHECK))
            return _matches(body, row["hash"]) and not is_other
        case "case_bodies":
            return _matches(body, row["hash"]) and str(body).startswith(_CASE)
        case "check_bodies":
            return str(body).startswith(_CHECK) and _is_json(body)
        case "value_bodies":
            return _matches(body, row["exact"])
        case "drafts":
            return _is_json(body) and str(body).startswith(_DRAFT)
        case "suite_settings":
            return _is_json(body) and not str(body).startswith(_DRAFT)
        case "responses" | "steps":
            return _is_json(body)
        case "tags":
            return not _is_json(row["name"])
    return True


def _matches(body: Value, name: Value) -> bool:
    return isinstance(body, str) and hashlib.sha256(body.encode()).hexdigest() == name


def _is_json(value: Value) -> bool:
    try:
        json.loads(str(value))
    except (ValueError, RecursionError):
        return False
    return True
