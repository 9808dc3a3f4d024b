"""Queries that people write, on a connection that can only read this history.

Invariant: an authorizer allows reading tables and calling functions, and nothing else: no change, no other file
(ATTACH), no PRAGMA, no extension. The file is also opened read-only. A query can be interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.store.connections import connect
from workbench.store.sqlite import sqlite3

_ALLOWED = frozenset(
    getattr(sqlite3, name) for name in ("SQLITE_SELECT", "SQLITE_READ", "SQLITE_FUNCTION", "SQLITE_RECURSIVE")
)
_REFUSED_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer", "writefile", "edit"})
_PRAGMAS = frozenset({"data_version", "table_info", "table_list"})
"""Harmless ones: the search index asks for the first, and people for the columns of a table."""
_STEPS = 10_000
"""SQLite's steps between two looks at the keyboard."""
_BUSY_MS = 5000


class QueryError(Exception):
    """A query that cannot be run. `sentence` says why, with a next step; `detail` is SQLite's message."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail


@dataclass(frozen=True, slots=True)
class QueryRows:
    """The result of a query: names of columns, unique, and rows to be read once."""

    columns: tuple[str, ...]
    rows: Iterator[Sequence[Any]]


def run_query(path: Path, sql: str, show: Callable[[QueryRows], None]) -> None:
    """Run one SELECT statement and call `show` with its result.

    Raises QueryError for anything else, and for a mistake in the statement; StoreError for a file that is no history.
    """
    with closing(connect(path, mode="ro", busy_ms=_BUSY_MS)) as connection:
        refused: list[int] = []

        def authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
            if _is_allowed(action, first, second):
                return sqlite3.SQLITE_OK
            refused.append(action)
            return sqlite3.SQLITE_DENY

        connection.set_authorizer(authorize)
        # Python delivers Ctrl+C while this returns.
        connection.set_progress_handler(lambda: 0, _STEPS)
        try:
            cursor = connection.execute(sql)
            names = [str(column[0]) for column in cursor.description or ()]
            if not names:
                raise QueryError("This is no question to the history. Write a SELECT statement.")
            show(QueryRows(_unique(names), iter(cursor)))
        except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError, ValueError) as error:
            if refused:
                why = "Only reading is allowed: no change, no ATTACH and no PRAGMA. Write a SELECT statement."
                raise QueryError(why, str(error)) from error
            if "interrupt" in str(error):
                raise KeyboardInterrupt from error
            raise QueryError(
                f"SQLite cannot run this: {str(error).rstrip('.')}. Correct the statement.", str(error)
            ) from error


def _is_allowed(action: int, first: str | None, second: str | None) -> bool:
    """Return whether a statement may do this; `first` and `second` are SQLite's arguments of the action."""
    if action == sqlite3.SQLITE_PRAGMA:
        return first in _PRAGMAS
    if action == sqlite3.SQLITE_FUNCTION:
        return second not in _REFUSED_FUNCTIONS
    return action in _ALLOWED


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names, with a number added to those that repeat."""
    found: list[str] = []
    for name in names:
        called, number = name, 1
        while called in found:
            number += 1
            called = f"{name}_{number}"
        found.append(called)
    return tuple(found)
