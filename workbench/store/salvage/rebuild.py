"""Builds a sound history from the readable records of a damaged one.

Invariant: the new file is sound and complete before it gets its name; every record that was read is in it or in the
list of leftovers beside it.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.store.damaged_text import DamagedText
from workbench.store.database_file import open_file
from workbench.store.encoding import digest
from workbench.store.errors import StoreError, translate
from workbench.store.maintenance.backups import verify
from workbench.store.maintenance.database_copy import PARTIAL, sync
from workbench.store.progress import Watch, go_on, look
from workbench.store.salvage.file_format import (
    INDEX_LEAF,
    INDEX_NODE,
    TABLE_LEAF,
    FilePages,
    FileRecord,
    Value,
    kind_of,
    rows,
)
from workbench.store.salvage.reference_repair import mend
from workbench.store.salvage.table_layout import StoredTable, owner, roots, tables_of, walk
from workbench.store.schema.objects import newest
from workbench.store.search.search_index import rebuild
from workbench.store.sqlite import sqlite3

# Parents before children; of two conflicting rows, the one that others refer to is inserted first.
_ORDER = (
    *("meta", "prompts", "contents", "versions", "labels", "drafts", "endpoints", "prices", "value_bodies", "runs"),
    *("run_beside", "tags", "run_tags", "run_values", "lanes", "bodies", "outputs", "in_flight", "partials", "steps"),
    *("responses", "blobs", "verdicts", "verdict_outputs", "saved_searches", "origins", "cases", "packs"),
    *("version_techniques", "suite_settings", "decide_goals", "test_runs", "case_bodies", "run_cases", "run_cells"),
    *("check_bodies", "scorings", "cell_scores", "check_results", "overrules", "judge_prompts", "judge_runs"),
    *("judgements", "judge_verdicts", "judge_labels"),
)


@dataclass(frozen=True, slots=True)
class SalvageResult:
    """The result: the new file, rows per table, truncated rows, placeholders for lost rows, and the leftover file.

    `leftover` is None if every record was placed.
    """

    path: Path
    rows: tuple[tuple[str, int], ...]
    cut: int
    stand_ins: int
    leftover: Path | None

    def count(self, table: str) -> int:
        """Return the number of recovered rows of a table."""
        return dict(self.rows).get(table, 0)


def salvage(database: Path, target: Path, *, now: str, uid: Callable[[], str], watch: Watch = go_on) -> SalvageResult:
    """Recover what is readable of `database` and its log into a new history at `target`; blocks meanwhile.

    `uid` makes uids. The database must not be written to meanwhile. Raises StoreError: corrupt if no row can be read,
    interrupted if `watch` cancels.
    """
    fresh = target.with_name(f"{target.name}{PARTIAL}")
    leftover = target.with_name(f"{target.stem}.leftover.jsonl")
    log = database.with_name(f"{database.name}-wal")
    try:
        for end in ("", "-wal", "-shm"):
            fresh.with_name(fresh.name + end).unlink(missing_ok=True)
        with _mapped(database) as body, _mapped(log) if log.is_file() else contextlib.nullcontext(b"") as logged:
            pages = FilePages(body, logged)
            found = _Found(pages, watch)
            look(watch, None)
            result = _write(found, fresh, now, uid)
        verify(fresh, watch)
        unplaced = [*found.unplaced, *result.unplaced]
        if unplaced:
            _list(leftover, unplaced)
        sync(fresh)
        fresh.replace(target)
        sync(target.parent)
    except Exception as error:
        told = translate(error, database)
        if told is None or told is error:
            raise
        raise told from error
    finally:
        fresh.unlink(missing_ok=True)
    return SalvageResult(target, result.rows, found.cut, result.stand_ins, leftover if unplaced else None)


def _list(path: Path, unplaced: Sequence[Mapping[str, object]]) -> None:
    """Write the leftovers to a file for the user alone, like the history."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.writelines(json.dumps(_plain(one), default=_hex) + "\n" for one in unplaced)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _mapped(path: Path) -> Iterator[bytes | mmap.mmap]:
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as body:
            yield body


class _Found:
    """The records of a file by table and key; of several with one key the first, which is the most reliable."""

    def __init__(self, pages: FilePages, watch: Watch) -> None:
        self._pages = pages
        self._watch, self._looked_at = watch, 0
        self.cut = 0
        self.unplaced: list[dict[str, object]] = []
        statements, mine, others = roots(pages)
        known = tables_of(statements, _ORDER)
        self.tables = {name: known.get(name) or table for name, table in _current().items()}
        self.rows: dict[str, dict[tuple[Value, ...], dict[str, Value]]] = {name: {} for name in _ORDER}
        seen = pages.free() | set(walk(pages, 1))
        passed = set[int]()
        for root in (*others.values(), *(root for name, root in mine.items() if name not in self.rows)):
            seen.update(walk(pages, root, passed))
        self._take_later(mine)
        for name, root in mine.items():
            for number in walk(pages, root) if name in self.rows else ():
                seen.add(number)
                self._take(name, pages.get(number), number)
        self._take_orphans((n, pages.get(n)) for n in pages.numbers() if n not in seen)
        self._take_orphans(iter(pages.strays))

    def _look(self) -> None:
        self._looked_at += 1
        look(self._watch, min(1.0, self._looked_at / max(1, self._pages.count)))

    def _take_later(self, mine: Mapping[str, int]) -> None:
        """Prefer complete rows of log frames after a damaged one to older rows."""
        newest, behind = self._pages.newest(), self._pages.behind()
        for name, root in mine.items() if self._pages.later else ():
            for number in walk(newest, root) if name in self.rows else ():
                for row in rows(behind, behind.get(number), number):
                    if not row.is_cut and (named := self.tables[name].named(row)) is not None:
                        self._keep(self.tables[name], row, named)

    def _take(self, name: str, page: bytes, number: int) -> None:
        self._look()
        table = self.tables[name]
        for row in rows(self._pages, page, number):
            named = table.named(row)
            if named is None:
                self.unplaced.append({"table": name, "rowid": row.rowid, "values": row.values})
            else:
                self._keep(table, row, named)

    def _take_orphans(self, pages: Iterator[tuple[int, bytes]]) -> None:
        known = [self.tables[name] for name in _ORDER]
        for number, page in pages:
            self._look()
            if kind_of(page, number) not in (TABLE_LEAF, INDEX_LEAF, INDEX_NODE):
                continue
            for row in rows(self._pages, page, number):
                if (placed := owner(row, known)) is not None:
                    self._keep(self.tables[placed[0]], row, placed[1])

    def _keep(self, table: StoredTable, row: FileRecord, named: dict[str, Value]) -> None:
        keys = [column.name for column in table.columns if column.key]
        # A table like blobs has a key besides the rowid.
        key = tuple(named[name] for name in keys) if keys else (row.rowid,)
        if key not in self.rows[table.name]:
            self.rows[table.name][key] = named
            self.cut += row.is_cut or any(isinstance(value, DamagedText) for value in row.values)


@dataclass(frozen=True, slots=True)
class _Written:
    rows: tuple[tuple[str, int], ...]
    stand_ins: int
    unplaced: Sequence[Mapping[str, object]]


def _write(found: _Found, path: Path, now: str, uid: Callable[[], str]) -> _Written:
    if not any(found.rows[name] for name in _ORDER if name != "meta"):
        raise StoreError(
            "Nothing in this file is readable. Restore a backup.", "no row of any table was found", "corrupt"
        )
    opened = open_file(path, now=now, database_uid=uid(), busy_ms=1000)
    connection = opened.writer
    if connection is None:
        raise opened.refusal or StoreError("The new file cannot be written to.", str(path), "readonly")
    unplaced: list[Mapping[str, object]] = []
    counts: list[tuple[str, int]] = []
    try:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN IMMEDIATE")
        for name in _ORDER:
            counts.append((name, _insert(connection, name, found, unplaced)))
        stand_ins, dropped = mend(connection, now, uid)
        unplaced += dropped
        # Places follow the order of time, and runs are indexed when the file is next opened.
        rebuild(connection)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()
    return _Written(tuple(counts), stand_ins, unplaced)


def _insert(connection: sqlite3.Connection, name: str, found: _Found, unplaced: list[Mapping[str, object]]) -> int:
    done = 0
    conflict = "DO NOTHING" if name != "meta" else "(key) DO UPDATE SET value = excluded.value"
    for row in found.rows[name].values():
        if name == "contents" and not _whole(row):
            unplaced.append({"table": name, **row})
            continue
        columns = ", ".join(f'"{column}"' for column in row)
        # Keep invalid UTF-8 byte for byte; replacing a byte would change the text.
        marks = ", ".join("CAST(? AS TEXT)" if isinstance(value, DamagedText) else "?" for value in row.values())
        try:
            cursor = connection.execute(
                f'INSERT INTO "{name}" ({columns}) VALUES ({marks}) ON CONFLICT {conflict}', tuple(row.values())
            )
        except (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.OperationalError):
            unplaced.append({"table": name, **row})
            continue
        if cursor.rowcount > 0:
            done += 1
        else:
            unplaced.append({"table": name, **row})
    return done


def _whole(row: Mapping[str, Value]) -> bool:
    """Whether a content matches its hash; a different one would be shown as something that nobody wrote."""
    # A damaged schema may have other names for these columns.
    return "body" in row and digest(str(row["body"])) == row.get("hash")


def _current() -> dict[str, StoredTable]:
    """Return the tables of this release."""
    return tables_of(list(newest().tables.values()), _ORDER)


def _plain(row: Mapping[str, object]) -> dict[str, object]:
    return {name: value.raw if isinstance(value, DamagedText) else value for name, value in row.items()}


def _hex(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
