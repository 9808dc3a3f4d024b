"""Drafts that cannot be read.

Invariant: unreadable bytes, or more than are read at once, are never overwritten before they are in a file of their
own.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from workbench.core.drafts import Draft
from workbench.core.json_parts import load
from workbench.store.connections import bounded
from workbench.store.sqlite import sqlite3

# Raised by reading stored data of another shape; invalid UTF-8 or JSON is a ValueError, too.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


_PIECE = 1 << 20


def parse(body: bytes) -> Draft:
    """Parse a stored draft. Raises one of UNREADABLE."""
    if not body:
        raise ValueError("the draft is larger than what is read at once")
    return Draft.from_json(load(body.decode()))


def body_of(connection: sqlite3.Connection, prompt: int) -> bytes | None:
    """Return the raw bytes of a prompt's draft, None if there is no draft, b"" for one that is too large."""
    draft = f"SELECT CAST({bounded('body')} AS BLOB) FROM drafts WHERE prompt_id = ?"
    row = connection.execute(draft, (prompt,)).fetchone()
    return None if row is None else bytes(row[0] or b"")


def keep(connection: sqlite3.Connection, prompt: int) -> Path | None:
    """Save the prompt's draft to a file beside the database if it is unreadable; return the file, else None.

    The file name has a hash of the bytes, so that repeating it changes nothing. Raises OSError.
    """
    body = body_of(connection, prompt)
    if body is None or _is_readable(body):
        return None
    (name,) = connection.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()
    db = Path(name)
    partial = db.with_name(f"{db.stem}.damaged-draft-{prompt}.partial")
    hashed = hashlib.sha256()
    # Create a new file: an existing one may be a link to another file, or a pipe.
    partial.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            for piece in _pieces(connection, prompt):
                hashed.update(piece)
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        file = db.with_name(f"{db.stem}.damaged-draft-{hashed.hexdigest()[:12]}.json")
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    return file


def _pieces(connection: sqlite3.Connection, prompt: int) -> Iterator[bytes]:
    """Yield the bytes of a draft of any size; nothing if the row is damaged and has none."""
    (holds,) = connection.execute("SELECT body IS NOT NULL FROM drafts WHERE prompt_id = ?", (prompt,)).fetchone()
    if not holds:
        return
    with connection.blobopen("drafts", "body", prompt, readonly=True) as blob:
        while piece := blob.read(_PIECE):
            yield piece


def _is_readable(body: bytes) -> bool:
    try:
        parse(body)
    except UNREADABLE:
        return False
    return True
