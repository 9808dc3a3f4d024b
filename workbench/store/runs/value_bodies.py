"""Stored values.

Invariant: equal values in the same order are stored once, and shared by runs and cases.
"""

from __future__ import annotations

import rfc8785

from workbench.store.encoding import digest, dump, typed
from workbench.store.sqlite import sqlite3


def values_id(connection: sqlite3.Connection, values: tuple[tuple[str, str], ...]) -> int:
    """Return the key of values, storing them if they are new. Raises StoreError (text) on lone surrogates."""
    given = {typed(name): typed(value) for name, value in values}
    body = dump(given)
    exact = digest(body)
    row = connection.execute("SELECT id FROM value_bodies WHERE exact = ?", (exact,)).fetchone()
    if row is not None:
        return int(row[0])
    hash_ = digest(rfc8785.dumps(given).decode())
    return int(
        connection.execute(
            "INSERT INTO value_bodies (exact, hash, body) VALUES (?, ?, ?)", (exact, hash_, body)
        ).lastrowid
        or 0
    )
