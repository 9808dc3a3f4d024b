"""Compares the objects of a file with the schema.

Invariant: a file that passes runs no code of its own. Everything that is read or written here is an ordinary table of
the shape that this program creates, or the search index; and no trigger, generated column, constraint, default or index
on these computes anything that this program did not write. The same holds for tables of other programs whose rows
change with ours, and for the statistics that SQLite reads by itself. Other objects are ignored, because they do not act
on ours.

Only this makes a database plain data: SQLite executes whatever the schema of a file says, however it got there.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from workbench.store.errors import StoreError
from workbench.store.schema.format_version import OLDEST, VERSION, major, show
from workbench.store.schema.objects import SchemaObjects, newest, objects_of
from workbench.store.schema.sql_words import (
    CreatedObject,
    TableWords,
    Words,
    lower,
    made_by,
    name_of,
    table_words,
    words,
)
from workbench.store.sqlite import sqlite3

_MIGRATIONS = "_sqlite_migrations"
_INTERNAL = "sqlite_"
"""Prefix of tables that SQLite reads by itself, the statistics together with the schema, before anything else."""
_COMPUTING = frozenset({"check", "as"})
"""Words that make a table compute something, besides those in `_computes`."""
_RULES = frozenset({"constraint", "primary", "unique", "check", "foreign", "references", "as", "generated", "collate"})
"""Words that a column added by another program must not have."""
_MOST_COLUMNS = 200
_COLLATIONS = frozenset({"binary", "nocase", "rtrim"})
_NEXT = "Repair it, which copies its rows into a new file, or restore a backup."


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of sqlite_schema."""

    type: str
    name: str
    table: str
    sql: str


@dataclass(slots=True)
class _Found:
    """What was found; `wrong` are sentences without their full stop."""

    wrong: list[str] = field(default_factory=list)
    triggers: list[str] = field(default_factory=list)
    tables: set[str] = field(default_factory=set)
    own_triggers: set[str] = field(default_factory=set)


def check_schema(connection: sqlite3.Connection, version: int) -> str:
    """Raise StoreError (corrupt, too_old) unless the objects of a file are those of its `user_version`, or add to them.

    A newer minor may have unknown triggers: their names are returned, "" for none, and such a file must not be written
    to. A newer major must only compute nothing of what is read (newer_major). Raises sqlite3.Error and
    UnicodeDecodeError for a damaged file.
    """
    rows = _rows(connection)
    if major(version) > major(VERSION):
        _check_newer(rows, version)
        return ""
    if major(version) == major(OLDEST) and version < OLDEST:
        raise StoreError(
            f"This history has format {show(version)}, which this release cannot upgrade. Recover what is readable "
            "into a new file with workbench history salvage.",
            f"user_version {version}",
            "too_old",
        )
    expected = objects_of(min(version, VERSION))
    if expected is None:
        raise StoreError(
            f"The history claims a format that does not exist, so it was not opened. {_NEXT}",
            f"user_version {version}",
            "corrupt",
            is_of_file=True,
        )
    found = _Found()
    (shared,) = connection.execute(
        "SELECT count(*) - count(DISTINCT rootpage) FROM sqlite_schema WHERE rootpage > 0"
    ).fetchone()
    if shared:
        found.wrong.append("two tables are in the same place of the file")
    related = _related(rows, expected)
    for row in rows:
        _look(row, expected, related, found)
    needed = {*expected.tables, *expected.virtual, *expected.shadows}
    found.wrong += [f"the table “{name}” is missing" for name in sorted(needed - found.tables)]
    missing = sorted(expected.triggers.keys() - found.own_triggers - {name.split(" ")[0] for name in found.triggers})
    if version > VERSION:
        found.triggers += missing
    else:
        found.wrong += [f"the trigger “{name}” is missing" for name in missing]
    if found.wrong:
        raise _refused(found.wrong)
    if found.triggers and version <= VERSION:
        raise _runs_commands(found.triggers)
    return ", ".join(found.triggers)


def computing_tables(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the tables that compute something when they are checked, or are virtual, as other programs may add.

    Raises as `check_schema`, which must be called first.
    """
    ours = newest()
    found = set()
    for row in _rows(connection):
        if row.type == "index" and not _is_as_made(row, ours):
            computes = not _is_plain_index(row.sql, may_be_unique=True)
        elif row.type == "table" and not _is_as_made(row, ours):
            made = made_by(row.sql)
            computes = made is None or made.kind != "table" or _computes(row.sql)
        else:
            continue
        if computes:
            found.add(row.table)
    return frozenset(found)


def _check_newer(rows: Iterable[_Row], version: int) -> None:
    """Raise StoreError (newer_major) if a table that is read here is not a plain table of values."""
    ours = newest()
    for row in rows:
        made = made_by(row.sql)
        if made is None or not _says_so(row, made):
            raise _refused([f"“{row.name}” does not match its definition"])
        if made.name in ours.virtual:
            is_data = row.sql == ours.virtual[made.name]
        elif made.name in ours.tables or made.name in ours.shadows or made.name.startswith(_INTERNAL):
            is_data = made.kind not in ("view", "virtual table") and not _computes(row.sql)
        else:
            continue
        if not is_data:
            raise StoreError(
                f"This history was written by a newer release (format {show(version)}), and cannot be read here: the "
                f"table “{row.name}” has another kind. Update Prompt Workbench.",
                row.sql[:2000],
                "newer_major",
            )


def _rows(connection: sqlite3.Connection) -> list[_Row]:
    """Return the rows of the schema; invalid UTF-8 in it is read with U+FFFD."""
    found = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall()
    # The indexes that SQLite makes for UNIQUE have no statement.
    return [_Row(str(kind), str(name), str(table), str(sql)) for kind, name, table, sql in found if sql]


def _related(rows: Iterable[_Row], expected: SchemaObjects) -> frozenset[str]:
    """Return the tables of other programs whose rows change with ours, because they refer to them with REFERENCES."""
    return frozenset(
        lower(row.name)
        for row in rows
        if row.type == "table" and lower(row.name) not in expected.tables and "references" in row.sql.lower()
    )


def _look(row: _Row, expected: SchemaObjects, related: frozenset[str], found: _Found) -> None:
    name = lower(row.name)
    if _is_as_made(row, expected):
        if row.type == "trigger":
            found.own_triggers.add(name)
        elif row.type == "table":
            found.tables.add(name)
        return
    made = made_by(row.sql)
    if made is None or not _says_so(row, made):
        found.wrong.append(f"“{row.name}” does not match its definition")
        return
    own = expected.tables.keys() | expected.virtual.keys() | expected.shadows.keys()
    ours = own | {_MIGRATIONS}
    match made.kind:
        case "trigger" if made.on in ours or made.on in related:
            found.triggers.append(f"{made.name} on {made.on}")
        case "index" if made.on in ours or made.on in related or made.on.startswith(_INTERNAL):
            if not _is_plain_index(row.sql, may_be_unique=made.on not in own):
                found.wrong.append(f"the index “{row.name}” computes its values, or leaves out rows")
        case "table" if name in ours:
            found.tables.add(name)
            if name in expected.virtual:
                found.wrong.append(f"“{row.name}” is not the search index")
            elif why := _table_trouble(row.sql, expected.tables.get(name) or expected.shadows.get(name)):
                found.wrong.append(f"the table “{row.name}” {why}")
        case "table" if name in related and _computes(row.sql):
            found.wrong.append(f"the table “{row.name}”, which names rows of this history, computes its values")
        case "view" | "virtual table" if name in ours:
            found.tables.add(name)
            found.wrong.append(f"“{row.name}” is not a table" if made.kind == "view" else f"“{row.name}” is a module")
        case "table" | "view" | "virtual table" if name.startswith(_INTERNAL):
            if made.kind != "table" or _computes(row.sql):
                found.wrong.append(f"the table “{row.name}” computes its values")
        case _:
            pass


def _is_as_made(row: _Row, expected: SchemaObjects) -> bool:
    kinds = {"table": {**expected.tables, **expected.shadows}, "index": expected.indexes, "trigger": expected.triggers}
    known = kinds.get(row.type, {}).get(row.name)
    if row.type == "table" and known != row.sql:
        # Tables are compared column by column, because another program may have added one.
        return expected.virtual.get(row.name) == row.sql
    return known is not None and (known == row.sql or tuple(words(known)) == tuple(words(row.sql)))


def _says_so(row: _Row, made: CreatedObject) -> bool:
    """Whether a row matches its statement: SQLite goes by the statement, whatever the other columns say."""
    kind = "table" if made.kind == "virtual table" else made.kind
    on = made.on or made.name
    return (row.type, lower(row.name), lower(row.table)) == (kind, made.name, on)


def _table_trouble(sql: str, expected: str | None) -> str:
    """Return what is wrong with a table, "" for nothing; `expected` None accepts any that computes nothing."""
    if expected is None:
        return "computes its values" if _computes(sql) or "on" in words(sql) else ""
    have, want = table_words(sql), _table_words(expected)
    if have is None or want is None or (have.head, have.tail) != (want.head, want.tail):
        return "is not created as expected"
    more = _additions(have.parts, want.parts)
    if more is None or len(more) > _MOST_COLUMNS:
        return "lacks expected columns"
    return "" if all(map(_is_plain_column, more)) else "has an extra column with constraints or a default"


def _computes(sql: str) -> bool:
    """Whether a table computes values or constraints, or needs a collation that is not available here."""
    found = tuple(words(sql))
    return bool(_COMPUTING & set(found)) or any(
        (word == "default" and after == "(") or (word == "collate" and name_of(after) not in _COLLATIONS)
        for word, after in pairwise(found)
    )


@functools.lru_cache(maxsize=64)
def _table_words(sql: str) -> TableWords | None:
    return table_words(sql)


def _additions(have: Sequence[Words], want: Sequence[Words]) -> list[Words] | None:
    """Return the additional columns of a table, None if it lacks some or has them in another order."""
    more, left = [], list(want)
    for part in have:
        if left and part == left[0]:
            left.pop(0)
        else:
            more.append(part)
    return None if left else more


def _is_plain_column(part: Words) -> bool:
    """Whether an added column only holds a value: with a literal default at most, and without constraints."""
    if not part or part[0] in _RULES or _RULES & set(part[1:]) or "on" in part[1:]:
        return False
    if "not" in part[1:] and "default" not in part[1:]:
        return False
    # The only parentheses are those of a type, such as VARCHAR(10).
    opened = [at for at, word in enumerate(part) if word == "("]
    return all(
        at + 2 < len(part) and part[at + 1].isdecimal() and part[at - 1] != "default" and part[at + 2] == ")"
        for at in opened
    )


def _is_plain_index(sql: str, *, may_be_unique: bool) -> bool:
    """Whether an added index only orders columns; a unique one would also refuse rows."""
    found = tuple(word for word in words(sql) if word != "unique" or not may_be_unique)
    start = found.index("(") if "(" in found else len(found)
    *inner, end = found[start + 1 :] or ("",)
    parts = [tuple(part) for is_comma, part in groupby(inner, lambda word: word == ",") if not is_comma]
    return found[1] == "index" and end == ")" and bool(parts) and all(map(_is_plain_term, parts))


def _is_plain_term(term: Words) -> bool:
    """Whether a term of an index is a column, with a built-in collation and a direction at most.

    An expression needs no parentheses, and a function or a collation of another program is unknown here.
    """
    column, *rest = term
    if rest[:1] == ["collate"]:
        rest = rest[2:] if rest[1:2] and name_of(rest[1]) in _COLLATIONS else rest
    return column[0] != "'" and rest in ([], ["asc"], ["desc"])


def _refused(wrong: Sequence[str]) -> StoreError:
    return StoreError(
        f"The tables of this history differ from those of Prompt Workbench ({wrong[0]}), so it was not opened. {_NEXT}",
        "\n".join(wrong[:20]),
        "corrupt",
        is_of_file=True,
    )


def _runs_commands(triggers: Sequence[str]) -> StoreError:
    return StoreError(
        f"This history has commands of another program that run with every change (trigger {triggers[0]}), so it was "
        f"not opened. {_NEXT}",
        "\n".join(triggers[:20]),
        "corrupt",
        is_of_file=True,
    )


def unknown_triggers(version: int, triggers: str) -> StoreError:
    """Return why a file of a newer minor release is read-only."""
    return StoreError(
        f"This history was written by a newer release (format {show(version)}) and has rules that this one does not"
        " know, so it is read-only here. Update Prompt Workbench to continue with it.",
        triggers,
        "newer_major",
    )
