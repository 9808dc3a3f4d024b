"""Contents, and the versions that prompts make of them.

Invariant: a content is stored once, by hash; a prompt has at most one version of a content, and numbers only grow.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from workbench.core import content as contents
from workbench.core.content import Content, ContentError
from workbench.core.json_parts import load
from workbench.core.runs import VersionRow
from workbench.core.timeline import VersionLabel
from workbench.core.version_name import at_start
from workbench.store.connections import bounded
from workbench.store.encoding import digest, typed
from workbench.store.errors import StoreError, missing
from workbench.store.runs.version_names import name_of, of_prompt, title_of
from workbench.store.runs.visibility import DELETED
from workbench.store.safe_records import sound
from workbench.store.sqlite import sqlite3

_OPENING = 120
# Few suffice: a run is based on the version of the previous run, which was parsed when that was indexed.
_PARSED = 4
_LAST = (
    "SELECT max(number), (SELECT number FROM last_numbers WHERE prompt_id = ?1 AND kind = 'version')"
    " FROM versions WHERE prompt_id = ?1"
)
_SELECT = (
    "SELECT versions.id, versions.uid, versions.number, contents.hash, parents.number, versions.created_at,"
    f" CAST({bounded('contents.body')} AS BLOB), {bounded('versions.note')}"
    " FROM versions JOIN contents ON contents.id = versions.content_id"
    " LEFT JOIN versions AS parents ON parents.id = versions.parent_id"
)


def content_id(connection: sqlite3.Connection, content: Content) -> int:
    """Return the key of a content, storing it if it is new. Raises StoreError (text) on lone surrogates."""
    for message in content.messages:
        typed(message.text)
    body = contents.canonical(content).decode()
    hash_ = digest(body)  # equals content_hash, without making the canonical form twice
    row = connection.execute("SELECT id FROM contents WHERE hash = ?", (hash_,)).fetchone()
    if row is not None:
        return int(row[0])
    return int(connection.execute("INSERT INTO contents (hash, body) VALUES (?, ?)", (hash_, body)).lastrowid or 0)


def newest_number(connection: sqlite3.Connection, prompt: int) -> int | None:
    """Return the highest version number of a prompt, None if it has only a draft."""
    row = connection.execute("SELECT max(number) FROM versions WHERE prompt_id = ?", (prompt,)).fetchone()
    return None if row[0] is None else int(row[0])


def last_number(connection: sqlite3.Connection, prompt: int, kind: str) -> int:
    """Return the highest permanently deleted number of a kind of run, or of "version"; 0 without any."""
    row = connection.execute(
        "SELECT number FROM last_numbers WHERE prompt_id = ? AND kind = ?", (prompt, kind)
    ).fetchone()
    return 0 if row is None else int(row[0])


def version_id(connection: sqlite3.Connection, prompt: int, number: int) -> int:
    """Return the key of a version. Raises StoreError (missing)."""
    row = connection.execute("SELECT id FROM versions WHERE prompt_id = ? AND number = ?", (prompt, number)).fetchone()
    if row is None:
        raise missing("version", number)
    return int(row[0])


def stored(connection: sqlite3.Connection, prompt: int, number: int) -> tuple[int, bytes]:
    """Return the key of a version and its content, for `read`. Raises StoreError (missing)."""
    row = connection.execute(
        f"SELECT versions.id, CAST({bounded('body')} AS BLOB) FROM versions JOIN contents ON contents.id = content_id"
        " WHERE prompt_id = ? AND number = ?",
        (prompt, number),
    ).fetchone()
    if row is None:
        raise missing("version", number)
    return int(row[0]), row[1]


def insert_version(
    connection: sqlite3.Connection, prompt: int, uid: str, content: int, parent: int | None, now: str, note: str = ""
) -> tuple[int, int]:
    """Return key and number of the prompt's version of a content; a new one gets the parent with number `parent`."""
    known = find_version(connection, prompt, content)
    if known is not None:
        return known
    made_from = None if parent is None else (version_id(connection, prompt, parent), parent)
    return make_version(connection, prompt, uid, content, made_from, now, note)


def find_version(connection: sqlite3.Connection, prompt: int, content: int) -> tuple[int, int] | None:
    """Return key and number of the prompt's version of a content, None if it has none."""
    row = connection.execute(
        "SELECT id, number FROM versions WHERE prompt_id = ? AND content_id = ?", (prompt, content)
    ).fetchone()
    return None if row is None else (int(row[0]), int(row[1]))


def make_version(
    connection: sqlite3.Connection,
    prompt: int,
    uid: str,
    content: int,
    parent: tuple[int, int] | None,
    now: str,
    note: str = "",
) -> tuple[int, int]:
    """Create the version of a content that the prompt lacks; `parent` and the result are key and number."""
    newest, deleted = connection.execute(_LAST, (prompt,)).fetchone()
    number = max(newest or 0, deleted or 0) + 1
    parent_key, parent_number = parent or (None, None)
    cursor = connection.execute(
        "INSERT INTO versions (uid, prompt_id, number, content_id, parent_id, branched, note, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (uid, prompt, number, content, parent_key, int(parent_number != newest), typed(note), now),
    )
    return int(cursor.lastrowid or 0), number


@functools.lru_cache(maxsize=_PARSED)
def parsed(body: bytes) -> tuple[Content, str]:
    """Parse a stored content as `core.content.readable` does. Raises ValueError or RecursionError if it is damaged."""
    return contents.readable(load(body.decode()))


def read(body: bytes, name: str) -> tuple[Content, str]:
    """Return the stored content of a version, and why this release can show only part of it, "" for all.

    `name` is what the version is called in the error.

    Raises StoreError (corrupt) if it cannot be read.
    """
    try:
        return parsed(body or b"")
    except (ValueError, RecursionError) as error:
        # The message of a newer format is more helpful than that it is unreadable here.
        what = str(error) if isinstance(error, ContentError) else "It is damaged."
        raise StoreError(
            f"{at_start(name)} cannot be read. {what} Use another version of this prompt.",
            f"{type(error).__name__}: {error}",
            "corrupt",
        ) from error


def numbers(connection: sqlite3.Connection, prompt: int) -> tuple[int, ...]:
    """Return the numbers of all versions of a prompt, newest first."""
    rows = connection.execute("SELECT number FROM versions WHERE prompt_id = ? ORDER BY number DESC", (prompt,))
    return tuple(number for (number,) in rows)


def one(connection: sqlite3.Connection, prompt: int, number: int) -> VersionRow:
    """Return a version by number. Raises StoreError (missing)."""
    row = connection.execute(
        f"{_SELECT} WHERE versions.prompt_id = ? AND versions.number = ?", (prompt, number)
    ).fetchone()
    if row is None:
        raise missing("version", number)
    return _row(row, name_of(connection, row[0]))


def listed(connection: sqlite3.Connection, prompt: int) -> list[VersionRow]:
    """Return all versions of a prompt, oldest first."""
    rows = connection.execute(f"{_SELECT} WHERE versions.prompt_id = ? ORDER BY versions.number", (prompt,))
    names = of_prompt(connection, prompt)
    return [_row(row, names.get(row[2], "")) for row in rows]


def labels(connection: sqlite3.Connection, prompt: int) -> list[VersionLabel]:
    """Return how each version of a prompt is shown in lists, newest first.

    There may be thousands, of which few are viewed: contents are not parsed, and texts are returned as stored.
    """
    rows = connection.execute(
        "SELECT versions.number, versions.note, runs.note, runs.summary,"
        " CASE WHEN json_valid(contents.body) THEN"
        "  (SELECT CAST(substr(json_extract(value, '$.text'), 1, ?) AS BLOB)"
        "   FROM json_each(contents.body, '$.messages')"
        "   WHERE trim(json_extract(value, '$.text'), ' ' || char(9, 10, 13)) <> '' LIMIT 1) END"
        " FROM versions JOIN contents ON contents.id = versions.content_id"
        " LEFT JOIN runs ON runs.id = (SELECT id FROM runs AS made WHERE made.version_id = versions.id"
        f"  AND made.kind = 'iteration' AND made.archived < {DELETED} ORDER BY id LIMIT 1)"
        " WHERE versions.prompt_id = ? ORDER BY versions.number DESC",
        (_OPENING, prompt),
    )
    names = of_prompt(connection, prompt)
    return [_label(names, *row) for row in rows]


def _label(
    names: Mapping[int, str], number: int, note: str, run_note: str | None, summary: str | None, text: bytes | None
) -> VersionLabel:
    opening = (text or b"").decode(errors="replace")
    name = names.get(number, "")
    if name == title_of(note):
        note = ""
    return sound(VersionLabel(number, note or run_note or summary or opening, opening, name))


def set_note(connection: sqlite3.Connection, uid: str, note: str) -> None:
    """Set the note of a version. Raises StoreError (missing)."""
    if connection.execute("UPDATE versions SET note = ? WHERE uid = ?", (typed(note), uid)).rowcount == 0:
        raise missing("version", uid)


def _row(row: tuple[int, str, int, str, int | None, str, bytes, str], name: str) -> VersionRow:
    _, uid, number, hash_, parent, created_at, body, note = row
    content, newer = read(body, name)
    return sound(VersionRow(uid, number, hash_, parent, created_at, content, note, newer, name))
