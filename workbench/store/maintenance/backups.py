"""Backups of the history, and the folders that may still hold copies of it.

Invariant: a backup gets its name only once it is complete, was opened and verified, and is on the disk. Pruning removes
only automatic backups, and never the newest. A folder that copies were left in is remembered as long as the history
exists, so that permanent deletion looks there, too.
"""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from workbench.core.json_parts import load
from workbench.store.connections import connect
from workbench.store.errors import StoreError, failure, salvaging, translate
from workbench.store.maintenance.database_copy import PARTIAL, copy_whole, remove_stale
from workbench.store.progress import Watch, go_on, watched
from workbench.store.schema.format_version import APPLICATION_ID, VERSION, major, show
from workbench.store.schema.integrity import file_problems
from workbench.store.schema.schema_check import check_schema
from workbench.store.sqlite import FILE_ERRORS, sqlite3

FOLDER = "backups"
_KEPT = "-kept"
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d)\.?(\d{3})Z(-kept)?$")
_UNSOUND = "This backup is damaged and cannot be used. Choose another one."


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup. `made_at` is UTC as everywhere in the history; those made `by_hand` are never pruned."""

    path: Path
    made_at: str
    size: int
    by_hand: bool


def folder_of(database: Path) -> Path:
    """Return the default folder for the backups of a database."""
    return database.parent / FOLDER


def place_of(database: Path, folder: Path, now: str, *, by_hand: bool) -> Path:
    """Return the path of a backup that is made at `now`."""
    return folder / f"{database.stem}-{now.replace(':', '')}{_KEPT if by_hand else ''}{database.suffix}"


def make(
    database: Path,
    folder: Path,
    now: str,
    *,
    by_hand: bool = False,
    watch: Watch = go_on,
    sure: Callable[[], None] = lambda: None,
) -> Backup:
    """Copy `database` into `folder` and verify the copy; blocks for as long as that takes.

    `sure` raises StoreError if another file is at the path: the copy would combine that file with the log of this
    one. Raises StoreError. Nothing is left of a copy that failed, was interrupted or is not sound.
    """
    target = place_of(database, folder, now, by_hand=by_hand)
    # Under another name until it is verified.
    copied = target.with_name(f"{target.name}.unseen")
    try:
        check_folder(database, folder)
        try:
            sure()
            connection = connect(database, mode="ro")
            try:
                copy_whole(connection, database, copied, watch)
            finally:
                connection.close()
            _verify_copy(copied, watch)
            sure()
            copied.replace(target)
        finally:
            copied.unlink(missing_ok=True)
    except Exception as error:
        told = _told(error, database, folder)
        if told is None or told is error:
            raise
        raise told from error
    remove_stale([*halves(database, folder), *halves_beside(database)])
    return Backup(target, now, target.stat().st_size, by_hand)


def check_folder(database: Path, folder: Path) -> None:
    """Check that there is a folder for backups; only the default one is created. Raises StoreError and OSError.

    A folder that the user chose may be on a disk that is not connected; creating it would fill another disk.
    """
    if folder == folder_of(database):
        folder.mkdir(mode=0o700, exist_ok=True)
    elif not folder.is_dir():
        raise StoreError(
            f"The folder for backups, {folder}, is not there. Connect its disk, or choose another folder in"
            " Settings → History.",
            str(folder),
            "path",
        )


def _told(error: Exception, database: Path, folder: Path) -> StoreError | None:
    told = translate(error, database)
    if told is not None and told is not error:
        if told.code == "full":
            words = f"There is no room for a backup in {folder}. Make room, or choose another folder"
            return StoreError(f"{words} in Settings → History.", told.detail, "full")
        if told.code == "readonly":
            words = f"No backup can be written to {folder}. Check its permissions, or choose another folder"
            return StoreError(f"{words} in Settings → History.", told.detail, "readonly")
    return told


def verify(path: Path, watch: Watch = go_on) -> int:
    """Open a history that is not being written to, and read all of it; return its `user_version`.

    Raises StoreError: corrupt, not_a_database, newer_major or too_old if this release cannot read it, missing, io,
    interrupted.
    """
    if not path.is_file():
        raise StoreError(
            "This backup is not there any more. Connect its disk, or choose another one.", str(path), "missing"
        )
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
            _check_schema(connection, int(version), path)
            with watched(connection, watch):
                found = file_problems(connection, 20, quick=True)
        finally:
            connection.close()
    except FILE_ERRORS as error:
        raise StoreError(_UNSOUND, f"{error} ({path})", "corrupt") from error
    if found:
        raise StoreError(_UNSOUND, "\n".join(found), "corrupt")
    return int(version)


def _verify_copy(copied: Path, watch: Watch) -> None:
    """Raise what `verify` raises for a new copy; damage of the copy is reported as damage of the history."""
    try:
        verify(copied, watch)
    except StoreError as error:
        if error.code != "corrupt":
            raise
        raise failure("corrupt", error.detail) from error


def _check_schema(connection: sqlite3.Connection, version: int, path: Path) -> None:
    try:
        check_schema(connection, version)
    except StoreError as error:
        why, _, _ = error.sentence.partition(". ")
        words = f"“{path.name}” cannot be restored. {why}. {salvaging(path, 'restore')}"
        raise StoreError(words, error.detail, error.code) from error


def listed(database: Path, folder: Path) -> list[Backup]:
    """Return the backups of a database, newest first by the time in their names."""
    found = []
    for path in folder.glob(f"{glob.escape(database.stem)}-*{glob.escape(database.suffix)}"):
        stamp = _STAMP.search(path.stem)
        if stamp is not None and path.is_file():
            hour, minute, second, ms, kept = stamp.groups()
            found.append(Backup(path, f"{hour}:{minute}:{second}.{ms}Z", path.stat().st_size, bool(kept)))
    return sorted(found, key=lambda backup: backup.made_at, reverse=True)


def halves(database: Path, folder: Path) -> list[Path]:
    """Return incomplete backups, still being written or left by a killed process."""
    stem = glob.escape(database.stem)
    patterns = (f"*{PARTIAL}", f"*{PARTIAL}-journal", "*.unseen")
    return sorted(path for pattern in patterns for path in folder.glob(f"{stem}-{pattern}"))


def halves_beside(database: Path) -> list[Path]:
    """Return what a killed repair, move or restore left here; none is in progress while the history is open."""
    stem, name, suffix = (glob.escape(part) for part in (database.stem, database.name, database.suffix))
    patterns = (f"{stem}.repaired-*{suffix}{PARTIAL}*", f"{name}.*{PARTIAL}", f"{name}.fresh")
    return sorted(path for pattern in patterns for path in database.parent.glob(pattern))


def prune(database: Path, folder: Path, keep: int) -> list[Backup]:
    """Remove all automatic backups but the newest `keep` (at least one); return the removed ones."""
    own = [backup for backup in listed(database, folder) if not backup.by_hand]
    gone = own[max(1, keep) :]
    for backup in gone:
        backup.path.unlink(missing_ok=True)
    return gone


FOLDERS = "copy_folders"
"""The meta key of a history that holds them, as JSON."""


def remembered_folders(text: str | None) -> tuple[Path, ...]:
    """Return the remembered folders; none for unreadable JSON."""
    try:
        found = load(text or "[]")
    except (ValueError, RecursionError):
        return ()
    return tuple(Path(one) for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def remembering(text: str | None, more: Iterable[Path]) -> str:
    """Return JSON of the remembered folders and `more`."""
    return json.dumps(list(dict.fromkeys(str(one) for one in (*remembered_folders(text), *more))))
