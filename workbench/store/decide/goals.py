"""The goals of prompts.

Invariant: a prompt has one row of goals, or none while nothing is answered. What cannot be read is unknown.
"""

from __future__ import annotations

from workbench.core.decide.goals import DecideGoals
from workbench.core.decide.goals_json import goals_from_json, goals_to_json
from workbench.core.json_parts import load
from workbench.store.connections import bounded
from workbench.store.encoding import dump
from workbench.store.runs.prompts import prompt_id
from workbench.store.sqlite import sqlite3

_KNOWN = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'decide_goals'"
_READ = f"SELECT {bounded('body')} FROM decide_goals WHERE prompt_id = ?"


def read(connection: sqlite3.Connection, prompt_uid: str) -> DecideGoals:
    """Return the goals of a prompt, without answers if it has none. Raises StoreError (missing)."""
    prompt = prompt_id(connection, prompt_uid)
    # A history of an older release that is opened read-only has no such table.
    row = connection.execute(_READ, (prompt,)).fetchone() if connection.execute(_KNOWN).fetchone() else None
    try:
        return DecideGoals() if row is None else goals_from_json(load(str(row[0])))
    except (ValueError, RecursionError):
        return DecideGoals()


def save(connection: sqlite3.Connection, prompt_uid: str, goals: DecideGoals, now: str) -> None:
    """Replace the goals of a prompt. Raises StoreError (missing)."""
    prompt, data = prompt_id(connection, prompt_uid), goals_to_json(goals)
    if not data:
        connection.execute("DELETE FROM decide_goals WHERE prompt_id = ?", (prompt,))
        return
    connection.execute(
        "INSERT INTO decide_goals (prompt_id, updated_at, body) VALUES (?, ?, ?)"
        " ON CONFLICT (prompt_id) DO UPDATE SET updated_at = excluded.updated_at, body = excluded.body",
        (prompt, now, dump(data)),
    )


def take(mine: sqlite3.Connection, other: sqlite3.Connection, there: int, here: int) -> None:
    """Add the goals of a prompt of another history if it has none here."""
    row = other.execute("SELECT updated_at, body FROM decide_goals WHERE prompt_id = ?", (there,)).fetchone()
    if row is not None:
        mine.execute(
            "INSERT INTO decide_goals (prompt_id, updated_at, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (here, *row),
        )
