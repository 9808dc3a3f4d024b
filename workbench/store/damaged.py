"""Drafts that cannot be read.

Invariant: bytes that nobody here understands are never overwritten before they lie in a file of their own.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from workbench.core.drafts import Draft
from workbench.store.sqlite import sqlite3

# What reading a stored form of a foreign shape can raise; a broken encoding or broken JSON is a ValueError too.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def parse(body: bytes) -> Draft:
    """Return a stored draft; raises one of UNREADABLE."""
    import json

    return Draft.from_json(json.loads(body.decode()))


def body_of(connection: sqlite3.Connection, prompt: int) -> bytes | None:
    """Return the bytes of a prompt's draft, whatever they are, None when there is no draft."""
    row = connection.execute("SELECT CAST(body AS BLOB) FROM drafts WHERE prompt_id = ?", (prompt,)).fetchone()
    return None if row is None else bytes(row[0])


def keep(connection: sqlite3.Connection, prompt: int) -> Path | None:
    """Put the prompt's draft into a file beside the database if it cannot be read, and return that file, else None.

    The file is named after its bytes, so that doing it again changes nothing. Raises OSError.
    """
    body = body_of(connection, prompt)
    if body is None or _is_readable(body):
        return None
    (name,) = connection.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()
    db = Path(name)
    file = db.with_name(f"{db.stem}.damaged-draft-{hashlib.sha256(body).hexdigest()[:12]}.json")
    if not file.exists() or file.read_bytes() != body:
        partial = file.with_name(f"{file.name}.partial")
        try:
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
                stream.write(body)
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(file)
        except OSError:
            partial.unlink(missing_ok=True)
            raise
    return file


def _is_readable(body: bytes) -> bool:
    try:
        parse(body)
    except UNREADABLE:
        return False
    return True
