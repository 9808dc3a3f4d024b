"""The bytes of attached files.

Invariant: equal bytes are stored once, under their lower-case hex SHA-256. They never change, and none is larger than
MAX_BLOB.
"""

from __future__ import annotations

import hashlib

from workbench.core.byte_sizes import show_bytes
from workbench.store.errors import StoreError
from workbench.store.sqlite import sqlite3

MAX_BLOB = 20 * 1024 * 1024
"""Maximum bytes of one file."""


def add(connection: sqlite3.Connection, body: bytes, media_type: str) -> str:
    """Store a file and return its hash; one that is here already is kept. Raises StoreError (too_large)."""
    if len(body) > MAX_BLOB:
        raise StoreError(
            f"The file has {show_bytes(len(body))}; the limit is {show_bytes(MAX_BLOB)}. Make it smaller.",
            f"{len(body)} bytes",
            "too_large",
        )
    name = hashlib.sha256(body).hexdigest()
    connection.execute(
        "INSERT INTO blobs (hash, media_type, body) VALUES (?, ?, ?) ON CONFLICT (hash) DO NOTHING",
        (name, media_type, body),
    )
    return name


def read(connection: sqlite3.Connection, name: str) -> bytes:
    """Return the bytes with this hash. Raises StoreError (missing)."""
    row = connection.execute("SELECT body FROM blobs WHERE hash = ?", (name,)).fetchone()
    if row is None:
        raise StoreError(
            "An attached file is not in this history, so it cannot be sent. Remove it from the message and attach it "
            "again.",
            name,
            "missing",
        )
    return bytes(row[0])
