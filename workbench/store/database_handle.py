"""The way to the open history, for as long as the file that was opened stands at its path.

Invariant: SQLite finds the log of a file by its name, so once another file stands at the path, ours is folded into the
file that was open and never left beside the other; nothing is read or written by that name any more, and what was open
is kept under a name of its own, from which reading goes on. A file that is only gone may come back, and is waited for.
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
from workbench.store.path_check import NOTHING, which
from workbench.store.search.search_index import Indexer
from workbench.store.sqlite import sqlite3
from workbench.store.writer import Writer

T = TypeVar("T")

_TRY_AGAIN_S = 60.0
"""Between two tries to keep what was open, where there is no room for it."""
_REPLACED = "Another file took the place of the history. Quit and start again; nothing more is saved here."


class DatabaseHandle:
    """Lets changes and questions through to the file that was opened, or says why not. Safe from any thread."""

    def __init__(self, path: Path, opened: OpenedDatabase, indexer: Indexer, busy_ms: int) -> None:
        self._path, self._opened, self._busy_ms = path, opened, busy_ms
        self._which = which(path)
        self._real = path.resolve()
        self._log = self._real.with_name(f"{self._real.name}-wal")
        self._which_log = which(self._log)
        self._leaving = threading.Lock()
        self._is_folded = self._has_left = self._is_closed = False
        self._told: StoreError | None = None
        self._next_try = 0.0
        self.writer = None if opened.writer is None else Writer(opened.writer, path, indexer, busy_ms)
        self.readers = Readers(path, self._connect, opened.limit_s)

    def write(self, work: Callable[[sqlite3.Connection], T], *, durable: bool = True) -> Future[T]:
        """Have a change made in a transaction; the future holds what `work` returns, or a StoreError."""
        why = self._trouble()
        if self.writer is not None and why is None:
            return self.writer.submit(work, durable=durable)
        future: Future[T] = Future()
        future.set_exception(_again(self._opened.refusal or why or failure("readonly", str(self._path))))
        return future

    def alone(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Have something done between two transactions."""
        if self.writer is None or self._trouble() is not None:
            return self.write(work)
        return self.writer.ask(work)

    def require_place(self) -> None:
        """Raise StoreError (moved) unless the file that was opened stands at its path."""
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
        """Return what there is to tell of the place (moved), None while all is well.

        Where another file stands there, steps aside first, which blocks for as long as copying the history takes.
        """
        if self.writer is None:
            return None
        if not self._has_left and self._is_replaced():
            with self._leaving:
                if not self._has_left and time.monotonic() >= self._next_try:
                    self._leave(self.writer)
        return self._trouble()

    def close(self) -> None:
        """Write everything that was asked for, then close. Safe to repeat."""
        if not self._is_closed:
            self._is_closed = True
            self._next_try = 0.0
            self.look()
        self.readers.close()
        if self.writer is not None:
            self.writer.close(fold=not self._is_folded)

    def _is_replaced(self) -> bool:
        now = which(self._path)
        return self._which is not None and now is not None and now not in (self._which, NOTHING)

    def _trouble(self) -> StoreError | None:
        """Return why nothing can be written to the file that was opened."""
        if self._told is not None:
            return _again(self._told)
        if self._which is None or (now := which(self._path)) is None or now == self._which:
            return None
        return failure("moved", str(self._path))

    def _connect(self) -> sqlite3.Connection:
        # By its name the other file would be opened, with our log.
        self.require_place()
        return connect(self._path, mode="ro", immutable=self._opened.immutable, busy_ms=self._busy_ms)

    def _leave(self, writer: Writer) -> None:
        """Fold the log in, keep what was open beside the other file, and let readers read that."""
        # Who reads keeps the log from being folded in.
        self.readers.reopen(self._connect)
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        kept = self._real.with_name(f"{self._real.stem}.replaced-{stamp}{self._real.suffix}")
        try:
            writer.ask(lambda connection: self._keep(connection, kept)).result()
        except StoreError as error:
            # While the connection is open nothing is lost, and room can be made.
            self._next_try = time.monotonic() + _TRY_AGAIN_S
            self._told = StoreError(
                "Another file took the place of the history, and what was open could not be kept. Make room before you"
                " quit; it is tried again every minute.",
                f"{error.sentence}\n{error.detail}",
                "moved",
            )
            return
        self.readers.reopen(lambda: connect(kept, mode="ro", immutable=True))
        self._told = StoreError(
            _REPLACED,
            f"{self._path} is another file than at the start.\nWhat was open is kept as {kept}.\nTo go on with that,"
            " start again and choose Settings → History → “Restore another file…”.",
            "moved",
        )
        self._has_left = True
        writer.close(fold=False)

    def _keep(self, connection: sqlite3.Connection, kept: Path) -> None:
        if not self._is_folded:
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            # Once it was emptied, whoever opened the other file may have begun to use it: it is theirs then.
            self._is_folded = True
            if self.writer is not None:
                self.writer.rest()
            if busy and which(self._log) == self._which_log:
                # Somebody reads, so what is in it stays; it only must not be taken for the log of the other file.
                self._log.rename(kept.with_name(f"{kept.name}-wal.old"))
        copy_whole(connection, self._path, kept)
        kept.chmod(0o600)


def _again(error: StoreError) -> StoreError:
    """Return an equal error that nobody has raised yet."""
    return StoreError(error.sentence, error.detail, error.code)
