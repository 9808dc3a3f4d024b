"""A checked copy of another history, which is all that a merge reads.

Invariant: only this module reads the untrusted file, one page of rows at a time, while no transaction of the history is
open. Rows in the copy fit the schema of this release and pass `row_rules`; others are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.core.imported_runs import LeftOut
from workbench.store.connections import bounded, connect
from workbench.store.merging.foreign_database import ReadingHalt
from workbench.store.merging.row_rules import trouble
from workbench.store.schema.objects import newest
from workbench.store.sqlite import sqlite3

COPIED = (
    *("prompts", "drafts", "contents", "versions", "labels", "endpoints", "value_bodies", "runs", "run_beside", "tags"),
    *("run_tags", "run_values", "lanes", "bodies", "outputs", "in_flight", "partials", "steps", "responses", "blobs"),
    *("verdicts", "verdict_outputs", "saved_searches", "origins", "cases", "packs", "version_techniques"),
    *("suite_settings", "decide_goals", "test_runs", "case_bodies", "run_cases", "run_cells", "check_bodies"),
    *("scorings", "cell_scores", "check_results", "overrules", "judge_prompts", "judge_runs", "judgements"),
    *("judge_verdicts", "judge_labels"),
)
"""The tables to copy. Not prices, which belong to the person who set them, nor facts about the file itself."""
_HEAVY = frozenset(
    (
        *("bodies", "partials", "steps", "responses", "blobs", "case_bodies", "run_cells", "cell_scores"),
        *("check_results", "judgements", "judge_verdicts"),
    )
)
_HEAVY_COLUMNS = frozenset({("outputs", "text"), ("outputs", "reasoning"), ("outputs", "marks")})
"""Not needed for counting."""
_PAGE_ROWS = 200
_ROW_BYTES = 4
"""Minimum bytes of a row. A page that is in many places of a damaged table yields endless rows."""
_REPORTED = 100
"""Left out rows that are named per table; if there are more, the table as a whole is wrong."""


@dataclass(frozen=True, slots=True)
class StagedHistory:
    """The result of a page of rows: how many were left out, and the first of them."""

    left_out: int = 0
    listed: tuple[LeftOut, ...] = ()


class HistoryStaging:
    """Copies another history into a file of its own. `connection` reads the copy; call `close` at the end."""

    def __init__(self, other: sqlite3.Connection, path: Path, halt: ReadingHalt, *, light: bool) -> None:
        """`light` leaves out what counting does not need: the contents of answers and files."""
        self._other, self._halt, self._light = other, halt, light
        self.connection = connect(path)
        self._statements = dict(newest().tables)
        (size,) = other.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()
        self._rows_left = size // _ROW_BYTES
        for pragma in ("foreign_keys = OFF", "journal_mode = MEMORY", "synchronous = OFF"):
            self.connection.execute(f"PRAGMA {pragma}")
        for statement in self._statements.values():
            self.connection.execute(statement)

    def copy(self) -> Iterator[StagedHistory]:
        """Copy, and yield after each page of rows what was left out. Raises sqlite3.Error."""
        theirs = {
            name for (name,) in self._other.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        }
        for table in COPIED:
            if table in theirs and not (self._light and table in _HEAVY):
                yield from self._table(table)

    def close(self) -> None:
        """Close the copy; the caller removes its file."""
        self.connection.close()

    def _table(self, table: str) -> Iterator[StagedHistory]:
        theirs = set(_columns(self._other, table))
        # An older file has fewer columns, and their defaults are right.
        columns = [name for name in _columns(self.connection, table) if name in theirs]
        read = ", ".join(self._reading(table, column) for column in columns)
        names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        insert = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'
        cursor = self._other.execute(f'SELECT {read} FROM "{table}"')
        reported = 0
        while page := cursor.fetchmany(_PAGE_ROWS):
            self._rows_left -= len(page)
            if self._rows_left < 0:
                raise sqlite3.DatabaseError(f"malformed database schema: {table} has more rows than its file can hold")
            wrong: list[LeftOut] = []
            self.connection.execute("BEGIN")
            try:
                for values in page:
                    if why := self._insert(table, columns, values, insert):
                        wrong.append(_left_out(table, columns, values, why))
            finally:
                self.connection.execute("COMMIT")
            listed = tuple(wrong[: max(0, _REPORTED - reported)])
            reported += len(wrong)
            self._halt.went_on()
            yield StagedHistory(len(wrong), listed)

    def _reading(self, table: str, column: str) -> str:
        if self._light and (table, column) in _HEAVY_COLUMNS:
            return "'[]'" if column == "marks" else "''"
        # One oversized value must not keep the rest of its table from being read.
        return bounded(f'"{column}"')

    def _insert(self, table: str, columns: Sequence[str], values: Sequence[object], statement: str) -> str:
        """Insert a row; return why it was refused, "" if it was not."""
        row = dict(zip(columns, values, strict=True))
        if why := trouble(table, row):
            return why
        try:
            self.connection.execute(statement, tuple(values))
        except sqlite3.IntegrityError as error:
            return _words(str(error))
        except (sqlite3.DataError, OverflowError):
            return "it is too large"
        return ""


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]


def _words(error: str) -> str:
    """Return SQLite's message about a refused row in readable words."""
    if error.startswith("NOT NULL"):
        return f"{error.rpartition('.')[2].replace('_', ' ')} is missing or too large"
    if error.startswith("UNIQUE"):
        return "another row has its id"
    return "a value has the wrong type"


def _left_out(table: str, columns: Sequence[str], values: Sequence[object], why: str) -> LeftOut:
    row = dict(zip(columns, values, strict=True))
    name = str(row.get("uid") or row.get("name") or row.get("hash") or values[0])
    return LeftOut(f"{table.replace('_', ' ')} {name[:80]}", f"This row was left out: {why}.")
