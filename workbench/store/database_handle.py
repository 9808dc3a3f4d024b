"""Access to the open history for as long as the opened file is at its path.

Invariant: SQLite finds the write-ahead log of a file by name. So once another file is at the path, our log is
checkpointed into the file that was opened and never left beside the other one; nothing is read or written through that
name any more. What was open is kept under a new name and read from there. A file that is only missing may come back, so
it is waited for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from workbench.store.connections import Readers, connect
from workbench.store.database_file import OpenedDatabase
from workbench.store.errors import StoreError, failure
from workbench.store.maintenance.database_copy import copy_whole
from workbench.store.search.search_index import Indexer
from workbench.store.sqlite import sqlite3
from workbench.store.writer import Writer

T = TypeVar("T")

_TRY_AGAIN_S = 60.0
"""Seconds between two attempts to keep what was open, if there is no space for it."""
_NOTHING = (0, 0)
"""Returned by `_which` if there is no file."""
_REPLACED = "Another file replaced the history. Restart the app; nothing more is saved here."


class DatabaseHandle:
    """Passes writes and reads to the opened file, or reports why it cannot. Safe from any thread."""

    def __init__(self, path: Path, opened: OpenedDatabase, indexer: Indexer, busy_ms: int) -> None:
        self._path, self._opened, self._busy_ms = path, opened, busy_ms
        self._identity = _which(path)
        self._real = path.resolve()
        self._log = self._real.with_name(f"{self._real.name}-wal")
        self._log_identity = _which(self._log)
        self._leaving = threading.Lock()
        self._is_folded = self._has_left = self._is_closed = False
        self._told: StoreError | None = None
        self._next_try = 0.0
        self.writer = None if opened.writer is None else Writer(opened.writer, path, indexer, busy_ms)
        self.readers = Readers(path, self._connect, opened.limit_s)

    def write(self, work: Callable[[sqlite3.Connection], T], *, durable: bool = True) -> Future[T]:
        """Run `work` in a write transaction; the future holds its result, or a StoreError."""
        why = self._trouble()
        if self.writer is not None and why is None:
            return self.writer.submit(work, durable=durable)
        future: Future[T] = Future()
        future.set_exception(_again(self._opened.refusal or why or failure("readonly", str(self._path))))
        return future

    def alone(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Run `work` on the writing connection between two transactions."""
        if self.writer is None or self._trouble() is not None:
            return self.write(work)
        return self.writer.ask(work)

    def require_place(self) -> None:
        """Raise StoreError (moved) unless the opened file is at its path."""
        if (why := self._trouble()) is not None:
            raise why

    def data_version(self) -> int:
        """Return a number that changes when another process has written."""

        def look(connection: sqlite3.Connection) -> int:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

        if self.writer is not None and not self._has_left:
            return self.writer.ask(look).result()
        with self.readers.use() as connection:
            return look(connection)

    def look(self) -> StoreError | None:
        """Return the error to report about the path (moved), None while all is well.

        If another file is there, first switches to a kept copy, which blocks while the history is copied.
        """
        if self.writer is None:
            return None
        if not self._has_left and self._is_replaced():
            with self._leaving:
                if not self._has_left and time.monotonic() >= self._next_try:
                    self._leave(self.writer)
        return self._trouble()

    def close(self) -> None:
        """Finish all queued writes, then close. Safe to repeat."""
        if not self._is_closed:
            self._is_closed = True
            self._next_try = 0.0
            self.look()
        self.readers.close()
        if self.writer is not None:
            self.writer.close(fold=not self._is_folded)

    def _is_replaced(self) -> bool:
        now = _which(self._path)
        return self._identity is not None and now is not None and now not in (self._identity, _NOTHING)

    def _trouble(self) -> StoreError | None:
        """Return why nothing can be written to the opened file, None if it can."""
        if self._told is not None:
            return _again(self._told)
        if self._identity is None or (now := _which(self._path)) is None or now == self._identity:
            return None
        return failure("moved", str(self._path))

    def _connect(self) -> sqlite3.Connection:
        # The name would open the other file with our log.
        self.require_place()
        return connect(self._path, mode="ro", immutable=self._opened.immutable, busy_ms=self._busy_ms)

    def _leave(self, writer: Writer) -> None:
        """Checkpoint the log, keep what was open beside the other file, and let readers read that."""
        # An open reader would block the checkpoint.
        self.readers.reopen(self._connect)
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        kept = self._real.with_name(f"{self._real.stem}.replaced-{stamp}{self._real.suffix}")
        try:
            writer.ask(lambda connection: self._keep(connection, kept)).result()
        except StoreError as error:
            # While the connection is open, nothing is lost and space can be freed.
            self._next_try = time.monotonic() + _TRY_AGAIN_S
            self._told = StoreError(
                "Another file replaced the history, and the open one could not be kept. Make room before you quit; it "
                "is retried every minute.",
                f"{error.sentence}\n{error.detail}",
                "moved",
            )
            return
        self.readers.reopen(lambda: connect(kept, mode="ro", immutable=True))
        self._told = StoreError(
            _REPLACED,
            f"{self._path} is another file than at the start.\nThe open history is kept as {kept}.\nTo continue with "
            "it, restart the app and choose Settings → History → “Restore another file…”.",
            "moved",
        )
        self._has_left = True
        writer.close(fold=False)

    def _keep(self, connection: sqlite3.Connection, kept: Path) -> None:
        if not self._is_folded:
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            # Once truncated, the log may be in use by a process that opened the other file, and belongs to that.
            self._is_folded = True
            if self.writer is not None:
                self.writer.rest()
            if busy and _which(self._log) == self._log_identity:
                # A reader keeps the log from being emptied; it must not be taken for that of the other file.
                self._log.rename(kept.with_name(f"{kept.name}-wal.old"))
        copy_whole(connection, self._path, kept)
        kept.chmod(0o600)


def _again(error: StoreError) -> StoreError:
    """Return an equal error without a traceback."""
    return StoreError(error.sentence, error.detail, error.code)


def _which(path: Path) -> tuple[int, int] | None:
    """Return the identity of the file at `path`, _NOTHING if there is none, None if it cannot be told."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return _NOTHING
    except OSError:
        return None
    return found.st_dev, found.st_ino
