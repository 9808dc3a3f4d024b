"""Copies of the history that are kept in case.

Invariant: a backup has its name only when it is whole, was opened and found sound, and is on the disk. Removing old
ones touches only those that were made by themselves, and never the newest.
"""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass
from pathlib import Path

from workbench.store.connections import connect
from workbench.store.copying import PARTIAL, copy_whole, remove_stale
from workbench.store.errors import StoreError, failure, translate
from workbench.store.schema import APPLICATION_ID, VERSION, major, show
from workbench.store.sqlite import sqlite3

FOLDER = "backups"
_KEPT = "-kept"
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d)\.?(\d{3})Z(-kept)?$")
_UNSOUND = "This backup is damaged and cannot be used. Choose another one."


@dataclass(frozen=True, slots=True)
class Backup:
    """One copy. `made_at` is UTC as everywhere in the history; `by_hand` ones are only removed by hand."""

    path: Path
    made_at: str
    size: int
    by_hand: bool


def folder_of(database: Path) -> Path:
    """Return the folder that holds the backups of a database."""
    return database.parent / FOLDER


def make(database: Path, folder: Path, now: str, *, by_hand: bool = False) -> Backup:
    """Copy `database` into `folder` and open the copy to see that it is sound; blocks for as long as that takes.

    Raises StoreError. Nothing is left of a copy that failed, was interrupted or turned out unsound.
    """
    stamp = now.replace(":", "")
    target = folder / f"{database.stem}-{stamp}{_KEPT if by_hand else ''}{database.suffix}"
    # Under another name until it was looked at.
    copied = target.with_name(f"{target.name}.unseen")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        try:
            connection = connect(database, mode="ro")
            try:
                copy_whole(connection, database, copied)
            finally:
                connection.close()
            verify(copied)
            copied.replace(target)
        finally:
            copied.unlink(missing_ok=True)
    except Exception as error:
        told = translate(error, database)
        if told is None or told is error:
            raise
        raise told from error
    for pattern in (f"*{PARTIAL}", "*.unseen"):
        remove_stale(folder.glob(f"{glob.escape(database.stem)}-{pattern}"))
    return Backup(target, now, target.stat().st_size, by_hand)


def verify(path: Path) -> int:
    """Open a history that nobody writes to, and read all of it; return its `user_version`.

    Raises StoreError: corrupt, not_a_database, newer_major when this release cannot read it, missing, io.
    """
    if not path.is_file():
        raise StoreError("This backup is not there any more. Reload the list.", str(path), "missing")
    try:
        connection = connect(path, mode="ro", immutable=True)
        try:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if application != APPLICATION_ID or version <= 0:
                raise failure("not_a_database", f"application_id {application:#x} ({path})")
            if major(version) > major(VERSION):
                raise StoreError(
                    f"This backup was made by a newer release (format {show(version)}). Update Prompt Workbench first.",
                    str(path),
                    "newer_major",
                )
            found = [str(line) for (line,) in connection.execute("PRAGMA quick_check(20)")]
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise StoreError(_UNSOUND, f"{error} ({path})", "corrupt") from error
    if found != ["ok"]:
        raise StoreError(_UNSOUND, "\n".join(found), "corrupt")
    return int(version)


def listed(database: Path, folder: Path) -> list[Backup]:
    """Return the backups of a database, newest first by their own time."""
    found = []
    for path in folder.glob(f"{glob.escape(database.stem)}-*{glob.escape(database.suffix)}"):
        stamp = _STAMP.search(path.stem)
        if stamp is not None and path.is_file():
            hour, minute, second, ms, kept = stamp.groups()
            found.append(Backup(path, f"{hour}:{minute}:{second}.{ms}Z", path.stat().st_size, bool(kept)))
    return sorted(found, key=lambda backup: backup.made_at, reverse=True)


def prune(database: Path, folder: Path, keep: int) -> list[Backup]:
    """Remove all but the newest `keep` (at least one) that were made by themselves; return what was removed."""
    own = [backup for backup in listed(database, folder) if not backup.by_hand]
    gone = own[max(1, keep) :]
    for backup in gone:
        backup.path.unlink(missing_ok=True)
    return gone
