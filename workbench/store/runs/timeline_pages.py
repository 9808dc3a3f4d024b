"""Pages of the timeline: iterations, and between them the versions that have none.

Invariant: rows come newest first, iterations by their numbers and versions by theirs, so that a clock that was set back
moves nothing; their times only decide how the two interleave. A page continues the last one by numbers, never by an
offset, and reads no more versions than were created in its time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from workbench.core.changes import Change, count_change
from workbench.core.timeline import BareVersion, TimelineCursor, TimelinePage, TimelineRow, VersionDetail
from workbench.store.connections import bounded
from workbench.store.errors import missing
from workbench.store.runs import timeline
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.version_names import name_of, names
from workbench.store.runs.versions import parsed, read
from workbench.store.safe_records import sound
from workbench.store.sqlite import sqlite3

_BEFORE_ALL = TimelineCursor(2**62, 2**62)
_VERSIONS = (
    "SELECT id, number, created_at,"
    " NOT EXISTS (SELECT 1 FROM runs WHERE runs.version_id = versions.id AND runs.kind = 'iteration')"
    " FROM versions WHERE prompt_id = ? AND number < ? ORDER BY number DESC"
)
_BARE = (
    "SELECT versions.id, versions.uid, versions.number, versions.created_at, versions.note, versions.branched,"
    " EXISTS (SELECT 1 FROM lanes JOIN runs ON runs.id = lanes.run_id"
    "  WHERE lanes.version_id = versions.id AND runs.kind NOT IN ('improve', 'propose', 'import', 'test', 'judge')),"
    f" CAST({bounded('contents.body')} AS BLOB), CAST({bounded('parent_contents.body')} AS BLOB),"
    " EXISTS (SELECT 1 FROM lanes JOIN runs ON runs.id = lanes.run_id"
    "  WHERE lanes.version_id = versions.id AND runs.kind = 'import'),"
    " EXISTS (SELECT 1 FROM lanes JOIN runs ON runs.id = lanes.run_id"
    "  WHERE lanes.version_id = versions.id AND runs.kind = 'test'),"
    " EXISTS (SELECT 1 FROM lanes JOIN runs ON runs.id = lanes.run_id"
    "  WHERE lanes.version_id = versions.id AND runs.kind = 'judge')"
    " FROM versions JOIN contents ON contents.id = versions.content_id"
    " LEFT JOIN versions AS parents ON parents.id = versions.parent_id"
    " LEFT JOIN contents AS parent_contents ON parent_contents.id = parents.content_id"
)


def page(connection: sqlite3.Connection, prompt_uid: str, after: TimelineCursor | None, limit: int) -> TimelinePage:
    """Return up to `limit` rows after the cursor `after` (None: from the newest). Raises StoreError (missing)."""
    passed = after or _BEFORE_ALL
    last_iteration, last_version = passed.iteration, passed.version
    iterations = timeline.page(connection, prompt_uid, passed.iteration, limit + 1)
    # Fetched one by one: versions that are older than the page are not read.
    versions = connection.execute(_VERSIONS, (prompt_id(connection, prompt_uid), passed.version))
    version = versions.fetchone()
    taken: list[TimelineRow | int] = []
    used = 0
    while len(taken) < limit:
        iteration = iterations[used] if used < len(iterations) else None
        if iteration is not None and (version is None or iteration.started_at >= version[2]):
            taken.append(iteration)
            last_iteration = iteration.number
            used += 1
        elif version is not None:
            key, last_version, _, is_bare = version
            if is_bare:
                taken.append(key)
            version = versions.fetchone()
        else:
            break
    more = used < len(iterations) or version is not None
    versions.close()
    bare = _bare(connection, [row for row in taken if isinstance(row, int)])
    rows = tuple(bare[row] if isinstance(row, int) else row for row in taken)
    return TimelinePage(rows, TimelineCursor(last_iteration, last_version) if more else None)


def version(connection: sqlite3.Connection, uid: str) -> VersionDetail:
    """Return a version as the timeline shows it, with its content. Raises StoreError (missing)."""
    row = connection.execute(f"{_BARE} WHERE versions.uid = ?", (uid,)).fetchone()
    if row is None:
        raise missing("version", uid)
    name = name_of(connection, row[0])
    content, newer = read(row[7], name)
    return VersionDetail(_row(row, name), content, newer)


def _bare(connection: sqlite3.Connection, keys: Sequence[int]) -> dict[int, BareVersion]:
    if not keys:
        return {}
    rows = connection.execute(f"{_BARE} WHERE versions.id IN (SELECT value FROM json_each(?))", (json.dumps(keys),))
    called = names(connection, keys)
    return {row[0]: _row(row, called.get(row[0], "")) for row in rows}


def _row(row: tuple[Any, ...], name: str) -> BareVersion:
    _, uid, number, created_at, note, branched, ran, body, parent_body, imported, tested, judged = row
    change = _change(body, parent_body)
    told = (change.summary, change.added, change.removed)
    runs = (bool(ran), bool(branched), bool(imported))
    return sound(BareVersion(uid, number, created_at, note, *told, *runs, name, bool(tested), judged=bool(judged)))


def _change(body: bytes, parent_body: bytes | None) -> Change:
    try:
        before = None if parent_body is None else parsed(parent_body)[0]
        return count_change(before, parsed(body or b"")[0])
    except (ValueError, RecursionError):
        # One damaged version must not hide the others; opening it says what is wrong.
        return Change(summary="cannot be read")
