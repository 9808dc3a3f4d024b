"""Opens the database file: identifies it as a history, creates or upgrades it.

Invariant: a file is changed only after it was identified as a history, and upgraded only after it was copied. A file
that cannot be written, or that a newer major release wrote, is opened read-only with the reason.
"""

from __future__ import annotations

import glob
import time
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.store.connections import connect
from workbench.store.errors import StoreError, failure, salvaging, translate
from workbench.store.file_system import unsuitable
from workbench.store.maintenance.database_copy import PARTIAL, copy_whole, remove_stale
from workbench.store.path_check import check_place
from workbench.store.progress import limited, patience_s
from workbench.store.schema.format_version import APPLICATION_ID, VERSION, major, show
from workbench.store.schema.schema_check import check_schema, unknown_triggers
from workbench.store.sqlite import sqlite3
from workbench.store.write_ahead_log import damaged_log

_OLDEST_SQLITE = (3, 43)
"""Since this version FTS5 can delete documents from the search index without being given their text."""
_MAY_BE_THE_FILE_SYSTEM = ("busy", "readonly", "io", "interrupted", "corrupt")
_KEPT_COPIES = 2
_LOOK_S = 5.0
"""Seconds for checking the schema of a file, which takes a few ms."""
_CACHE_KB = 4000
"""KiB of page cache for the writing connection: hashes fall anywhere in their indexes, so all pages of those are
kept."""


@dataclass(frozen=True, slots=True)
class OpenedDatabase:
    """An opened file: its writing connection, or why there is none, and how to open readers.

    `limit_s` limits a read in seconds if the schema is unknown to this release, None for no limit.
    """

    writer: sqlite3.Connection | None
    refusal: StoreError | None = None
    immutable: bool = False
    limit_s: float | None = None


def open_file(path: Path, *, now: str, database_uid: str, busy_ms: int) -> OpenedDatabase:
    """Open or create the database. Raises StoreError: not_a_database, corrupt, log, busy, full, readonly."""
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StoreError(
            f"The history needs SQLite {'.'.join(map(str, _OLDEST_SQLITE))} or newer, and this Python comes with"
            f" {sqlite3.sqlite_version}. Start Prompt Workbench with a newer Python.",
            f"sqlite3 {sqlite3.sqlite_version}",
        )
    try:
        _refuse_foreign(path)
        if lost := damaged_log(path):
            raise failure("log", lost)
        return _open(path, now, database_uid, busy_ms)
    except Exception as error:
        told = translate(error, path)
        if told is None and isinstance(error, sqlite3.Error):
            # These statements are correct for every sound file.
            told = failure("corrupt", f"{type(error).__name__}: {error} ({path})")
        if told is not None and told.code in _MAY_BE_THE_FILE_SYSTEM:
            told = unsuitable(path, told.detail) or told
        if told is None or told is error:
            raise
        raise told from error


def _refuse_foreign(path: Path) -> None:
    """Raise StoreError before SQLite could write to a file that is not a SQLite database."""
    check_place(path)
    if not path.parent.is_dir():
        raise StoreError(
            "The folder for the history database does not exist. Create it, or choose another place.",
            str(path.parent),
            "path",
        )
    try:
        if not path.exists():
            # The contents are private; SQLite gives its side files the mode of the main file.
            path.touch(mode=0o600)
    except OSError as error:
        raise failure("readonly", str(error)) from error


def _open(path: Path, now: str, database_uid: str, busy_ms: int) -> OpenedDatabase:
    try:
        connection = connect(path, mode="rwc", busy_ms=busy_ms)
        try:
            return _prepare(connection, path, now, database_uid, busy_ms)
        except BaseException:
            connection.close()
            raise
    except sqlite3.OperationalError as error:
        told = translate(error, path)
        if told is None or told.code not in ("readonly", "io") or not path.is_file():
            raise
        opened = _open_readonly(path, busy_ms)
        lacking = unsuitable(path, told.detail)
        return opened if lacking is None else replace(opened, refusal=lacking)


def _prepare(connection: sqlite3.Connection, path: Path, now: str, database_uid: str, busy_ms: int) -> OpenedDatabase:
    version, triggers = _check(connection, path)
    if major(version) > major(VERSION):
        connection.close()
        notice = (
            f"This history was written by a newer release (format {show(version)}), so it is read-only here. Update "
            "Prompt Workbench to continue with it."
        )
        return OpenedDatabase(None, StoreError(notice, str(path), "newer_major"), limit_s=patience_s(path))
    if triggers:
        connection.close()
        return OpenedDatabase(None, unknown_triggers(version, triggers))
    _use_wal(connection, busy_ms)
    connection.execute(f"PRAGMA journal_size_limit = {64 << 20}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA cache_size = {-_CACHE_KB}")
    if version < VERSION:
        if version:
            _copy(connection, path, version, now)
        _migrate(connection, now, database_uid)
    else:
        # Detect a read-only file or folder now, not at the first change.
        connection.execute("BEGIN IMMEDIATE")
        connection.rollback()
    return OpenedDatabase(connection)


def _check(connection: sqlite3.Connection, path: Path) -> tuple[int, str]:
    """Return the `user_version` (0 for an empty file), and the triggers of a newer release that are unknown here.

    Raises StoreError if the file belongs to another program, contains anything but data, or is too old to upgrade.
    """
    with limited(connection, _LOOK_S):
        # In one transaction: another process may be creating or upgrading the file.
        connection.execute("BEGIN")
        try:
            version = _version(connection, path)
            return version, check_schema(connection, version) if version else ""
        except StoreError as error:
            if error.code != "too_old":
                raise
            why, _, _ = error.sentence.partition(". ")
            raise StoreError(f"{why}. {salvaging(path, 'open')}", error.detail, error.code) from error
        finally:
            if connection.in_transaction:
                connection.rollback()


def _version(connection: sqlite3.Connection, path: Path) -> int:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application == APPLICATION_ID:
        if version <= 0:
            raise failure("corrupt", f"user_version {version}, {tables} tables ({path})")
        return int(version)
    if application == 0 and version == 0 and tables == 0:
        return 0
    raise StoreError(
        "This is a database of another program and was not changed. Choose another file for the history.",
        f"application_id {application:#x}, user_version {version}, {tables} tables ({path})",
        "not_a_database",
    )


def _use_wal(connection: sqlite3.Connection, busy_ms: int) -> None:
    # Two processes that switch a new file at once can get "locked" immediately, without SQLite's busy timeout.
    deadline = time.monotonic() + busy_ms / 1000
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if not (error.sqlite_errorname or "").startswith("SQLITE_BUSY") or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
            continue
        if mode != "wal":
            raise failure("io", f"journal_mode is {mode}")
        return


def _copy(connection: sqlite3.Connection, path: Path, version: int, now: str) -> None:
    """Copy the file beside itself before it changes; keep this copy and the newest other one."""
    stamp = "".join(c for c in now if c.isalnum())
    target = path.with_name(f"{path.stem}.before-upgrade-{stamp}-from-{show(version)}{path.suffix}")
    copy_whole(connection, path, target)
    names = f"{glob.escape(path.stem)}.before-upgrade-*{glob.escape(path.suffix)}"
    # Not sorted with the new copy: after the clock was set back, that one would look like the oldest.
    others = sorted(other for other in path.parent.glob(names) if other != target)
    for old in others[: 1 - _KEPT_COPIES]:
        old.unlink(missing_ok=True)
    remove_stale(path.parent.glob(f"{names}{PARTIAL}"))


def _migrate(connection: sqlite3.Connection, now: str, database_uid: str) -> None:
    """Apply the missing migrations in one transaction, with other writers locked out."""
    try:
        _upgrade(connection)
        connection.executemany(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (("database_uid", database_uid), ("created_at", now)),
        )
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.rollback()


def _upgrade(connection: sqlite3.Connection) -> None:
    """Begin a transaction and apply the missing migrations in it."""
    from workbench.store.schema.migrations import migrate

    connection.execute("BEGIN IMMEDIATE")
    migrate(connection)
    # The version that the file claims decides how it is upgraded, and may be wrong.
    check_schema(connection, VERSION)


def check_upgrade(path: Path) -> None:
    """Raise the error, from SQLite or the check of the schema, that opening a history would end with while upgrading.

    The file stays as it is.
    """
    connection = connect(path, mode="rw")
    try:
        if _check(connection, path)[0] < VERSION:
            _upgrade(connection)
    finally:
        if connection.in_transaction:
            connection.rollback()
        connection.close()


def _open_readonly(path: Path, busy_ms: int) -> OpenedDatabase:
    """Open a file that cannot be written. Raises StoreError if it cannot be read either."""
    notice = (
        "The history is read-only, because its file or folder cannot be written to. Change the permissions or choose "
        "another place, then restart the app."
    )
    immutable = False
    try:
        connection = connect(path, mode="ro", busy_ms=busy_ms)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        # Without its shared-memory file, a WAL database can only be opened as immutable.
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise StoreError(
                "The history cannot be read here, because part of it is in a log that cannot be merged. Copy the file "
                "and its “-wal” file to a folder that can be written to, and open it there.",
                f"{error} ({path})",
                "readonly",
            ) from error
        immutable = True
        connection = connect(path, mode="ro", immutable=True, busy_ms=busy_ms)
    try:
        version, _ = _check(connection, path)
        limit_s = patience_s(path) if major(version) > major(VERSION) else None
    finally:
        connection.close()
    if version == 0:
        raise failure("readonly", f"{path} is empty and cannot be written to")
    return OpenedDatabase(None, StoreError(notice, str(path), "readonly"), immutable, limit_s)
