"""The errors of the history database.

Invariant: whatever can happen to a file leaves this package as a StoreError: one sentence for people with a next step,
a stable code for programs, and the technical detail apart. Other exceptions are bugs of the caller.
"""

from __future__ import annotations

import errno
from contextlib import suppress
from pathlib import Path
from typing import Literal

from workbench.core.content import ContentError
from workbench.store.sqlite import sqlite3

Code = Literal[
    "full",
    "readonly",
    "newer_major",
    "too_old",
    "corrupt",
    "log",
    "busy",
    "not_a_database",
    "path",
    "text",
    "secret",
    "too_large",
    "missing",
    "ended",
    "incomparable",
    "judged",
    "running",
    "taken",
    "held_out",
    "interrupted",
    "closed",
    "moved",
    "file_system",
    "io",
]

MISUSE: tuple[Code, ...] = ("path", "not_a_database")
"""Codes that mean that the wrong file was chosen."""

DAMAGE: tuple[Code, ...] = ("corrupt", "log")
"""Codes that mean that a history, or a part of it, is damaged."""

_SENTENCES: dict[Code, str] = {
    "full": "The disk is full, so this was not saved. Free some space and try again; nothing is half written.",
    "readonly": "The history database cannot be written to. Check the permissions of the file and its folder.",
    "newer_major": "This history was written by a newer release and is read-only here. Update to add to it.",
    "corrupt": "The history database is damaged. Repair it or restore a backup, in Settings → History or with"
    " workbench history.",
    "log": "The log of the history is damaged, and opening it would lose data that is still readable. Start the"
    " window, or recover it into a new file with workbench history salvage.",
    "busy": "Another program is keeping the history database locked. Close it or wait, then try again.",
    "not_a_database": "This file is not a history database. Choose another file, or a name that does not exist yet.",
    "text": "The text contains half of a character (a lone surrogate). Delete the broken character and try again.",
    "interrupted": "The search was stopped before it ended. Start it again to see its results.",
    "closed": "The history database is already closed. Restart the app.",
    "moved": "The history file was moved or replaced while it was open, so this was not saved. Copy what you need,"
    " quit, put the right file in its place, and restart the app.",
    "too_large": "A text or file is larger than 64 MB, the limit of the history. Leave it out, or split it.",
    "io": "The disk that holds the history database reported an error. Check the disk, then try again.",
}
_DAMAGED = (
    *("Could not decode to UTF-8", "malformed database schema", "malformed JSON", "unsupported file format"),
    # Raised when a `DamagedText` is written.
    "cannot store BLOB value in TEXT column",
    # Raised for the number after the largest integer.
    "cannot store REAL value in INTEGER column",
    # Only triggers assign places, each the next one.
    "UNIQUE constraint failed: run_rows.",
)
"""Prefixes of messages about a damaged file whose error codes do not say so."""
# Below this many free bytes, an I/O error of SQLite (it cannot grow its shared-memory file) means a full disk.
_FULL_BELOW = 256 * 1024


class StoreError(Exception):
    """A request to the history that failed.

    `sentence` is for people and ends with a next step; `detail` is technical; `code` is stable: full, readonly,
    newer_major, too_old, corrupt, busy, not_a_database: the file; log: its write-ahead log is damaged; path: no file
    can be there; moved: it was moved or replaced; file_system: one without locks or shared memory; text: broken
    characters; secret: a key where keys are never stored; too_large: above a size limit; missing: no such row; ended:
    the output has already ended; incomparable: answers that one verdict cannot cover; judged: there is a newer verdict;
    running: the run is in progress; taken: a name in use, or something that is there once; held_out: a case that is
    not shown; interrupted, closed, io. `is_of_file` says that the history
    as a whole is damaged, not one text in it.
    """

    def __init__(self, sentence: str, detail: str = "", code: Code = "io", *, is_of_file: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail
        self.code: Code = code
        self.is_of_file = is_of_file


def failure(code: Code, detail: str = "") -> StoreError:
    """Return the error with the standard sentence of `code`."""
    return StoreError(_SENTENCES[code], detail, code, is_of_file=code in DAMAGE)


def missing(what: str, name: object) -> StoreError:
    """Return the error for a row that does not exist."""
    return StoreError(f"This {what} is not in the history. Reload the list and try again.", f"{what} {name}", "missing")


def _code(error: sqlite3.Error, path: Path) -> Code | None:
    name: str = getattr(error, "sqlite_errorname", None) or ""
    if name == "SQLITE_ERROR" and str(error).startswith(("no such table", "no such column")):
        return "newer_major"
    if str(error).startswith(_DAMAGED):
        return "corrupt"
    if name.startswith("SQLITE_IOERR"):
        import shutil  # imports every compression module, and is needed rarely

        with suppress(OSError):
            if shutil.disk_usage(path.parent).free < _FULL_BELOW:
                return "full"
        return "io"
    prefixes: tuple[tuple[str, Code], ...] = (
        ("SQLITE_FULL", "full"),
        ("SQLITE_READONLY", "readonly"),
        ("SQLITE_PERM", "readonly"),
        ("SQLITE_CANTOPEN", "readonly"),
        ("SQLITE_BUSY", "busy"),
        ("SQLITE_LOCKED", "busy"),
        ("SQLITE_CORRUPT", "corrupt"),
        # Of a rowid: the largest one is in use, and its successor is not an integer.
        ("SQLITE_MISMATCH", "corrupt"),
        ("SQLITE_NOTADB", "not_a_database"),
        ("SQLITE_INTERRUPT", "interrupted"),
        ("SQLITE_TOOBIG", "too_large"),
    )
    return next((code for prefix, code in prefixes if name.startswith(prefix)), None)


def translate(error: Exception, path: Path) -> StoreError | None:
    """Return the StoreError for `error`, None if it is a bug of the program and not a failure of its environment."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, UnicodeEncodeError):
        return failure("text", f"character {error.start}: {error.object[error.start : error.end]!a}")
    if isinstance(error, UnicodeDecodeError):
        # SQLite's messages about a damaged schema quote it.
        return failure("corrupt", f"{error} ({path})")
    if isinstance(error, ContentError):
        return StoreError(f"{error} Update the program, or go back to an earlier version.", "stored content", "corrupt")
    if isinstance(error, sqlite3.Error):
        code = _code(error, path)
        name = getattr(error, "sqlite_errorname", None) or type(error).__name__
        return failure(code, f"{name}: {error} ({path})") if code else None
    if isinstance(error, OSError):
        return failure("full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "readonly", str(error))
    return None


def salvaging(path: Path, then: str) -> str:
    """Return how to salvage an unusable history; `then` says what to do with the new file."""
    import shlex  # not needed before the first paint

    command = f"workbench history salvage --db {shlex.quote(str(path))} NEW.db"
    return f"Recover what is readable into a new file, and {then} that: {command}"
