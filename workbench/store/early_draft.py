"""Early drafts: text typed before the history was open, in files beside it.

Invariant: each start of a window writes a file of its own, atomically, while it holds the window lock of the history.
No start replaces or removes the file of another one before its text is in the history. Only the owner can read the
files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import NamedTuple

from workbench.core import content as contents
from workbench.core.content import Content
from workbench.core.json_parts import load
from workbench.store.path_check import EARLY_DRAFT

FORMAT = 1
MOST_BYTES = 64 * 1024 * 1024
"""Bytes of all files together; larger files are left alone, because the editor never holds such a text."""
MOST_FILES = 16
"""Number of files read at once; the others wait for a later start."""
_SESSION = re.compile(r"[0-9a-f]{32}")
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)

Values = tuple[tuple[str, str], ...]


class EarlyDraft(NamedTuple):
    """Text and values typed over the draft of a prompt.

    `bases` are the hashes of the stored texts that it may replace, `saved_at` is a UTC time, and `session` identifies
    the start of a window that wrote it, as 32 hexadecimal digits.
    """

    prompt_uid: str
    content: Content
    values: Values
    bases: tuple[str, ...]
    saved_at: str
    session: str


def path_of(db: Path, session: str) -> Path:
    """Return the path of the early draft that a window start saves for the history at `db`."""
    return db.with_name(f"{db.name}{EARLY_DRAFT}{session}")


def text_hash(content: Content, values: Values) -> str:
    """Return a hash that identifies a text with its values."""
    return hashlib.sha256(json.dumps(_text(content, values)).encode()).hexdigest()


def write(db: Path, draft: EarlyDraft) -> None:
    """Save `draft` durably, replacing an earlier one of its session. Raises OSError."""
    data = {
        "format": FORMAT,
        "prompt": draft.prompt_uid,
        **_text(draft.content, draft.values),
        "bases": list(draft.bases),
        "saved_at": draft.saved_at,
    }
    body = json.dumps(data).encode("ascii")
    file = path_of(db, draft.session)
    partial = file.with_name(f"{file.name}.partial")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with os.fdopen(os.open(partial, flags, 0o600), "wb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def read(db: Path) -> list[EarlyDraft]:
    """Return the early drafts beside the history at `db`, oldest first; unreadable files are left alone."""
    found: list[EarlyDraft] = []
    left = MOST_BYTES
    try:
        names = sorted(file.name for file in db.parent.iterdir())
    except OSError:
        return found
    for name in names:
        session = name.removeprefix(f"{db.name}{EARLY_DRAFT}")
        if len(found) < MOST_FILES and session != name and _SESSION.fullmatch(session):
            with contextlib.suppress(*_UNREADABLE):
                body = _bytes(path_of(db, session), left)
                left -= len(body)
                found.append(_parse(body, session))
    return sorted(found, key=lambda draft: draft.saved_at)


def remove(db: Path, session: str) -> None:
    """Remove the early draft of a session. Raises OSError."""
    path_of(db, session).unlink(missing_ok=True)


def latest(drafts: list[EarlyDraft], prompt_uid: str, stored: str) -> EarlyDraft | None:
    """Return the newest of `drafts` that was typed over the text with the hash `stored`, None without one."""
    return next((one for one in reversed(drafts) if one.prompt_uid == prompt_uid and stored in one.bases), None)


def _text(content: Content, values: Values) -> dict[str, object]:
    return {"content": contents.to_json(content), "values": [list(pair) for pair in values]}


def _bytes(file: Path, most: int) -> bytes:
    """Return the contents of a regular file of at most `most` bytes, without blocking. Raises OSError for others."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(file, flags), "rb") as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size > most:
            raise OSError(f"{file.name} is no file, or larger than {most} bytes")
        return stream.read(most)


def _parse(body: bytes, session: str) -> EarlyDraft:
    data = load(body)
    if data["format"] != FORMAT:
        raise ValueError("another format")
    texts = [data["prompt"], data["saved_at"], *data["bases"]]
    values = tuple((name, value) for name, value in data["values"])
    if not all(isinstance(text, str) for text in (*texts, *(text for pair in values for text in pair))):
        raise ValueError("not texts")
    return EarlyDraft(
        data["prompt"], contents.from_json(data["content"]), values, tuple(data["bases"]), data["saved_at"], session
    )
