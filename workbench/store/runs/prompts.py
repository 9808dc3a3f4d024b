"""Prompts, their drafts, and meta values of the file.

Invariant: a draft is never refused; text that cannot be sent can still be saved until it is corrected.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence

from workbench.core.drafts import Draft
from workbench.core.json_parts import load
from workbench.core.runs import PromptRow
from workbench.core.timeline import nearest_ancestor
from workbench.store.connections import bounded
from workbench.store.draft_preview import IS_LAST, LAST_WORKED_ON
from workbench.store.encoding import dump, typed
from workbench.store.errors import StoreError, missing
from workbench.store.records import DraftLane, WholePrompt
from workbench.store.runs import damaged_drafts, draft_cases, hidden_prompts
from workbench.store.runs.versions import content_id, insert_version, newest_number
from workbench.store.safe_records import sound
from workbench.store.sqlite import sqlite3


def prompt_id(connection: sqlite3.Connection, uid: str) -> int:
    """Return the key of a prompt. Raises StoreError (missing)."""
    row = connection.execute("SELECT id FROM prompts WHERE uid = ?", (uid,)).fetchone()
    if row is None:
        raise missing("prompt", uid)
    return int(row[0])


def create(connection: sqlite3.Connection, uid: str, name: str, now: str) -> int:
    """Insert a prompt without versions or draft and return its key."""
    cursor = connection.execute(
        "INSERT INTO prompts (uid, name, created_at, updated_at) VALUES (?, ?, ?, ?)", (uid, typed(name), now, now)
    )
    key = int(cursor.lastrowid or 0)
    touch(connection, key, now)
    return key


def touch(connection: sqlite3.Connection, key: int, now: str, iterations: int = 0) -> None:
    """Record that a prompt changed now, and got so many iterations.

    It becomes the one last worked on, even if the clock was set back meanwhile.
    """
    connection.execute(
        "UPDATE prompts SET iterations = iterations + ?, updated_at = max(?, coalesce((SELECT"
        " strftime('%Y-%m-%dT%H:%M:%fZ', max(updated_at), '+0.001 seconds') FROM prompts"
        " WHERE id <> ? AND updated_at >= ?), '')) WHERE id = ?",
        (iterations, now, key, now, key),
    )


def add_whole(connection: sqlite3.Connection, made: Iterable[WholePrompt], now: str) -> None:
    """Insert prompts with successive versions and a draft, and store the uid of each under its meta key."""
    for prompt in made:
        key = create(connection, prompt.uid, prompt.name, now)
        parent = None
        for version in prompt.versions:
            content = content_id(connection, version.content)
            _, parent = insert_version(connection, key, version.uid, content, parent, now, version.note)
        save_draft(connection, prompt.uid, prompt.draft, now)
        set_meta(connection, prompt.fact, prompt.uid)


def rename(connection: sqlite3.Connection, uid: str, name: str, now: str) -> None:
    """Rename a prompt."""
    key = prompt_id(connection, uid)
    connection.execute("UPDATE prompts SET name = ? WHERE id = ?", (typed(name), key))
    touch(connection, key, now)


def archive(connection: sqlite3.Connection, uid: str, archived: bool, now: str) -> None:
    """Archive a prompt, or list it again."""
    key = prompt_id(connection, uid)
    connection.execute("UPDATE prompts SET archived = ? WHERE id = ?", (int(archived), key))
    touch(connection, key, now)


def listed(connection: sqlite3.Connection, archived: bool) -> list[PromptRow]:
    """Return the prompts that are archived or those that are not, most recently used first."""
    known = {name for (name,) in connection.execute("SELECT name FROM pragma_table_info('prompts')")}
    # A file of an earlier release that is only read has no folders.
    place = "folder, tags" if {"folder", "tags"} <= known else "'', '[]'"
    rows = connection.execute(
        f"SELECT uid, name, iterations, archived, updated_at, {place} FROM prompts WHERE archived = ?"
        f" AND {hidden_prompts.listed(connection)} ORDER BY updated_at DESC, id DESC",
        (int(archived),),
    )
    return [
        sound(PromptRow(uid, name, iterations, bool(put_away), at, folder, tags_of(tags)))
        for uid, name, iterations, put_away, at, folder, tags in rows
    ]


def tags_of(body: str) -> tuple[str, ...]:
    """Return stored tags; of a damaged list none."""
    try:
        found = load(body)
    except (ValueError, RecursionError):
        return ()
    return tuple(tag for tag in found if isinstance(tag, str)) if isinstance(found, list) else ()


def organise(connection: sqlite3.Connection, uid: str, folder: str | None, tags: Sequence[str] | None) -> None:
    """Move a prompt to a folder ("" for none) and replace its tags; None leaves either as it is.

    The prompt does not become the one last worked on.
    """
    key = prompt_id(connection, uid)
    if folder is not None:
        connection.execute("UPDATE prompts SET folder = ? WHERE id = ?", (typed(folder), key))
    if tags is not None:
        connection.execute("UPDATE prompts SET tags = ? WHERE id = ?", (dump([typed(tag) for tag in tags]), key))


def rename_folder(connection: sqlite3.Connection, name: str, new: str) -> None:
    """Rename a folder; the folder of that name, if there is one, takes its prompts."""
    connection.execute("UPDATE prompts SET folder = ? WHERE folder = ?", (typed(new), name))


def save_draft(
    connection: sqlite3.Connection,
    uid: str,
    draft: Draft,
    now: str,
    known: draft_cases.KnownCases = None,
    new_uid: Callable[[], str] | None = None,
) -> None:
    """Replace the draft, and change its cases as it changed them; an unreadable draft is first saved to a file.

    With `new_uid`, value sets in the draft of an earlier release are made cases before they are replaced.
    """
    key = prompt_id(connection, uid)
    damaged_drafts.keep(connection, key)
    if new_uid is not None and (adopted := draft_cases.adopt(connection, key, new_uid)) is not None:
        known = {**damaged_drafts.parse(adopted.before.encode()).sets_by_uid, **(known or {})}
    draft_cases.write(connection, key, draft, known)
    connection.execute(
        "INSERT INTO drafts (prompt_id, body, saved_at) VALUES (?, ?, ?)"
        " ON CONFLICT (prompt_id) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at",
        (key, dump(draft.to_json()), now),
    )
    touch(connection, key, now)


def draft(connection: sqlite3.Connection, uid: str) -> Draft | None:
    """Return the draft, None if the prompt never had one. Raises StoreError (corrupt) for an unexpected shape."""
    key = prompt_id(connection, uid)
    body = damaged_drafts.body_of(connection, key)
    if body is None:
        return None
    try:
        return draft_cases.resolved(connection, key, body)
    except damaged_drafts.UNREADABLE as error:
        raise StoreError(
            "The draft of this prompt cannot be read. Open it in the window, which continues from the newest version.",
            f"{type(error).__name__}: {error}",
            "corrupt",
        ) from error


def draft_lanes(connection: sqlite3.Connection) -> list[DraftLane]:
    """Return the lanes of the drafts of the prompts in use, most recently used prompt first.

    Unreadable parts of a draft are left out.
    """
    fields = ", ".join(f"json_extract(lane.value, '$.{name}') AS {name}" for name in ("slot", "endpoint", "model"))
    rows = connection.execute(
        f"SELECT p.uid, p.name, {fields} FROM prompts p JOIN drafts d ON d.prompt_id = p.id,"
        f" json_each(CASE WHEN json_valid({bounded('d.body')}) THEN d.body ELSE '{{}}' END, '$.lanes') lane"
        f" WHERE p.archived = 0 AND {hidden_prompts.listed(connection, 'p.id')} AND lane.type = 'object'"
        " ORDER BY p.updated_at DESC, p.id DESC, lane.key"
    )
    return [DraftLane(*row) for row in rows if all(isinstance(field, str) for field in row)]


def duplicate(
    connection: sqlite3.Connection, uid: str, new_uid: str, name: str, now: str, make_uid: Callable[[], str]
) -> None:
    """Create a prompt that starts from where this one is, without its iterations.

    Copies the draft, the cases under new uids, and the versions the draft refers to: the one it is based on (without a
    draft the newest) and those its lanes are pinned to. They are numbered from 1, and the draft's numbers follow. The
    rest of the history stays with the original: the copy is meant to go another way, and would count iterations that it
    never ran.
    """
    source = prompt_id(connection, uid)
    target = create(connection, new_uid, name, now)
    connection.execute(
        "UPDATE prompts SET (folder, tags) = (SELECT folder, tags FROM prompts WHERE id = ?) WHERE id = ?",
        (source, target),
    )
    held = draft(connection, uid)
    newest = newest_number(connection, source)
    base = held.based_on if held is not None and held.based_on is not None else newest
    pinned = [lane.pinned for lane in (held.lanes if held else ())]
    wanted = {number for number in (base, *pinned) if number is not None}
    numbers = _copy_versions(connection, source, target, wanted, now, make_uid)
    uids = draft_cases.copy(connection, source, target, make_uid)
    if held is not None:
        # The answers that a baseline keeps belong to the original, too.
        lanes = tuple(
            dataclasses.replace(lane, pinned=None if lane.pinned is None else numbers.get(lane.pinned), baseline="")
            for lane in held.lanes
        )
        if draft_cases.holds_sets(connection, source):
            # A set may differ from the case with its uid.
            uids = {one.uid: make_uid() for one in held.sets}
        copied = dataclasses.replace(
            held,
            lanes=lanes,
            based_on=None if held.based_on is None else numbers.get(held.based_on),
            sets=tuple(dataclasses.replace(one, uid=uids[one.uid]) for one in held.sets),
            active=uids.get(held.active, ""),
        )
        save_draft(connection, new_uid, copied, now)


def _copy_versions(
    connection: sqlite3.Connection,
    source: int,
    target: int,
    wanted: set[int],
    now: str,
    make_uid: Callable[[], str],
) -> dict[int, int]:
    """Copy the versions with these numbers, the nearest copied ancestor as parent; return new numbers by old ones."""
    parents: dict[int, int | None] = {}
    contents: dict[int, tuple[int, str]] = {}
    for number, parent, content, note in connection.execute(
        "SELECT versions.number, parents.number, versions.content_id, versions.note FROM versions"
        " LEFT JOIN versions AS parents ON parents.id = versions.parent_id"
        " WHERE versions.prompt_id = ? ORDER BY versions.number",
        (source,),
    ):
        parents[number], contents[number] = parent, (content, note)
    numbers: dict[int, int] = {}
    for number in sorted(number for number in wanted if number in contents):
        ancestor = nearest_ancestor(number, parents, numbers)
        parent = None if ancestor is None else numbers[ancestor]
        content, note = contents[number]
        key, numbers[number] = insert_version(connection, target, make_uid(), content, parent, now, note)
        connection.execute(
            "INSERT INTO version_techniques (version_id, technique, name, brought, used)"
            " SELECT ?, technique, name, brought, used FROM version_techniques"
            " JOIN versions ON versions.id = version_id WHERE versions.prompt_id = ? AND versions.number = ?",
            (key, source, number),
        )
    return numbers


def meta(connection: sqlite3.Connection, key: str) -> str | None:
    """Return a meta value, None if it is not set."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def set_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Set a meta value."""
    connection.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, typed(value)),
    )


def last_prompt(connection: sqlite3.Connection) -> str | None:
    """Return the uid of the prompt last worked on (meta `last_prompt`), else of the one changed last, else None.

    A judge prompt that was open last is opened again, although no list shows it.
    """
    row = connection.execute(
        f"SELECT uid FROM prompts WHERE archived = 0 AND ({hidden_prompts.listed(connection)} OR {IS_LAST})"
        f" ORDER BY {LAST_WORKED_ON} LIMIT 1"
    ).fetchone()
    return None if row is None else str(row[0])
