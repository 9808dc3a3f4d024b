"""Moves the history to another folder.

Invariant: at every moment the path where a start looks leads to a complete history, the old one or the new one. The old
file is removed only after the new one was verified, and only if it was not written to meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.store.connections import connect
from workbench.store.errors import StoreError, translate
from workbench.store.maintenance.backups import verify
from workbench.store.maintenance.database_copy import copy_whole, sync
from workbench.store.maintenance.file_replacement import fold
from workbench.store.progress import Watch, go_on
from workbench.store.sqlite import sqlite3

_HEADER = 100


@dataclass(frozen=True, slots=True)
class MovedHistory:
    """The path of the history, and that of the old file; None if it was removed."""

    path: Path
    kept: Path | None


def move(
    database: Path,
    target: Path,
    now: str,
    leave_word: Callable[[], None],
    *,
    keep: bool,
    busy_ms: int = 5000,
    watch: Watch = go_on,
) -> MovedHistory:
    """Move the history to the file `target`, which must not exist; the old one is kept under another name.

    `leave_word` makes starts at the old path find the new one; it is called once the new file is there. Without `keep`
    the old one is removed at the end. The history must not be open here. Raises StoreError: busy while another program
    has it open, corrupt, full, readonly, interrupted; the history is then unchanged. Raises what `leave_word` raises.
    """
    real = database.resolve()
    moving = target.with_name(f"{target.name}.moving")
    try:
        before = _copy(real, target, moving, busy_ms, watch)
        try:
            verify(moving, watch)
            _claim(moving, target)
        finally:
            moving.unlink(missing_ok=True)
        try:
            leave_word()
            stamp = "".join(c for c in now if c.isalnum())
            kept = real.with_name(f"{real.stem}.moved-{stamp}{real.suffix}")
            if _header(real) != before:
                raise StoreError("Another program wrote to the history meanwhile. Try again.", str(real), "busy")
            real.replace(kept)
        except BaseException:
            # No other process can have opened it yet.
            target.unlink(missing_ok=True)
            raise
        sync(real.parent)
    except Exception as error:
        told = _told(error, real, target)
        if told is None or told is error:
            raise
        raise told from error
    if keep or _header(kept) != before:
        return MovedHistory(target, kept)
    kept.unlink()
    return MovedHistory(target, None)


def _copy(real: Path, target: Path, moving: Path, busy_ms: int, watch: Watch) -> bytes:
    """Copy the history with other writers locked out; return its header at that time."""
    if target.exists():
        raise StoreError(
            f"A file {target} already exists. Choose another folder, or give that file another name.",
            str(target),
            "path",
        )
    if not target.parent.is_dir():
        raise StoreError(f"The folder {target.parent} is not there. Choose another one.", str(target.parent), "path")
    connection = connect(real, mode="rw", busy_ms=busy_ms)
    try:
        fold(connection)
        # From here on others wait until this connection is closed.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        copy_whole(connection, real, moving, watch)
        # Last, because closing another handle of the file would release the locks of this process.
        return _header(real)
    finally:
        connection.close()


def _claim(moving: Path, target: Path) -> None:
    """Give the new file its name. Raises StoreError (path) if a file was created there meanwhile."""
    try:
        target.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise StoreError(f"A file {target} already exists. Choose another folder.", str(target), "path") from error
    moving.replace(target)
    sync(target.parent)


def _header(path: Path) -> bytes:
    """Return the bytes that every change of a file without a log changes."""
    with path.open("rb") as file:
        return file.read(_HEADER)


def _told(error: Exception, real: Path, target: Path) -> StoreError | None:
    told = translate(error, real)
    if told is None or told is error:
        return told
    if told.code == "full":
        return StoreError(
            f"There is no room for the history in {target.parent}. Make room, or choose another folder.",
            told.detail,
            "full",
        )
    if told.code == "readonly":
        return StoreError(
            f"Nothing can be written to {target.parent}, or to the folder of the history. Check their permissions, or"
            " choose another folder.",
            told.detail,
            "readonly",
        )
    if isinstance(error, sqlite3.Error) and told.code == "corrupt":
        return StoreError("The history is damaged. Repair it first, then move it.", told.detail, "corrupt")
    return told
