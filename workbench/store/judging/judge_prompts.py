"""Judge prompts: hidden prompts, one for each judged type of checks in the tests of their owner.

Invariant: a judge prompt belongs to one owner and has a version from the start. No list shows it
(`runs.hidden_prompts`), and making one does not change which prompt was last worked on.
"""

from __future__ import annotations

from workbench.store.encoding import typed
from workbench.store.errors import missing
from workbench.store.judging.records import JudgePrompt, JudgePromptStart, JudgeVersion
from workbench.store.runs import versions
from workbench.store.runs.hidden_prompts import is_known
from workbench.store.runs.prompts import prompt_id
from workbench.store.safe_records import sound
from workbench.store.sqlite import sqlite3

_PROMPTS = (
    "SELECT prompts.uid, owners.uid, check_type, prompts.name,"
    " coalesce((SELECT max(number) FROM versions WHERE versions.prompt_id = prompts.id), 0) FROM judge_prompts"
    " JOIN prompts ON prompts.id = judge_prompts.prompt_id JOIN prompts AS owners ON owners.id = owner_id"
)


def of_owner(connection: sqlite3.Connection, owner_uid: str) -> tuple[JudgePrompt, ...]:
    """Return the judge prompts of a prompt by type. Raises StoreError (missing)."""
    owner = prompt_id(connection, owner_uid)
    if not is_known(connection):
        return ()
    rows = connection.execute(f"{_PROMPTS} WHERE owner_id = ? ORDER BY check_type", (owner,))
    return tuple(sound(JudgePrompt(*row)) for row in rows)


def one(connection: sqlite3.Connection, prompt_uid: str) -> JudgePrompt | None:
    """Return a judge prompt by uid, None for any other prompt."""
    if not is_known(connection):
        return None
    row = connection.execute(f"{_PROMPTS} WHERE prompts.uid = ?", (prompt_uid,)).fetchone()
    return None if row is None else sound(JudgePrompt(*row))


def find(connection: sqlite3.Connection, owner_uid: str, check_type: str) -> JudgePrompt | None:
    """Return the judge prompt of a type, None if its owner has none. Raises StoreError (missing)."""
    return next((found for found in of_owner(connection, owner_uid) if found.check_type == check_type), None)


def ensure(connection: sqlite3.Connection, start: JudgePromptStart, now: str) -> JudgePrompt:
    """Return the judge prompt of a type, made if its owner has none. Raises StoreError (missing, text)."""
    known = find(connection, start.owner_uid, start.check_type)
    if known is not None:
        return known
    owner = prompt_id(connection, start.owner_uid)
    # Without `touch`: the prompt last worked on stays its owner.
    key = connection.execute(
        "INSERT INTO prompts (uid, name, created_at, updated_at) VALUES (?, ?, ?, ?)",
        (start.uid, typed(start.name), now, now),
    ).lastrowid
    connection.execute(
        "INSERT INTO judge_prompts (prompt_id, owner_id, check_type) VALUES (?, ?, ?)", (key, owner, start.check_type)
    )
    content = versions.content_id(connection, start.content)
    _, number = versions.insert_version(connection, int(key or 0), start.version_uid, content, None, now)
    return JudgePrompt(start.uid, start.owner_uid, start.check_type, start.name, number)


def newest(connection: sqlite3.Connection, prompt_uid: str) -> JudgeVersion:
    """Return the newest version of a judge prompt. Raises StoreError (missing, corrupt)."""
    prompt = prompt_id(connection, prompt_uid)
    number = versions.newest_number(connection, prompt)
    if number is None:
        raise missing("version", prompt_uid)
    row = versions.one(connection, prompt, number)
    return JudgeVersion(prompt_uid, row.number, row.name, row.hash, row.content, row.newer)
