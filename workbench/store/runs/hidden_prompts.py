"""Prompts that no list shows: those by which judges are asked.

Invariant: lists of prompts leave them out; whoever has the uid of one opens it like any other. They share the fate of
the prompt that owns them.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from workbench.store.sqlite import sqlite3

_ALL = "(SELECT prompt_id FROM judge_prompts)"
_OWNED = (
    "WITH RECURSIVE owned (id) AS (SELECT value FROM json_each(?)"
    " UNION SELECT prompt_id FROM judge_prompts JOIN owned ON owned.id = owner_id) SELECT id FROM owned"
)


def is_known(connection: sqlite3.Connection) -> bool:
    """Whether the history has tables of judges; that of an older release, opened read-only, has none."""
    found = connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'judge_prompts'")
    return found.fetchone() is not None


def listed(connection: sqlite3.Connection, key: str = "prompts.id") -> str:
    """Return the condition that lists show the prompt with the key `key`, an SQL expression."""
    return f"{key} NOT IN {_ALL}" if is_known(connection) else "1"


def with_owned(connection: sqlite3.Connection, prompts: Collection[int]) -> list[int]:
    """Return the keys of prompts and of all hidden prompts that they own, these too."""
    if not is_known(connection):
        return list(prompts)
    return [key for (key,) in connection.execute(_OWNED, (json.dumps(list(prompts)),))]
