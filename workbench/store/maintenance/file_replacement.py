"""Replaces the file of the history.

Invariant: at every moment there is a complete history at the path, the old one or the new one, without the log of the
other beside it. The old one is kept: as a backup if it is sound, else with its log under a name that tells when it was
replaced.
"""

from __future__ import annotations

import os
from pathlib import Path

from workbench.store.connections import connect
from workbench.store.database_file import check_upgrade
from workbench.store.errors import DAMAGE, StoreError, salvaging, translate
from workbench.store.maintenance.backups import check_folder, folder_of, place_of, verify
from workbench.store.maintenance.database_copy import copy_file, sync
from workbench.store.progress import Watch, go_on
from workbench.store.sqlite import FILE_ERRORS, sqlite3
from workbench.store.write_ahead_log import damaged_log

_LOGS = ("-wal", "-shm")


def put_in_place(
    database: Path,
    other: Path,
    now: str,
    *,
    folder: Path | None = None,
    busy_ms: int = 5000,
    watch: Watch = go_on,
) -> Path:
    """Replace the history at `database` with a copy of `other`; return the path where the old one is kept.

    A sound one is moved to the backups in `folder` (None: the one beside the history). If `database` is a link, its
    target is replaced. The history must not be open here. Raises StoreError: busy while another program has it open,
    what `verify` raises if `other` is not sound, corrupt if it cannot be upgraded, interrupted, and errors of the disk;
    the history is then unchanged.
    """
    real = database.resolve()
    try:
        verify(other, watch)
        fresh = real.with_name(f"{real.name}.fresh")
        try:
            copy_file(other, fresh, watch)
            _check_upgrade(fresh, other)
            kept, is_sound = _set_aside(real, now, busy_ms, watch)
            fresh.replace(real)
            sync(real.parent)
        finally:
            fresh.unlink(missing_ok=True)
    except Exception as error:
        told = translate(error, database)
        if told is None or told is error:
            raise
        raise told from error
    return _among_backups(kept, database, folder or folder_of(database), now) if is_sound else kept


def _check_upgrade(fresh: Path, other: Path) -> None:
    """Raise StoreError (corrupt) if the copy of another history has a schema that cannot be upgraded."""
    try:
        check_upgrade(fresh)
    except Exception as error:
        told = translate(error, fresh)
        if not isinstance(error, sqlite3.Error) or (told is not None and told.code not in DAMAGE):
            raise
        words = f"“{other.name}” cannot be restored, because it cannot be upgraded. {salvaging(other, 'restore')}"
        raise StoreError(words, f"{error} ({other})", "corrupt") from error


def set_aside(database: Path, now: str) -> Path:
    """Rename a history that cannot be opened, with its log, and return its new path beside the old one.

    There is nothing at the old path afterwards. Raises StoreError.
    """
    real = database.resolve()
    try:
        kept = _replaced(real, now)
        for end in ("", *_LOGS):
            if (part := _beside(real, end)).exists():
                _link(part, _beside(kept, end))
        # Logs first: a log without its file would be taken for that of the next history.
        for end in (*_LOGS, ""):
            _beside(real, end).unlink(missing_ok=True)
        sync(real.parent)
    except OSError as error:
        told = translate(error, database)
        raise (told or error) from error
    return kept


def without_log(database: Path, now: str, *, busy_ms: int = 5000) -> Path:
    """Checkpoint the valid part of the log and keep a copy of the log; return its path. Raises StoreError."""
    real = database.resolve()
    kept = _beside(_replaced(real, now), "-wal")
    try:
        # A copy, not a hard link, because the checkpoint empties the log.
        copy_file(_beside(real, "-wal"), kept)
        connection = connect(real, mode="rw", busy_ms=busy_ms)
        try:
            fold(connection)
        finally:
            connection.close()
    except (*FILE_ERRORS, OSError) as error:
        told = translate(error, database)
        raise (told or error) from error
    return kept


def _set_aside(real: Path, now: str, busy_ms: int, watch: Watch) -> tuple[Path, bool]:
    """Link the history to a second name, with its log checkpointed or, if that fails, linked too.

    Returns that name, and whether the history is sound.
    """
    kept = _replaced(real, now)
    logs = {log: _beside(kept, end) for end in _LOGS if (log := _beside(real, end)).exists()}
    # First of all: SQLite discards a log that does not match the file, such as that of a damaged one.
    for log, second in logs.items():
        _link(log, second)
    folded = is_sound = False
    try:
        # Checkpointing a damaged log would discard what follows the damage.
        folded = not damaged_log(real) and _fold(real, busy_ms)
        is_sound = folded and _is_sound(real, watch)
        _link(real, kept)
    finally:
        if folded or not kept.exists():
            for second in logs.values():
                second.unlink(missing_ok=True)
    if not folded:
        for log in logs:
            log.unlink(missing_ok=True)
    return kept, is_sound


def _among_backups(kept: Path, database: Path, folder: Path, now: str) -> Path:
    """Move what was replaced to the backups and return its path, which is unchanged if there is no space.

    Only once another file is at the path: until then both names are one file, which is written to.
    """
    target = place_of(database, folder, now, by_hand=True)
    try:
        check_folder(database, folder)
        if folder.stat().st_dev == kept.stat().st_dev:
            kept.replace(target)
            sync(folder)
        else:
            copy_file(kept, target)
            kept.unlink()
    except (OSError, StoreError):
        return kept
    return target


def _replaced(real: Path, now: str) -> Path:
    stamp = "".join(c for c in now if c.isalnum())
    return real.with_name(f"{real.stem}.replaced-{stamp}{real.suffix}")


def _beside(database: Path, end: str) -> Path:
    return database.with_name(database.name + end)


def _is_sound(real: Path, watch: Watch) -> bool:
    try:
        verify(real, watch)
    except StoreError as error:
        if error.code == "interrupted":
            raise
        return False
    return True


def _fold(database: Path, busy_ms: int) -> bool:
    """Checkpoint the log; return False if the history is too damaged for that. Raises StoreError (busy)."""
    try:
        connection = connect(database, mode="rw", busy_ms=busy_ms)
        try:
            fold(connection)
        finally:
            connection.close()
    except FILE_ERRORS as error:
        told = translate(error, database)
        if told is None or told.code not in ("corrupt", "not_a_database", "io"):
            raise
        return False
    return True


def fold(connection: sqlite3.Connection) -> None:
    """Checkpoint the log and end WAL mode. Raises StoreError (busy) unless this is the only connection to the file."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    # Only the sole connection to a file can end its WAL mode.
    (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    if mode != "delete":
        raise StoreError(
            "Another program has this history open. Close it, then try again.", f"journal_mode {mode}", "busy"
        )


def _link(source: Path, target: Path) -> None:
    """Hard-link a file, or copy it if the file system has no hard links."""
    try:
        os.link(source, target)
    except OSError:
        copy_file(source, target)
    else:
        sync(target.parent)
