"""Another file in the place of the history.

Invariant: at every moment the place holds a whole history, the old one or the new one, with no log of the other beside
it; the old one stays under a name that tells when it was replaced.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from workbench.store.backups import verify
from workbench.store.connections import connect
from workbench.store.copying import PARTIAL, sync
from workbench.store.errors import StoreError, translate
from workbench.store.sqlite import sqlite3

_LOGS = ("-wal", "-shm")


def put_in_place(database: Path, other: Path, now: str, *, busy_ms: int = 5000) -> Path:
    """Let a copy of `other` be the history at `database`, and return where the one that was there is kept.

    The history must not be open here. Raises StoreError: busy while another program has it open, what `verify` raises
    when `other` is not sound, and what the disk refuses; the history is then as it was.
    """
    try:
        verify(other)
        fresh = database.with_name(f"{database.name}{PARTIAL}")
        try:
            shutil.copyfile(other, fresh)
            fresh.chmod(0o600)
            sync(fresh)
            kept = _set_aside(database, now, busy_ms)
            fresh.replace(database)
            sync(database.parent)
        finally:
            fresh.unlink(missing_ok=True)
    except Exception as error:
        told = translate(error, database)
        if told is None or told is error:
            raise
        raise told from error
    return kept


def _set_aside(database: Path, now: str, busy_ms: int) -> Path:
    """Give the history a second name, with its log folded in or, where that cannot be, under a second name too."""
    stamp = "".join(c for c in now if c.isalnum())
    kept = database.with_name(f"{database.stem}.replaced-{stamp}{database.suffix}")
    logs = {log: kept.with_name(kept.name + end) for end in _LOGS if (log := _beside(database, end)).exists()}
    # First of all: SQLite throws a log away that does not fit the file, as that of a damaged one.
    for log, second in logs.items():
        _link(log, second)
    folded = False
    try:
        folded = _fold(database, busy_ms)
        _link(database, kept)
    finally:
        if folded or not kept.exists():
            for second in logs.values():
                second.unlink(missing_ok=True)
    if not folded:
        for log in logs:
            log.unlink(missing_ok=True)
    return kept


def _beside(database: Path, end: str) -> Path:
    return database.with_name(database.name + end)


def _fold(database: Path, busy_ms: int) -> bool:
    """Fold the log into the history; False when it is too damaged for that. Raises StoreError (busy)."""
    try:
        connection = connect(database, mode="rw", busy_ms=busy_ms)
        try:
            # Only whoever is alone with a file can end its write-ahead log.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        told = translate(error, database)
        if told is None or told.code not in ("corrupt", "not_a_database", "io"):
            raise
        return False
    if mode != "delete":
        raise StoreError(
            "Another program has this history open. Close it, then restore again.", f"journal_mode {mode}", "busy"
        )
    return True


def _link(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where the file system knows no second names."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        sync(target)
