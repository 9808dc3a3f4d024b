"""Length and cost of a prompt's past answers, for estimates.

Invariant: only answers that ended by themselves count; a stopped or failed one says nothing about the next.
"""

from __future__ import annotations

from workbench.core.forecast import PastAmounts
from workbench.store.runs.visibility import DELETED
from workbench.store.safe_records import count, dollars
from workbench.store.sqlite import sqlite3

_AMOUNTS = (
    "SELECT output_tokens, CASE rate_source WHEN 'provider' THEN cost_usd END AS reported FROM outputs"
    " JOIN runs ON runs.id = outputs.run_id JOIN prompts ON prompts.id = runs.prompt_id"
    " JOIN lanes ON lanes.run_id = runs.id AND lanes.position = outputs.lane"
    " WHERE prompts.uid = ? AND lanes.endpoint_uid = ? AND lanes.model = ? AND state = 'finished'"
    f" AND runs.kind = 'iteration' AND runs.archived < {DELETED} AND coalesce(output_tokens, reported) IS NOT NULL"
    " AND runs.id > (SELECT coalesce(max(id), 0) - ? FROM runs)"
    " ORDER BY outputs.id DESC LIMIT ?"
)
_LOOK_BACK = 2000
"""Newest runs of the whole history that are searched, so that the query stays fast in a large one."""


def past_amounts(
    connection: sqlite3.Connection, prompt_uid: str, endpoint_uid: str, model: str, limit: int
) -> list[PastAmounts]:
    """Return tokens and costs of the newest finished answers of a model to a prompt, newest first."""
    found = connection.execute(_AMOUNTS, (prompt_uid, endpoint_uid, model, _LOOK_BACK, limit))
    return [PastAmounts(count(tokens), dollars(reported)) for tokens, reported in found]
