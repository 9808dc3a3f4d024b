"""The one thread that writes.

Invariant: all changes go through one connection, in the order they were submitted, each atomically. A future is
resolved only after the transaction that holds its change was committed. Of the follow-up work (the search index), a
small piece is done in that transaction and the rest while the queue is empty. If it fails, the change does not: it is
repeated without it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from workbench.store.connections import as_damage, let_go
from workbench.store.errors import StoreError, failure, translate
from workbench.store.sqlite import FILE_ERRORS, sqlite3

T = TypeVar("T")

# Changes queued during a transaction go into the next one together; this bounds how long others are locked out.
_BATCH = 64
_LAST_WAIT_MS = 200
_SMALL, _LARGE = 64_000, 600_000
"""Characters to index in the transaction of a change, a few ms, and while idle, which delays the next change."""
_TRY_AGAIN_S = 0.5


class FollowUp(Protocol):
    """Follow-up work after changes."""

    def due(self, connection: sqlite3.Connection) -> bool:
        """Whether there is anything to do."""

    def work(self, connection: sqlite3.Connection, characters: int) -> bool:
        """Process about so many characters, inside a transaction; return whether more is left."""

    def failed(self, connection: sqlite3.Connection, error: StoreError) -> bool:
        """Handle the failure of a piece, outside of any transaction; return whether to go on."""


@dataclass(frozen=True, slots=True)
class _Task:
    """A queued task; `work` may run twice (if the batch or follow-up work failed), so it changes only the database."""

    work: Callable[[sqlite3.Connection], Any]
    durable: bool
    future: Future[Any]
    changes: bool = True


class Writer:
    """Runs changes on its own thread; `durable` ones are on the disk (synchronous=FULL) when their future is done."""

    def __init__(self, connection: sqlite3.Connection, path: Path, follow: FollowUp, busy_ms: int) -> None:
        self._connection = connection
        self._path = path
        self._follow = follow
        self._busy_ms = busy_ms
        # An earlier process may have left follow-up work.
        self._behind = True
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._closed = False
        self._fold = self._follows = True
        self._full = True
        self._thread = threading.Thread(target=self._run, name="history-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[sqlite3.Connection], T], *, durable: bool) -> Future[T]:
        """Queue a change; the future holds the result of `work`, or a StoreError."""
        return self._put(work, durable=durable, changes=True)

    def ask(self, look: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue something that uses the connection outside of any transaction."""
        return self._put(look, durable=False, changes=False)

    def rest(self) -> None:
        """Stop follow-up work; called from a task of this writer."""
        self._follows = False

    def close(self, *, fold: bool = True) -> None:
        """Finish everything queued, checkpoint the log if `fold`, and close the connection. Safe to repeat."""
        with self._guard:
            if not self._closed:
                self._closed = True
                self._fold = fold
                self._tasks.put(None)
        self._thread.join()

    def _put(self, work: Callable[[sqlite3.Connection], T], *, durable: bool, changes: bool) -> Future[T]:
        future: Future[T] = Future()
        with self._guard:
            if self._closed:
                future.set_exception(failure("closed"))
            else:
                self._tasks.put(_Task(work, durable, future, changes))
        return future

    def _run(self) -> None:
        waiting: list[_Task] = []
        open_ = True
        try:
            while open_ or waiting:
                if not waiting:
                    task = self._next()
                    if task is None:
                        break
                    waiting.append(task)
                while open_ and len(waiting) < _BATCH and not self._tasks.empty():
                    task = self._tasks.get()
                    if task is None:
                        open_ = False
                    else:
                        waiting.append(task)
                batch = [waiting.pop(0)]
                while batch[0].changes and waiting and waiting[0].changes:
                    batch.append(waiting.pop(0))
                self._do(batch)
        finally:
            self._finish()

    def _next(self) -> _Task | None:
        """Return the next task, None at the end; does follow-up work while it waits."""
        patience = 0.0
        while self._behind and self._follows:
            try:
                return self._tasks.get(block=patience > 0, timeout=patience or None)
            except queue.Empty:
                patience = 0.0 if self._catch_up(_LARGE) else _TRY_AGAIN_S
        return self._tasks.get()

    def _catch_up(self, characters: int) -> bool:
        """Do a piece of follow-up work; return False if another process is writing, so that it must be retried."""
        try:
            self._behind = self._follow.due(self._connection)
            if not self._behind:
                return True
            # No change waits for this work, so it waits for no lock.
            self._connection.execute("PRAGMA busy_timeout = 0")
            try:
                self._sync(full=False)
                self._connection.execute("BEGIN IMMEDIATE")
                self._behind = self._follow.work(self._connection, characters)
                self._connection.execute("COMMIT")
            finally:
                self._connection.execute(f"PRAGMA busy_timeout = {self._busy_ms}")
        except Exception as error:  # noqa: BLE001 - the changes are committed; searches report this error
            told = self._undo(error)
            if isinstance(told, StoreError) and told.code == "busy":
                self._behind = True
                return False
            # Errors that a sound index never raises, such as a violated constraint, mean damage, too.
            whole = told if isinstance(told, StoreError) else failure("corrupt", f"{type(told).__name__}: {told}")
            self._behind = self._follow.failed(self._connection, whole)
        return True

    def _do(self, batch: Sequence[_Task]) -> None:
        batch = [task for task in batch if task.future.set_running_or_notify_cancel()]
        if len(batch) > 1:
            try:
                results = self._transaction(batch)
            except Exception as error:  # noqa: BLE001 - each task is retried alone below and reports its own error
                told = self._undo(error)
                if isinstance(told, StoreError) and told.code == "busy":
                    # Another process holds the lock: trying each task alone would only multiply the wait.
                    for task in batch:
                        task.future.set_exception(told)
                    return
            else:
                for task, result in zip(batch, results, strict=True):
                    task.future.set_result(result)
                return
        for task in batch:
            try:
                result = self._transaction([task])[0] if task.changes else task.work(self._connection)
            except Exception as error:  # noqa: BLE001 - reported through the future
                task.future.set_exception(self._undo(error))
            else:
                task.future.set_result(result)

    def _undo(self, error: Exception) -> Exception:
        let_go(error)
        # After a full disk or an I/O error SQLite may have rolled back already.
        if self._connection.in_transaction:
            self._connection.rollback()
        told = translate(error, self._path) or as_damage(error, self._connection, self._path)
        if told is None and isinstance(error, OverflowError):
            # A row holds a number near the largest integer, and was counted up from there.
            told = failure("corrupt", f"{error} ({self._path})")
        if told is None or told is error:
            return error
        told.__cause__ = error
        return told

    def _transaction(self, batch: Sequence[_Task]) -> list[Any]:
        results = self._begun(batch)
        try:
            # One commit for both, because a commit costs more than a small piece of work.
            self._behind = self._follow.due(self._connection) and self._follow.work(self._connection, _SMALL)
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - retried without the follow-up work to tell which failed
            self._undo(error)
            results = self._begun(batch)
            self._connection.execute("COMMIT")
            self._catch_up(_SMALL)
        return results

    def _begun(self, batch: Sequence[_Task]) -> list[Any]:
        """Begin a transaction and run the changes in it; return their results."""
        self._sync(full=any(task.durable for task in batch))
        self._connection.execute("BEGIN IMMEDIATE")
        return [task.work(self._connection) for task in batch]

    def _sync(self, *, full: bool) -> None:
        if full != self._full:
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}")
            self._full = full

    def _finish(self) -> None:
        # Do not wait for a checkpoint that fails now (active readers, full disk): the last close or the next open
        # retries it, and the next check reports damage in the log.
        try:
            with suppress(*FILE_ERRORS):
                if self._fold:
                    self._connection.execute(f"PRAGMA busy_timeout = {_LAST_WAIT_MS}")
                    self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._connection.close()
