"""Measures the size of the history, and frees space.

Invariant: only data that another column or table also has, or that a rule set by the user names, is removed. Outputs
that won, are starred or have a note are never touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.store.errors import StoreError
from workbench.store.maintenance.database_copy import needs_others
from workbench.store.progress import Watch, go_on, watched
from workbench.store.schema.integrity import file_problems, missing_references
from workbench.store.sqlite import sqlite3

Kind = Literal["answers", "prompts", "raw", "requests", "files", "search", "other", "free"]
_TABLES: dict[str, Kind] = {
    "outputs": "answers",
    "steps": "answers",
    "partials": "answers",
    "contents": "prompts",
    "versions": "prompts",
    "drafts": "prompts",
    "value_bodies": "prompts",
    "cases": "prompts",
    "suite_settings": "prompts",
    "decide_goals": "prompts",
    "responses": "raw",
    "bodies": "requests",
    "blobs": "files",
    "run_rows": "search",
    "run_docs": "search",
    "search_names": "search",
    "unindexed": "search",
}
# Winners and what people marked otherwise keep everything, and so do runs in progress. If a repair lost the verdicts,
# the row of a run still says that something won there, but not which answer, so all of it is kept.
_KEPT_OUTPUTS = """
  SELECT verdict_outputs.output_id FROM verdict_outputs JOIN verdicts ON verdicts.id = verdict_outputs.verdict_id
   WHERE verdict_outputs.place = 1 AND verdicts.kind <> 'judge'
     AND NOT EXISTS (SELECT 1 FROM verdicts AS later WHERE later.supersedes_id = verdicts.id)
  UNION SELECT id FROM outputs WHERE starred = 1
  UNION SELECT outputs.id FROM outputs JOIN runs ON runs.id = outputs.run_id WHERE runs.starred = 1 OR runs.note <> ''
  UNION SELECT output_id FROM in_flight
  UNION SELECT outputs.id FROM runs JOIN outputs ON outputs.run_id = runs.id
   WHERE runs.verdict IN ('winner', 'tie', 'lost') AND NOT EXISTS (SELECT 1 FROM verdicts
    JOIN verdict_outputs ON verdict_outputs.verdict_id = verdicts.id AND verdict_outputs.place = 1
    WHERE verdicts.run_id = runs.id)"""
DROP_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class HistorySize:
    """Bytes of the file by kind, largest first; they add up to the size of the file without its log."""

    by_kind: tuple[tuple[Kind, int], ...]

    @property
    def total(self) -> int:
        """Bytes of the whole file."""
        return sum(size for _, size in self.by_kind)


def measure(connection: sqlite3.Connection) -> HistorySize:
    """Return the size by kind. Reads the whole file once, so it can be interrupted."""
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    sizes: dict[Kind, int] = {}
    for name, table, size in _objects(connection):
        kind = _kind(name, table)
        sizes[kind] = sizes.get(kind, 0) + size
    sizes["free"] = free * page
    # Used by SQLite itself: the schema, internal pages, and whatever cannot be assigned without dbstat.
    sizes["other"] = sizes.get("other", 0) + max(0, pages * page - sum(sizes.values()))
    return HistorySize(tuple(sorted(((kind, size) for kind, size in sizes.items() if size), key=lambda one: -one[1])))


def _objects(connection: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """Return (name, table, bytes) of tables and indexes."""
    try:
        rows = connection.execute(
            "SELECT stat.name, coalesce(sqlite_master.tbl_name, stat.name), stat.pgsize FROM"
            " (SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE) AS stat"
            " LEFT JOIN sqlite_master ON sqlite_master.name = stat.name"
        ).fetchall()
    except sqlite3.OperationalError as error:
        if "no such table: dbstat" not in str(error):
            raise
        return _without_dbstat(connection)
    return [(str(name), str(table), int(size)) for name, table, size in rows]


def _without_dbstat(connection: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """Return the same if SQLite was built without dbstat: the bytes of the long columns, without overhead."""
    long_columns = {
        "outputs": ("text", "reasoning", "marks"),
        "steps": ("body",),
        "contents": ("body",),
        "responses": ("body",),
        "bodies": ("body",),
        "blobs": ("body",),
        "run_search_data": ("block",),
    }
    found = []
    for table, columns in long_columns.items():
        lengths = " + ".join(f"coalesce(length(CAST({column} AS BLOB)), 0)" for column in columns)
        (size,) = connection.execute(f"SELECT coalesce(sum({lengths}), 0) FROM {table}").fetchone()
        found.append((table, table, int(size)))
    return found


def _kind(name: str, table: str) -> Kind:
    if name.startswith("run_search"):
        return "search"
    return _TABLES.get(table, "other")


def droppable(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return how many raw responses can be dropped, and their bytes."""
    count, size = connection.execute(
        f"SELECT count(*), coalesce(sum(length(CAST(body AS BLOB))), 0) FROM responses"
        f" WHERE output_id NOT IN ({_KEPT_OUTPUTS})"
    ).fetchone()
    return int(count), int(size)


def drop_raw(connection: sqlite3.Connection, before: str | None = None, limit: int = DROP_AT_ONCE) -> int:
    """Drop up to `limit` raw responses, only of outputs made before a time if one is given; return the number.

    The text, the numbers and the request of an output stay.
    """
    return connection.execute(
        f"DELETE FROM responses WHERE output_id IN (SELECT responses.output_id FROM responses"
        f" JOIN outputs ON outputs.id = responses.output_id"
        f" WHERE (? IS NULL OR outputs.created_at < ?) AND responses.output_id NOT IN ({_KEPT_OUTPUTS}) LIMIT ?)",
        (before, before, limit),
    ).rowcount


def shrink(connection: sqlite3.Connection, path: Path, watch: Watch = go_on) -> int:
    """Return free pages to the disk, outside of any transaction; return by how many bytes the file shrank.

    Needs as much free space as the file is large. Raises sqlite3.Error, and StoreError (interrupted); the file is then
    unchanged.
    """
    before = path.stat().st_size
    # Checkpoint while there is space, because what is in the log needs space in the file.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    try:
        with watched(connection, watch):
            write_anew(connection)
    finally:
        # On a full disk the log has used up the remaining space; free it for other programs.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return max(0, before - path.stat().st_size)


def write_anew(connection: sqlite3.Connection) -> None:
    """Rewrite the whole file. Raises sqlite3.Error, and StoreError if objects of other programs prevent it."""
    try:
        connection.execute("VACUUM")
    except sqlite3.OperationalError as error:
        if not needs_others(error):
            raise
        raise StoreError(
            "The history could not be rewritten, because another program keeps data in its file that only that program "
            "can read. Remove it there, then try again; the history is unchanged.",
            str(error),
            "io",
        ) from error


def check(connection: sqlite3.Connection, most: int = 50) -> list[str]:
    """Check the whole file; return what is wrong with it, [] for a sound one. Can be interrupted."""
    found = file_problems(connection, most, quick=False)
    # Damaged pages may yield endless rows.
    return found or missing_references(connection, most)
