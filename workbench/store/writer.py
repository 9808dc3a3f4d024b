"""The one thread that writes.

Invariant: all changes go through one connection, in the order they were asked for, each either whole or not at all.
A future is resolved only after the transaction that holds its change was committed. Of what follows from changes (the
search index), a small piece is done in their transaction and the rest when nobody waits; its failure is no failure of a
change, which is then made again without it.
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

# What waits while a transaction runs is written in the next one together; this bounds how long others are locked out.
_BATCH = 64
_LAST_WAIT_MS = 200
_SMALL, _LARGE = 64_000, 600_000
"""Characters to index while somebody waits, some ms, and while nobody does, which the next change waits for."""
_TRY_AGAIN_S = 0.5


class Follow(Protocol):
    """Work that follows from changes."""

    def due(self, connection: sqlite3.Connection) -> bool:
        """Whether there is anything to do."""

    def work(self, connection: sqlite3.Connection, characters: int) -> bool:
        """Do about so much of it, inside a transaction; return whether more is to do."""

    def failed(self, connection: sqlite3.Connection, error: StoreError) -> bool:
        """Hear why a piece failed, outside of any transaction; return whether to go on."""


@dataclass(frozen=True, slots=True)
class _Task:
    """`work` gets the connection. It may run twice (when others or what follows failed), so it touches nothing else."""

    work: Callable[[sqlite3.Connection], Any]
    durable: bool
    future: Future[Any]
    changes: bool = True


class Writer:
    """Runs changes on its own thread; `durable` ones are on the disk (synchronous=FULL) when their future is done."""

    def __init__(self, connection: sqlite3.Connection, path: Path, follow: Follow, busy_ms: int) -> None:
        self._connection = connection
        self._path = path
        self._follow = follow
        self._busy_ms = busy_ms
        # An earlier process may have left something to do.
        self._behind = True
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._closed = False
        self._fold = self._follows = True
        self._full = True
        self._thread = threading.Thread(target=self._run, name="history-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[sqlite3.Connection], T], *, durable: bool) -> Future[T]:
        """Queue a change; the future holds what `work` returns, or a StoreError."""
        return self._put(work, durable=durable, changes=True)

    def ask(self, look: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue something that only looks at the connection, outside of any transaction."""
        return self._put(look, durable=False, changes=False)

    def rest(self) -> None:
        """Follow up on no changes any more; for work that is asked for here."""
        self._follows = False

    def close(self, *, fold: bool = True) -> None:
        """Finish everything queued, close the connection; `fold` the log into the file before. Safe to repeat."""
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
        """Wait for the next task, and follow up meanwhile; None is the end."""
        patience = 0.0
        while self._behind and self._follows:
            try:
                return self._tasks.get(block=patience > 0, timeout=patience or None)
            except queue.Empty:
                patience = 0.0 if self._catch_up(_LARGE) else _TRY_AGAIN_S
        return self._tasks.get()

    def _catch_up(self, characters: int) -> bool:
        """Do a piece of what follows; return False when another process is writing, and it has to be tried again."""
        try:
            self._behind = self._follow.due(self._connection)
            if not self._behind:
                return True
            # Nobody's change waits for this, so neither does it wait for others.
            self._connection.execute("PRAGMA busy_timeout = 0")
            try:
                self._sync(full=False)
                self._connection.execute("BEGIN IMMEDIATE")
                self._behind = self._follow.work(self._connection, characters)
                self._connection.execute("COMMIT")
            finally:
                self._connection.execute(f"PRAGMA busy_timeout = {self._busy_ms}")
        except Exception as error:  # noqa: BLE001 - what was changed is committed; this is told to whoever searches
            told = self._undo(error)
            if isinstance(told, StoreError) and told.code == "busy":
                self._behind = True
                return False
            # What a sound index never answers, such as a violated constraint, is damage, too.
            whole = told if isinstance(told, StoreError) else failure("corrupt", f"{type(told).__name__}: {told}")
            self._behind = self._follow.failed(self._connection, whole)
        return True

    def _do(self, batch: Sequence[_Task]) -> None:
        batch = [task for task in batch if task.future.set_running_or_notify_cancel()]
        if len(batch) > 1:
            try:
                results = self._transaction(batch)
            except Exception as error:  # noqa: BLE001 - below, each task is tried alone and reports its own error
                told = self._undo(error)
                if isinstance(told, StoreError) and told.code == "busy":
                    # The lock belongs to somebody else: trying each alone would only multiply the wait.
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
            except Exception as error:  # noqa: BLE001 - belongs to whoever waits for the future
                task.future.set_exception(self._undo(error))
            else:
                task.future.set_result(result)

    def _undo(self, error: Exception) -> Exception:
        let_go(error)
        # After a full disk or an I/O error SQLite may have rolled back by itself.
        if self._connection.in_transaction:
            self._connection.rollback()
        told = translate(error, self._path) or as_damage(error, self._connection, self._path)
        if told is None and isinstance(error, OverflowError):
            # A row holds a number near the largest one there is, and was counted on from there.
            told = failure("corrupt", f"{error} ({self._path})")
        if told is None or told is error:
            return error
        told.__cause__ = error
        return told

    def _transaction(self, batch: Sequence[_Task]) -> list[Any]:
        results = self._begun(batch)
        try:
            # One commit for both: what a commit costs is more than what a small piece does.
            self._behind = self._follow.due(self._connection) and self._follow.work(self._connection, _SMALL)
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whose fault it was shows when each is tried without the other
            self._undo(error)
            results = self._begun(batch)
            self._connection.execute("COMMIT")
            self._catch_up(_SMALL)
        return results

    def _begun(self, batch: Sequence[_Task]) -> list[Any]:
        """Begin a transaction and make the changes in it; return what they return."""
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
