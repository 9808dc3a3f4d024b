"""Merges prompts with their versions, labels, cases, test settings, goals and drafts from another history.

Invariant: a version is merged only if its content matches its hash. It gets the next number here, and a draft that
refers to versions by number gets the new ones.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from workbench.core.drafts import Draft, holds_values
from workbench.core.json_parts import load
from workbench.store.decide.goals import take as take_goals
from workbench.store.encoding import digest, dump
from workbench.store.errors import StoreError
from workbench.store.merging import judge_merge
from workbench.store.merging.other_history import Row, insert, key_of, rows
from workbench.store.merging.suite_merge import take_settings
from workbench.store.runs import cases, damaged_drafts, hidden_prompts, prompts
from workbench.store.runs.versions import last_number, newest_number
from workbench.store.sqlite import sqlite3

_TECHNIQUES = (
    "INSERT INTO version_techniques (version_id, technique, name, brought, used) VALUES (?, ?, ?, ?, ?)"
    # What a person stated there replaces what was only inserted here; what a person stated here stays.
    " ON CONFLICT (version_id, technique) DO UPDATE SET brought = '', used = excluded.used"
    " WHERE excluded.brought = '' AND version_techniques.brought <> ''"
)
_PROMPT = ("uid", "name", "archived", "starred", "note", "created_at", "updated_at", "folder", "tags")


@dataclass(slots=True)
class MergedKeys:
    """Keys here by keys there, of prompts and versions; `new` are the prompts that the merge added, by keys here."""

    prompts: dict[int, int] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    new: set[int] = field(default_factory=set)


def is_untouched_twin(mine: sqlite3.Connection, other: sqlite3.Connection, prompt: int) -> bool:
    """Whether a prompt there is as it was created, and a listed one here has its name and all its versions.

    The samples of each history are such prompts; they would only be listed twice.
    """
    untouched = (
        "SELECT uid, name FROM prompts JOIN drafts ON drafts.prompt_id = prompts.id WHERE prompts.id = ?"
        " AND drafts.saved_at = prompts.created_at AND starred = 0 AND note = '' AND folder = '' AND tags = '[]'"
        " AND NOT EXISTS (SELECT 1 FROM runs WHERE prompt_id = prompts.id)"
        " AND NOT EXISTS (SELECT 1 FROM verdicts WHERE prompt_id = prompts.id)"
        " AND NOT EXISTS (SELECT 1 FROM cases WHERE prompt_id = prompts.id)"
        " AND NOT EXISTS (SELECT 1 FROM suite_settings WHERE prompt_id = prompts.id)"
        " AND NOT EXISTS (SELECT 1 FROM decide_goals WHERE prompt_id = prompts.id)"
        " AND NOT EXISTS (SELECT 1 FROM labels WHERE prompt_id = prompts.id)"
        " AND NOT EXISTS (SELECT 1 FROM version_techniques JOIN versions ON versions.id = version_id"
        "  WHERE prompt_id = prompts.id)"
        " AND NOT EXISTS (SELECT 1 FROM judge_prompts WHERE prompts.id IN (prompt_id, owner_id))"
        " AND NOT EXISTS (SELECT 1 FROM packs WHERE instr(body, prompts.uid))"
    )
    found = other.execute(untouched, (prompt,)).fetchone()
    if found is None or key_of(mine, "prompts", found[0]) is not None:
        return False
    said = "SELECT hash, versions.note FROM versions JOIN contents ON contents.id = content_id WHERE prompt_id = ?"
    theirs = set(other.execute(said, (prompt,)))
    twins = mine.execute(
        f"SELECT id FROM prompts WHERE name = ? AND archived = 0 AND {hidden_prompts.listed(mine)}", (found[1],)
    ).fetchall()
    return bool(theirs) and any(theirs <= set(mine.execute(said, twin)) for twin in twins)


def take_prompt(
    mine: sqlite3.Connection, other: sqlite3.Connection, prompt: int, keys: MergedKeys, uid: Callable[[], str]
) -> bool:
    """Merge a prompt with all its versions; return whether it is new here."""
    [row] = rows(other, f"SELECT {', '.join(_PROMPT)} FROM prompts WHERE id = ?", prompt)
    key = key_of(mine, "prompts", row["uid"])
    if key is None:
        key = judge_merge.same_judge(mine, other, prompt)
    new = key is None
    if key is None:
        key = insert(mine, "prompts", row)
        keys.new.add(key)
    else:
        mine.execute(
            "UPDATE prompts SET starred = max(starred, ?), note = CASE WHEN note = '' THEN ? ELSE note END,"
            " folder = CASE WHEN folder = '' THEN ? ELSE folder END WHERE id = ?",
            (row["starred"], row["note"], row["folder"], key),
        )
        (tags,) = mine.execute("SELECT tags FROM prompts WHERE id = ?", (key,)).fetchone()
        both = dict.fromkeys((*prompts.tags_of(tags), *prompts.tags_of(str(row["tags"]))))
        prompts.organise(mine, _uid(mine, key), None, tuple(both))
    keys.prompts[prompt] = key
    numbers = _take_versions(mine, other, prompt, keys, uid)
    _take_techniques(mine, other, prompt, keys)
    for label in rows(other, "SELECT name, version_id, moved_at FROM labels WHERE prompt_id = ?", prompt):
        if (version := keys.versions.get(cast(int, label["version_id"]))) is not None:
            mine.execute(
                "INSERT INTO labels (prompt_id, name, version_id, moved_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (key, label["name"], version, label["moved_at"]),
            )
    _take_draft(mine, other, prompt, key, numbers)
    uid_here = _uid(mine, key)
    _take_cases(mine, other, str(row["uid"]), uid_here)
    take_settings(mine, other, str(row["uid"]), numbers, uid_here)
    take_goals(mine, other, prompt, key)
    return new


def _uid(mine: sqlite3.Connection, key: int) -> str:
    (uid,) = mine.execute("SELECT uid FROM prompts WHERE id = ?", (key,)).fetchone()
    return str(uid)


def _take_cases(mine: sqlite3.Connection, other: sqlite3.Connection, there: str, here: str) -> None:
    """Add the cases that are missing here; none if one of those there cannot be read."""
    try:
        theirs = cases.listed(other, there)
    except StoreError:
        return
    known = {case.uid for case in cases.listed(mine, here)}
    cases.append(mine, here, [case for case in theirs if case.uid not in known])


def _take_versions(
    mine: sqlite3.Connection, other: sqlite3.Connection, prompt: int, keys: MergedKeys, uid: Callable[[], str]
) -> dict[int, int]:
    """Merge versions, parents first; return numbers here by numbers there."""
    key, numbers = keys.prompts[prompt], dict[int, int]()
    newest = max(newest_number(mine, key) or 0, last_number(mine, key, "version"))
    statement = (
        "SELECT versions.id, versions.uid, number, parent_id, branched, versions.note, created_at, hash, body"
        " FROM versions JOIN contents ON contents.id = content_id WHERE prompt_id = ? ORDER BY versions.id"
    )
    for row in rows(other, statement, prompt):
        if digest(str(row["body"])) != row["hash"]:
            continue
        there, content = cast(int, row["id"]), _content(mine, row)
        known = mine.execute(
            "SELECT id, number, note FROM versions WHERE prompt_id = ? AND content_id = ?", (key, content)
        ).fetchone()
        if known is not None:
            keys.versions[there], numbers[cast(int, row["number"])] = known[0], known[1]
            if row["note"] and not known[2]:
                mine.execute("UPDATE versions SET note = ? WHERE id = ?", (row["note"], known[0]))
            continue
        newest += 1
        made = {
            "uid": row["uid"] if key_of(mine, "versions", row["uid"]) is None else uid(),
            "prompt_id": key,
            "number": newest,
            "content_id": content,
            "parent_id": keys.versions.get(cast(int, row["parent_id"])),
            **{name: row[name] for name in ("branched", "note", "created_at")},
        }
        keys.versions[there], numbers[cast(int, row["number"])] = insert(mine, "versions", made), newest
    return numbers


def _take_techniques(mine: sqlite3.Connection, other: sqlite3.Connection, prompt: int, keys: MergedKeys) -> None:
    """Merge which techniques versions use."""
    statement = (
        "SELECT version_id, technique, name, brought, used FROM version_techniques"
        " JOIN versions ON versions.id = version_id WHERE prompt_id = ?"
    )
    for there, *mark in other.execute(statement, (prompt,)):
        if (version := keys.versions.get(there)) is not None:
            mine.execute(_TECHNIQUES, (version, *mark))


def _content(mine: sqlite3.Connection, row: Row) -> int:
    known = mine.execute("SELECT id FROM contents WHERE hash = ?", (row["hash"],)).fetchone()
    return int(known[0]) if known else insert(mine, "contents", {"hash": row["hash"], "body": row["body"]})


def _take_draft(
    mine: sqlite3.Connection, other: sqlite3.Connection, prompt: int, key: int, numbers: dict[int, int]
) -> None:
    """Add the draft if there is none here; an unreadable one is skipped."""
    body = damaged_drafts.body_of(other, prompt)
    if body is None or damaged_drafts.body_of(mine, key) is not None:
        return
    try:
        draft = damaged_drafts.parse(body)
    except damaged_drafts.UNREADABLE:
        return
    (saved_at,) = other.execute("SELECT saved_at FROM drafts WHERE prompt_id = ?", (prompt,)).fetchone()
    # Value sets of an earlier release stay in the draft, and become cases when it is opened.
    whole = holds_values(load(body.decode()))
    made = {
        "prompt_id": key,
        "body": dump(_renumbered(draft, numbers).to_json(is_whole=whole)),
        "saved_at": saved_at,
    }
    insert(mine, "drafts", made)


def _renumbered(draft: Draft, numbers: dict[int, int]) -> Draft:
    lanes = tuple(
        dataclasses.replace(lane, pinned=None if lane.pinned is None else numbers.get(lane.pinned))
        for lane in draft.lanes
    )
    based_on = None if draft.based_on is None else numbers.get(draft.based_on)
    return dataclasses.replace(draft, lanes=lanes, based_on=based_on)
