"""Complete copies of a database.

Invariant: a copy gets its name only once it is complete and on the disk; what a killed process left has another name.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable
from pathlib import Path

from workbench.store.errors import StoreError, failure
from workbench.store.progress import Watch, go_on, look, watched
from workbench.store.sqlite import sqlite3

PARTIAL = ".partial"
_BLOCK = 4 << 20
_PAGES = 1024
"""Pages copied between two progress reports."""
_MOST_TIMES, _MOST_MORE = 2, 16 << 20
"""A copy has at most this many times the bytes of its source, plus this many."""
_STALE_S = 3600
"""Seconds; another process may still be writing a partial copy that is younger."""


def copy_whole(connection: sqlite3.Connection, source: Path, target: Path, watch: Watch = go_on) -> None:
    """Copy the database of `connection`, whose file is `source`, to `target`; an interrupted copy leaves nothing.

    Raises sqlite3.Error, OSError, and StoreError (interrupted).
    """
    partial = target.with_name(f"{target.name}{PARTIAL}")
    partial.unlink(missing_ok=True)
    whole = max(1, source.stat().st_size)

    # A damaged file can link a page from many places of a table, which would be copied without end.
    most = _MOST_TIMES * (whole + _size(source.with_name(f"{source.name}-wal"))) + _MOST_MORE
    is_endless = False

    def share() -> float | None:
        # A copy has no free pages and may be smaller, so that the end comes early.
        return min(1.0, _size(partial) / whole)

    def look_on(done: float | None) -> bool:
        nonlocal is_endless
        is_endless = is_endless or _size(partial) > most
        return not is_endless and watch(done)

    try:
        try:
            with watched(connection, look_on, share):
                connection.execute("VACUUM INTO ?", (str(partial),))
        except StoreError as error:
            if is_endless:
                raise failure("corrupt", f"a copy of {source} has over {most:,} bytes") from error
            raise
        except sqlite3.OperationalError as error:
            if not needs_others(error):
                raise
            _copy_pages(connection, partial, watch)
        partial.chmod(stat.S_IMODE(source.stat().st_mode))
        sync(partial)
        partial.replace(target)
        sync(target.parent)
    except BaseException:
        partial.unlink(missing_ok=True)
        # SQLite leaves it if the connection keeps an exclusive lock on its file.
        partial.with_name(f"{partial.name}-journal").unlink(missing_ok=True)
        raise


def _size(path: Path) -> int:
    """Return the size of a file in bytes, 0 if there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def needs_others(error: sqlite3.OperationalError) -> bool:
    """Whether VACUUM failed because objects of another program in the file need code that only that program has.

    VACUUM creates every table and index again, including those whose functions are not available here.
    """
    return error.sqlite_errorname == "SQLITE_ERROR" and "locked" not in str(error)


def _copy_pages(connection: sqlite3.Connection, target: Path, watch: Watch) -> None:
    """Copy all pages unchanged, including the free ones."""
    target.unlink(missing_ok=True)
    copy = sqlite3.connect(target)
    try:
        connection.backup(
            copy, pages=_PAGES, progress=lambda _, left, whole: look(watch, 1 - left / whole if whole else None)
        )
    finally:
        copy.close()


def copy_file(source: Path, target: Path, watch: Watch = go_on) -> None:
    """Copy the bytes of a file that is not being written to; the copy is readable by the user only.

    An interrupted copy leaves nothing. Raises OSError, and StoreError (interrupted).
    """
    partial = target.with_name(f"{target.name}{PARTIAL}")
    # Create a new file: an existing one may be a link to another file, or a pipe.
    partial.unlink(missing_ok=True)
    whole, done = max(1, source.stat().st_size), 0
    try:
        with source.open("rb") as old, partial.open("xb") as new:
            partial.chmod(0o600)
            while block := old.read(_BLOCK):
                new.write(block)
                done += len(block)
                look(watch, done / whole)
        sync(partial)
        partial.replace(target)
        sync(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Flush a file, or the entries of a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_stale(halves: Iterable[Path]) -> None:
    """Remove partial copies left by killed processes, unless one may still be written."""
    for half in halves:
        if is_stale(half):
            half.unlink(missing_ok=True)


def is_stale(half: Path) -> bool:
    """Whether a partial copy is too old to be still written."""
    return abs(time.time() - half.stat().st_mtime) > _STALE_S
