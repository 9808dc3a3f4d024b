"""A history whose names, notes and answers all contain terminal escapes and bidirectional controls.

Invariant: everything else about it is sound, so that it can be listed, run and exported like any other.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.bench.histories import add_iterations, echo_history
from workbench.core.visible_text import visible
from workbench.store.sqlite import sqlite3

STEERING = (
    "\x1b]0;title\x07\x1b[2J\x1b[31m\x1b]8;;http://evil.example\x1b\\link\x1b]52;c;cHduZWQ=\x07"
    "\x9b31m\x9d0;t\x9c\x08\x08\x7f\x0b\x0c\x0e\rover\u202egnp.exe\u2066a\u2069\u2028b\u206e\U000e0041"
)
"""Terminal escapes in seven and eight bits, controls, and characters that reorder or hide text."""
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\U000e0000-\U000e007f]")
_COLUMNS = (
    ("prompts", "name"),
    ("prompts", "note"),
    ("versions", "note"),
    ("runs", "summary"),
    ("runs", "note"),
    ("runs", "winner"),
    ("run_values", "name"),
    ("lanes", "label"),
    ("lanes", "model"),
    ("outputs", "model"),
    ("outputs", "finish_reason"),
    ("outputs", "text"),
    ("outputs", "reasoning"),
)


def named(text: str) -> str:
    """Return a text that begins with the escapes."""
    return f"{STEERING}{text}"


def make(db: Path) -> None:
    """Make the history; its prompt has two iterations, one of them with a failed answer."""
    echo_history(db)
    add_iterations(db, 2)
    connection = sqlite3.connect(db)
    with connection:
        for table, column in _COLUMNS:
            connection.execute(f"UPDATE {table} SET {column} = ? || {column}", (STEERING,))
        connection.execute(
            "UPDATE outputs SET state = 'failed', error_code = 'server_error', error = ?, error_detail = ?"
            " WHERE id = (SELECT max(id) FROM outputs)",
            (named("It failed."), named("detail\nof two lines")),
        )
        connection.execute("INSERT INTO tags (name) VALUES (?)", (named("tag"),))
        connection.execute("INSERT INTO run_tags SELECT runs.id, tags.id FROM runs, tags")
        connection.execute(
            "INSERT INTO saved_searches (uid, name, query, created_at) VALUES ('s', ?, ?, '2026-01-01T00:00:00.000Z')",
            (named("search"), named("order")),
        )
        connection.execute(
            "INSERT INTO endpoints (uid, kind, name, base_url, updated_at)"
            " VALUES ('e', 'openai', ?, 'http://127.0.0.1:9/v1', '2026-01-01T00:00:00.000Z')",
            (named("endpoint"),),
        )
        (body,) = connection.execute("SELECT body FROM drafts ORDER BY prompt_id LIMIT 1").fetchone()
        draft = json.loads(body)
        for lane in draft["lanes"]:
            lane["label"] = named("lane")
        draft["sets"] = [{"uid": "v", "name": named("set"), "values": draft["values"]}]
        draft["active"] = "v"
        connection.execute("UPDATE drafts SET body = ?", (json.dumps(draft),))
    connection.close()


def is_clean(text: str) -> bool:
    """Whether a shown text contains nothing that can steer a terminal or reorder text."""
    return CONTROLS.search(text) is None and visible(text) == text
