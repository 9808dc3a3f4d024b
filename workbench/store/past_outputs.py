"""What a prompt's own past says about the length of answers.

Invariant: only answers that ended by themselves count; one that was stopped or failed says nothing about the next.
"""

from __future__ import annotations

from workbench.store.hiding import DELETED
from workbench.store.sqlite import sqlite3

_LENGTHS = (
    "SELECT output_tokens FROM outputs JOIN runs ON runs.id = outputs.run_id"
    " JOIN prompts ON prompts.id = runs.prompt_id"
    " JOIN lanes ON lanes.run_id = runs.id AND lanes.position = outputs.lane"
    " WHERE prompts.uid = ? AND lanes.endpoint_uid = ? AND lanes.model = ? AND state = 'finished'"
    f" AND runs.kind = 'iteration' AND runs.archived < {DELETED} AND output_tokens IS NOT NULL"
    " AND runs.id > (SELECT coalesce(max(id), 0) - ? FROM runs)"
    " ORDER BY outputs.id DESC LIMIT ?"
)
_LOOK_BACK = 2000
"""Runs of the whole history that are looked at, so that the question stays quick in a large one."""


def output_lengths(
    connection: sqlite3.Connection, prompt_uid: str, endpoint_uid: str, model: str, limit: int
) -> list[int]:
    """Return the output tokens of the newest finished answers of a model to a prompt, newest first."""
    found = connection.execute(_LENGTHS, (prompt_uid, endpoint_uid, model, _LOOK_BACK, limit))
    return [row[0] for row in found]
