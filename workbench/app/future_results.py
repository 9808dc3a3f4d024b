"""Delivers results of futures on the thread of their owner.

Invariant: after `close()`, or once its owner is gone, a `FutureResults` calls nothing; late results are dropped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

S = TypeVar("S")
T = TypeVar("T")


class _Gate:
    """Whether results may still be delivered; the lock keeps the receiver alive during a delivery."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.is_open = True

    def close(self) -> None:
        with self.lock:
            self.is_open = False


class FutureResults(QObject):
    """Watches futures for one owner and calls back on the owner's thread, never before `watch` has returned."""

    _arrived = Signal(object)

    def __init__(self, owner: QObject) -> None:
        super().__init__(owner)
        self._gate = _Gate()
        self._pending: set[Future[Any]] = set()
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self.destroyed.connect(self._gate.close)

    def watch(self, future: Future[T], done: Callable[[T], None], failed: Callable[[BaseException], None]) -> None:
        """Call `done` with the result or `failed` with the exception; nothing is called for a cancelled future."""
        self._pending.add(future)
        future.add_done_callback(partial(self._announce, self._gate, done, failed))

    def forget(self, future: Future[Any]) -> None:
        """Cancel `future` if it has not begun, and drop its result."""
        self._pending.discard(future)
        future.cancel()

    def close(self) -> None:
        """Drop all pending results and cancel what has not begun."""
        self._gate.close()
        for future in tuple(self._pending):
            self.forget(future)

    def _announce(
        self,
        gate: _Gate,
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
        future: Future[Any],
    ) -> None:
        with gate.lock:
            if gate.is_open:
                self._arrived.emit((future, done, failed))

    def _deliver(self, arrival: tuple[Future[Any], Callable[[Any], None], Callable[[BaseException], None]]) -> None:
        future, done, failed = arrival
        if not self._gate.is_open or future not in self._pending:
            return
        self._pending.discard(future)
        try:
            error = future.exception()
        except CancelledError:
            return
        if error is None:
            done(future.result())
        else:
            failed(error)


def sentence_of(error: BaseException, otherwise: str) -> str:
    """Return the sentence that an error carries, or `otherwise` with the error's type.

    The text of an error without a sentence is not shown: HTTP libraries quote header values in theirs, and so keys.
    """
    sentence = getattr(getattr(error, "failure", error), "sentence", "")
    return sentence if isinstance(sentence, str) and sentence else f"{otherwise} ({type(error).__name__})"


def start(work: Callable[[], T]) -> Future[T]:
    """Run `work` on a daemon thread, which never delays the end of the program."""
    return start_thread(work)[0]


def start_thread(work: Callable[[], T]) -> tuple[Future[T], threading.Thread]:
    """Like `start`, but also return the thread, which continues if the future is cancelled."""
    future: Future[T] = Future()
    thread = threading.Thread(target=_finish, args=(future, work), name="background", daemon=True)
    thread.start()
    return future, thread


def start_then(work: Callable[[], Future[S]], read: Callable[[S], T]) -> Future[T]:
    """Run `work` on a daemon thread; the result is `read` applied to the result of the future it returns. No thread
    waits."""
    outer: Future[T] = Future()

    def relay(inner: Future[S]) -> None:
        _finish(outer, lambda: read(inner.result()))

    def begin() -> None:
        try:
            inner = work()
        except BaseException as error:  # noqa: BLE001 - handed over in the future
            _fail(outer, error)
        else:
            inner.add_done_callback(relay)

    threading.Thread(target=begin, name="background", daemon=True).start()
    return outer


def _finish(future: Future[T], work: Callable[[], T]) -> None:
    if future.cancelled():
        return
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - handed over in the future
        _fail(future, error)
    else:
        # The owner may have gone in the meantime, which cancels the future.
        if future.set_running_or_notify_cancel():
            future.set_result(result)


def _fail(future: Future[Any], error: BaseException) -> None:
    if future.set_running_or_notify_cancel():
        future.set_exception(error)
