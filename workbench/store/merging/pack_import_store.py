"""Imports prompts of a pack or of a file of tests into the history, and undoes the import.

Invariant: existing rows stay unchanged: prompts, versions, cases and files are added, never changed. An import is one
transaction, and is removed in one, as long as nothing has been based on it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from workbench.core.cases import Case, Check, check_to_json
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.json_parts import load
from workbench.core.lanes import Lane
from workbench.core.testing.settings import SuiteSettings
from workbench.core.text import plural
from workbench.store.encoding import digest, dump
from workbench.store.errors import StoreError
from workbench.store.merging import imported_columns
from workbench.store.merging.pack_bodies import pack_body
from workbench.store.runs import blobs, cases, prompts, versions
from workbench.store.sqlite import sqlite3

LAST = "last_pack_import"
"""The meta key for what the last import added."""
KIND = "pack"
_NUMBERS = (
    "SELECT contents.hash, versions.number FROM versions JOIN contents ON contents.id = versions.content_id"
    " WHERE versions.prompt_id = ?"
)


@dataclass(frozen=True, slots=True)
class ArrivingVersion:
    """A version to import; `parent` is the hash of its parent, "" for none."""

    uid: str
    hash: str
    content: Content
    parent: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ArrivingPrompt:
    """A prompt to import: `foreign` is its uid in the pack, `uid` the one here, which exists unless `new`.

    `draft` is for a new prompt; its `based_on` and the pinned versions of its lanes are positions, from 1, among
    `versions`. `cases` are only those that the prompt lacks, each with its foreign id. `checks` and `threshold` are for
    all cases; a prompt that has such checks keeps its own. `columns` are those of tests, pinned like the lanes of the
    draft, with `samples` per cell; a prompt that has columns keeps its own. `folder` and `tags` are for a new prompt.
    """

    foreign: str
    uid: str
    name: str
    new: bool
    versions: tuple[ArrivingVersion, ...] = ()
    draft: Draft | None = None
    cases: tuple[tuple[str, Case], ...] = ()
    checks: tuple[Check, ...] = ()
    threshold: float | None = None
    columns: tuple[Lane, ...] = ()
    samples: int = 1
    folder: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackArrival:
    """Everything that one import adds; `body` is the record of the pack, `source` the file, for people.

    A file of tests is no pack: it has no `pack_uid` and no record.
    """

    pack_uid: str
    body: str
    source: str
    prompts: tuple[ArrivingPrompt, ...]
    files: tuple[tuple[bytes, str], ...] = ()


def arrive(connection: sqlite3.Connection, arrival: PackArrival, now: str) -> None:
    """Add everything, and record what was added so that it can be undone. Raises StoreError."""
    for body, media_type in arrival.files:
        blobs.add(connection, body, media_type)
    added: dict[str, object] = {
        "pack": arrival.pack_uid,
        "prompts": [_one(connection, p, arrival, now) for p in arrival.prompts],
    }
    row = connection.execute("SELECT body FROM packs WHERE uid = ?", (arrival.pack_uid,)).fetchone()
    added["before"] = row and row[0]
    if arrival.pack_uid:
        remember(connection, arrival.pack_uid, arrival.body, now)
    prompts.set_meta(connection, LAST, json.dumps(added))


def _one(connection: sqlite3.Connection, arriving: ArrivingPrompt, arrival: PackArrival, now: str) -> dict[str, object]:
    if arriving.new:
        prompts.create(connection, arriving.uid, arriving.name, now)
        prompts.organise(connection, arriving.uid, arriving.folder, arriving.tags)
    key = prompts.prompt_id(connection, arriving.uid)
    numbers: list[int] = []
    known = dict(connection.execute(_NUMBERS, (key,)).fetchall())
    added = []
    for version in arriving.versions:
        newest = versions.newest_number(connection, key)
        parent = known.get(version.parent, None if arriving.new else newest)
        content = versions.content_id(connection, version.content)
        _, number = versions.insert_version(connection, key, version.uid, content, parent, now, version.note)
        numbers.append(number)
        known[version.hash] = number
        if newest is None or number > newest:
            added.append(version.uid)
            _origin(connection, f"{arriving.foreign}:{version.hash}", "version", version.uid, arrival.source, now)
    # The window opens without what tests need.
    from workbench.store.testing import holdouts

    # A new prompt has the hold-out of its pack; cases for one that is there may join the hold-out here.
    add = cases.append if arriving.new else holdouts.add
    add(connection, arriving.uid, [case for _, case in arriving.cases])
    for foreign, case in arriving.cases:
        _origin(connection, foreign, "case", case.uid, arrival.source, now)
    if arriving.draft is not None:
        # Behind the cases, which the draft may name.
        prompts.save_draft(connection, arriving.uid, _placed(arriving.draft, numbers), now)
    checks = _take_checks(connection, key, arriving, now)
    columns = imported_columns.take(connection, arriving.uid, _pinned(arriving.columns, numbers), arriving.samples, now)
    if arriving.new:
        _origin(connection, arriving.foreign, "prompt", arriving.uid, arrival.source, now)
    elif added or arriving.cases or checks or columns:
        prompts.touch(connection, key, now)
    return {
        "uid": arriving.uid,
        "new": arriving.new,
        "draft": _draft(connection, key),
        "versions": added,
        "cases": [case.uid for _, case in arriving.cases],
        "bodies": _bodies(connection, key),
        **({"checks": checks} if checks else {}),
        **({"columns": columns} if columns else {}),
    }


def _take_checks(connection: sqlite3.Connection, key: int, arriving: ArrivingPrompt, now: str) -> str:
    """Add the checks for all cases unless there are some; return what identifies them for undo, "" for nothing."""
    if not arriving.checks and arriving.threshold is None:
        return ""
    from workbench.store.testing import suite_settings

    settings = suite_settings.read(connection, arriving.uid)
    if settings.checks or settings.threshold is not None:
        return ""
    settings = replace(settings, checks=arriving.checks, threshold=arriving.threshold)
    suite_settings.put(connection, key, settings, now)
    return _checks_digest(settings)


def _drop_checks(connection: sqlite3.Connection, prompt_uid: str) -> None:
    from workbench.store.testing import suite_settings

    settings = suite_settings.read(connection, prompt_uid)
    suite_settings.put_back(connection, prompt_uid, replace(settings, checks=(), threshold=None))


def _are_checks_changed(connection: sqlite3.Connection, prompt_uid: str, before: str) -> bool:
    from workbench.store.testing import suite_settings

    return _checks_digest(suite_settings.read(connection, prompt_uid)) != before


def _checks_digest(settings: SuiteSettings) -> str:
    return digest(dump([settings.threshold, *(check_to_json(check) for check in settings.checks)]))


def _draft(connection: sqlite3.Connection, prompt: int) -> str:
    row = connection.execute("SELECT body FROM drafts WHERE prompt_id = ?", (prompt,)).fetchone()
    return digest(row[0]) if row else ""


def _bodies(connection: sqlite3.Connection, prompt: int) -> dict[str, str]:
    """Return digests by uid that show whether a case, or the note of a version, was changed."""
    rows = connection.execute(
        # Imports of older releases recorded the first array alone, as a case without any of the others still has it.
        "SELECT uid, json_array(name, values_id, checks, threshold, metadata, rest) || iif("
        "  (expectation, tags, cluster, notes, held_out) = ('', '[]', '', '', 0), '',"
        "  json_array(expectation, tags, cluster, notes, held_out)) FROM cases WHERE prompt_id = ?1"
        " UNION ALL SELECT uid, note FROM versions WHERE prompt_id = ?1",
        (prompt,),
    )
    return {uid: digest(body) for uid, body in rows}


def _placed(draft: Draft, numbers: list[int]) -> Draft:
    lanes = _pinned(draft.lanes, numbers)
    return replace(draft, lanes=lanes, based_on=draft.based_on and numbers[draft.based_on - 1])


def _pinned(lanes: tuple[Lane, ...], numbers: list[int]) -> tuple[Lane, ...]:
    return tuple(replace(one, pinned=one.pinned and numbers[one.pinned - 1]) for one in lanes)


def _origin(connection: sqlite3.Connection, foreign: str, thing: str, uid: str, source: str, now: str) -> None:
    connection.execute(
        "INSERT INTO origins (kind, foreign_id, thing, uid, source, imported_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (kind, foreign_id, thing) DO UPDATE SET uid = excluded.uid, source = excluded.source,"
        " imported_at = excluded.imported_at",
        (KIND, foreign, thing, uid, source, now),
    )


def _last(connection: sqlite3.Connection) -> dict[str, Any] | None:
    """Return what the last import added, None if there is none or its record cannot be read."""
    try:
        added: dict[str, Any] = load(prompts.meta(connection, LAST) or "null")
        texts = [added["pack"], *(() if added["before"] is None else (added["before"],))]
        for one in added["prompts"]:
            texts += [one["uid"], one["draft"], one.get("checks", ""), one.get("columns", "")]
            texts += [*one["versions"], *one["cases"]]
            texts += [*one["bodies"], *one["bodies"].values()]
        is_sound = all(isinstance(text, str) for text in texts)
        return added if is_sound and all(isinstance(one["new"], bool) for one in added["prompts"]) else None
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return None


def take_back(connection: sqlite3.Connection) -> str:
    """Undo the last import and return a sentence about it. Raises StoreError (missing)."""
    added = _last(connection)
    if added is None:
        raise StoreError("There is no import to undo: nothing was imported, or it was undone already.", "", "missing")
    for prompt in added["prompts"]:
        _check_untouched(connection, prompt)
    for prompt in added["prompts"]:
        gone = [*prompt["versions"], *prompt["cases"], *([prompt["uid"]] if prompt["new"] else [])]
        if prompt["new"]:
            connection.execute("DELETE FROM prompts WHERE uid = ?", (prompt["uid"],))
        else:
            cases.remove(connection, prompt["uid"], prompt["cases"])
            if prompt.get("checks"):
                _drop_checks(connection, prompt["uid"])
            if prompt.get("columns"):
                imported_columns.drop(connection, prompt["uid"])
            # Newest first: a version cannot be removed before those that are based on it.
            connection.executemany(
                "DELETE FROM versions WHERE uid = ?", [(uid,) for uid in reversed(prompt["versions"])]
            )
        connection.executemany("DELETE FROM origins WHERE kind = ? AND uid = ?", [(KIND, uid) for uid in gone])
    if added["before"] is None:
        connection.execute("DELETE FROM packs WHERE uid = ?", (added["pack"],))
    else:
        connection.execute("UPDATE packs SET body = ? WHERE uid = ?", (added["before"], added["pack"]))
    connection.execute("DELETE FROM meta WHERE key = ?", (LAST,))
    made = sum(prompt["new"] for prompt in added["prompts"])
    counts = (
        (made, "prompt"),
        (sum(len(one["versions"]) for one in added["prompts"] if not one["new"]), "version"),
        (sum(len(one["cases"]) for one in added["prompts"] if not one["new"]), "case"),
    )
    told = [f"{count} {plural(count, word)}" for count, word in counts if count]
    return f"Removed: {', '.join(told) or 'nothing'}."


def _check_untouched(connection: sqlite3.Connection, added: dict[str, Any]) -> None:
    """Raise StoreError if something is based on what was added, because it would be removed, too."""
    uid = str(added["uid"])
    row = connection.execute("SELECT id, name FROM prompts WHERE uid = ?", (uid,)).fetchone()
    if row is None:
        raise StoreError(
            "The imported prompts are no longer in the history, so there is nothing to undo.", uid, "missing"
        )
    key, name = row
    arrived = json.dumps(added["versions"])
    used = connection.execute(
        "SELECT 1 FROM versions AS arrived WHERE arrived.prompt_id = ?"
        " AND arrived.uid IN (SELECT value FROM json_each(?)) AND ("
        " EXISTS (SELECT 1 FROM lanes WHERE lanes.version_id = arrived.id)"
        " OR EXISTS (SELECT 1 FROM runs WHERE runs.version_id = arrived.id OR runs.based_on_id = arrived.id)"
        " OR EXISTS (SELECT 1 FROM versions AS later WHERE later.parent_id = arrived.id"
        "  AND later.uid NOT IN (SELECT value FROM json_each(?))))",
        (key, arrived, arrived),
    ).fetchone()
    more = (
        added["new"]
        and connection.execute(
            "SELECT 1 FROM versions WHERE prompt_id = ? AND uid NOT IN (SELECT value FROM json_each(?))", (key, arrived)
        ).fetchone()
    )
    typed = _draft(connection, key) != added["draft"] and (added["new"] or _leans(connection, key, arrived))
    checks = added.get("checks", "")
    checked = bool(checks) and _are_checks_changed(connection, uid, checks)
    columns = added.get("columns", "")
    checked = checked or (bool(columns) and imported_columns.are_changed(connection, uid, columns))
    if used or more or typed or checked or _changed(connection, key, added):
        raise StoreError(
            f"“{name}” was edited after the import, so it stays. Archive it if you do not need it.",
            uid,
            "missing",
        )


def _leans(connection: sqlite3.Connection, prompt: int, arrived: str) -> bool:
    """Whether the draft is based on an imported version, or has a lane that is pinned to one."""
    return (
        connection.execute(
            "SELECT 1 FROM drafts, versions WHERE drafts.prompt_id = ?1 AND versions.prompt_id = ?1"
            " AND versions.uid IN (SELECT value FROM json_each(?2)) AND (versions.number = drafts.body ->> '$.based_on'"
            " OR versions.number IN (SELECT value ->> '$.pinned' FROM json_each(drafts.body, '$.lanes')))",
            (prompt, arrived),
        ).fetchone()
        is not None
    )


def _changed(connection: sqlite3.Connection, prompt: int, added: dict[str, Any]) -> bool:
    """Whether an imported case or version note was changed, or a case was added to an imported prompt."""
    # Imports of older releases did not record this.
    before, here = added.get("bodies"), _bodies(connection, prompt)
    if before is None:
        return False
    arrived = {*added["cases"], *added["versions"]}
    return any(body != before.get(uid) for uid, body in here.items() if added["new"] or uid in arrived)


def remember(connection: sqlite3.Connection, pack_uid: str, body: str, now: str) -> None:
    """Store the record of a pack."""
    connection.execute(
        "INSERT INTO packs (uid, body, updated_at) VALUES (?, ?, ?)"
        " ON CONFLICT (uid) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at",
        (pack_uid, body, now),
    )


def forget(connection: sqlite3.Connection, prompt_uids: Collection[str]) -> None:
    """Remove permanently deleted prompts from the records of packs and of the last import.

    A pack with no other prompts is forgotten.
    """
    gone = frozenset(prompt_uids)
    for uid, body in connection.execute("SELECT uid, body FROM packs").fetchall():
        if (left := _without(body, gone)) is None:
            connection.execute("DELETE FROM packs WHERE uid = ?", (uid,))
        elif left != body:
            connection.execute("UPDATE packs SET body = ? WHERE uid = ?", (left, uid))
    added = _last(connection)
    rest = [one for one in added["prompts"] if one["uid"] not in gone] if added else []
    if not added or not rest:
        connection.execute("DELETE FROM meta WHERE key = ?", (LAST,))
        return
    before = added["before"] and _without(added["before"], gone)
    prompts.set_meta(connection, LAST, json.dumps({**added, "prompts": rest, "before": before}))


def _without(body: str, gone: Collection[str]) -> str | None:
    """Return the record of a pack without these prompts, unchanged if it has none; None if nothing is left.

    An unreadable record gives None, too, because it may name them.
    """
    if (said := pack_body(body)) is None:
        return None
    left = [one for one in said["prompts"] if one["uid"] not in gone]
    if len(left) == len(said["prompts"]):
        return body
    return json.dumps({**said, "prompts": left}) if left else None
