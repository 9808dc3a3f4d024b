"""The test settings of prompts, and which held-out cases are used up."""

from __future__ import annotations

from workbench.core.json_parts import load
from workbench.core.testing.settings import SuiteSettings
from workbench.store.connections import bounded
from workbench.store.encoding import dump
from workbench.store.errors import StoreError
from workbench.store.runs.held_out import is_known
from workbench.store.runs.prompts import prompt_id
from workbench.store.sqlite import sqlite3

_SEEN = (
    "WITH ran AS MATERIALIZED (SELECT set_uid, hash FROM runs JOIN run_values ON run_values.run_id = runs.id"
    "  JOIN value_bodies ON value_bodies.id = values_id WHERE runs.prompt_id = :prompt AND runs.kind = 'iteration')"
    " SELECT cases.uid FROM cases JOIN value_bodies ON value_bodies.id = cases.values_id WHERE prompt_id = :prompt"
    " AND (cases.uid IN (SELECT set_uid FROM ran WHERE set_uid IS NOT NULL) OR hash IN (SELECT hash FROM ran))"
)


def read(connection: sqlite3.Connection, prompt_uid: str) -> SuiteSettings:
    """Return the settings of a prompt, the defaults if it has none. Raises StoreError (missing, corrupt)."""
    prompt = prompt_id(connection, prompt_uid)
    if not is_known(connection):
        return SuiteSettings()
    row = connection.execute(f"SELECT {bounded('body')} FROM suite_settings WHERE prompt_id = ?", (prompt,)).fetchone()
    if row is None:
        return SuiteSettings()
    try:
        return parse(row[0])
    except (ValueError, RecursionError) as error:
        raise StoreError(
            "The test settings of this prompt cannot be read. Update the program, or set the checks and columns again.",
            str(error),
            "corrupt",
        ) from error


def parse(body: object) -> SuiteSettings:
    """Read stored settings. Raises ValueError and RecursionError."""
    return SuiteSettings.from_json(load(str(body)))


def save(connection: sqlite3.Connection, prompt_uid: str, settings: SuiteSettings, now: str) -> None:
    """Replace the settings of a prompt. Raises StoreError (missing)."""
    put(connection, prompt_id(connection, prompt_uid), settings, now)


def put(connection: sqlite3.Connection, prompt: int, settings: SuiteSettings, now: str) -> None:
    """Replace the settings of a prompt by its key."""
    connection.execute(
        "INSERT INTO suite_settings (prompt_id, body, updated_at) VALUES (?, ?, ?)"
        " ON CONFLICT (prompt_id) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at",
        (prompt, dump(settings.to_json()), now),
    )


def put_back(connection: sqlite3.Connection, prompt_uid: str, settings: SuiteSettings) -> None:
    """Replace the body of the settings of a prompt, for undo; the time of the last change stays."""
    connection.execute(
        "UPDATE suite_settings SET body = ? WHERE prompt_id = ?",
        (dump(settings.to_json()), prompt_id(connection, prompt_uid)),
    )


def used_cases(connection: sqlite3.Connection, prompt_uid: str) -> dict[str, str]:
    """Return when cases of a prompt were used up, by uid. Raises StoreError (missing)."""
    if not is_known(connection):
        return {}
    return dict(
        connection.execute(
            "SELECT uid, used_at FROM cases WHERE prompt_id = ? AND used_at IS NOT NULL ORDER BY position",
            (prompt_id(connection, prompt_uid),),
        ).fetchall()
    )


def seen_cases(connection: sqlite3.Connection, prompt_uid: str) -> frozenset[str]:
    """Return the uids of cases that ran in Compose, themselves or their values. Raises StoreError (missing)."""
    rows = connection.execute(_SEEN, {"prompt": prompt_id(connection, prompt_uid)})
    return frozenset(uid for (uid,) in rows)
