"""The early draft: what was typed before the history was open, in a file beside it.

Invariant: only the process that holds the window lock of a history writes this file. It is replaced as a whole, can be
read by its owner alone, and is never removed before its text is in the history.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import threading
from pathlib import Path
from typing import NamedTuple

from workbench.core import content as contents
from workbench.core.content import Content
from workbench.store.peek import EARLY_DRAFT, Glimpse

FORMAT = 1
MOST_BYTES = 64 * 1024 * 1024
"""A larger file is left alone: the editor holds no such text."""
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
_guard = threading.Lock()

Values = tuple[tuple[str, str], ...]


class EarlyDraft(NamedTuple):
    """Text and values typed over the draft of a prompt.

    `bases` are the hashes of the stored texts that it may replace, `saved_at` is a UTC time, and `session` identifies
    the start of a window that wrote it.
    """

    prompt_uid: str
    content: Content
    values: Values
    bases: tuple[str, ...]
    saved_at: str
    session: str


def path_of(db: Path) -> Path:
    """Return where the early draft of the history at `db` lies."""
    return db.with_name(f"{db.name}{EARLY_DRAFT}")


def text_hash(content: Content, values: Values) -> str:
    """Return what tells one text with values from another."""
    return hashlib.sha256(json.dumps(_text(content, values)).encode()).hexdigest()


def write(db: Path, draft: EarlyDraft) -> None:
    """Put `draft` in the place of an earlier one, also on the disk. Raises OSError."""
    data = {
        "format": FORMAT,
        "prompt": draft.prompt_uid,
        **_text(draft.content, draft.values),
        "bases": list(draft.bases),
        "saved_at": draft.saved_at,
        "session": draft.session,
    }
    body = json.dumps(data).encode("ascii")
    file = path_of(db)
    partial = file.with_name(f"{file.name}.partial")
    with _guard:
        _set_aside_unreadable(file)
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


def read(db: Path) -> EarlyDraft | None:
    """Return the early draft of the history at `db`, None when there is none that can be read."""
    try:
        return _parse(_bytes(path_of(db)))
    except _UNREADABLE:
        return None


def remove(db: Path, draft: EarlyDraft | None = None) -> None:
    """Remove the early draft, or just `draft` if that is still the one. Raises OSError."""
    with _guard:
        if draft is None or read(db) == draft:
            path_of(db).unlink(missing_ok=True)


def overlay(glimpse: Glimpse, db: Path) -> Glimpse:
    """Return `glimpse` with the early draft in place of its text, where that was typed over this text."""
    found = read(db)
    if found is None or found.prompt_uid != glimpse.prompt_uid:
        return glimpse
    stored = text_hash(glimpse.content, glimpse.values)
    if stored not in found.bases:
        return glimpse
    bases = (*found.bases, text_hash(found.content, found.values))
    return glimpse._replace(content=found.content, values=found.values, bases=bases)


def _text(content: Content, values: Values) -> dict[str, object]:
    return {"content": contents.to_json(content), "values": [list(pair) for pair in values]}


def _bytes(file: Path) -> bytes:
    """Return what is in a file; raises OSError for what is no file of a sensible size, without waiting for anybody."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(file, flags), "rb") as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:
            raise OSError(f"{file.name} is no file, or larger than {MOST_BYTES} bytes")
        return stream.read(MOST_BYTES)


def _parse(body: bytes) -> EarlyDraft:
    data = json.loads(body)
    if data["format"] != FORMAT:
        raise ValueError("another format")
    texts = [data["prompt"], data["saved_at"], data["session"], *data["bases"]]
    values = tuple((name, value) for name, value in data["values"])
    if not all(isinstance(text, str) for text in (*texts, *(text for pair in values for text in pair))):
        raise ValueError("not texts")
    return EarlyDraft(
        data["prompt"],
        contents.from_json(data["content"]),
        values,
        tuple(data["bases"]),
        data["saved_at"],
        data["session"],
    )


def _set_aside_unreadable(file: Path) -> None:
    """Give what stands in the place of an early draft and is none another name."""
    try:
        body = _bytes(file)
    except FileNotFoundError:
        return
    except OSError:
        body = b""
    if file.is_file() and not body:
        return
    try:
        _parse(body)
    except _UNREADABLE:
        file.replace(file.with_name(f"{file.name}.unreadable"))
