"""Runs work off the UI thread and delivers results on it.

Invariant: callbacks run on the UI thread and never after `close`; every failure reaches `on_error` or `failed`. What a
callback says belongs to the view in which its work began, or which it showed itself.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from PySide6.QtCore import QEventLoop, QObject, Qt, Signal

from workbench.host.garbage import SmallCollections
from workbench.usecases.problems import problem_of

T = TypeVar("T")


class WorkStoppedError(Exception):
    """Ends work that was stopped; it is not shown."""


class BackgroundTasks(Protocol):
    """The part of `Tasks` that controllers and features use; callbacks run on the UI thread, none after `close`."""

    def run(
        self,
        work: Callable[[], T],
        then: Callable[[T], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        """Run `work` off the UI thread, then `then(result)` or `on_error(error)`; without it, a failure is shown."""

    def run_large(
        self,
        work: Callable[[], T],
        then: Callable[[T], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        """Like `run`, for work that creates a great many objects: collections of garbage stay short."""

    def watch(
        self,
        future: Future[T],
        then: Callable[[T], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        """Like `run` for work that has already started."""

    def on_ui(self, call: Callable[[], Any]) -> None:
        """Run `call` on the UI thread soon; safe from any thread."""

    def report(self, error: BaseException) -> None:
        """Show an error that was handled; on the UI thread only."""


class Tasks(QObject):
    """A small pool for reads and slow calls. `failed(sentence, detail)` is emitted for errors without a handler."""

    failed = Signal(str, str)
    _call = Signal(object)

    def __init__(self, parent: QObject | None = None, workers: int = 3) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="tasks")
        self._collections = SmallCollections()
        self._closed = False
        self._shown, self._began = "", ""
        """The shown view; that in which the work of the running callback began, "" outside of callbacks."""
        self._call.connect(self._invoke, Qt.ConnectionType.QueuedConnection)

    @property
    def began_in(self) -> str:
        """The view in which the work began whose result is handled now; the shown view if there is none."""
        return self._began or self._shown

    def show_view(self, view: str) -> None:
        """Note the view that is shown from now on."""
        self._shown = view
        if self._began:
            self._began = view

    def run(
        self,
        work: Callable[[], T],
        then: Callable[[T], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        """Run `work` on the pool, then `then(result)` or `on_error(error)` on the UI thread."""
        if not self._closed:
            self.watch(self._pool.submit(work), then, on_error)

    def run_large(
        self,
        work: Callable[[], T],
        then: Callable[[T], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        """Like `run`, for work that creates a great many objects: collections of garbage stay short."""

        def collecting_little() -> T:
            with self._collections.during():
                return work()

        self.run(collecting_little, then, on_error)

    def watch(
        self,
        future: Future[T],
        then: Callable[[T], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        """Deliver the outcome of a future made elsewhere on the UI thread."""
        began = self.began_in

        def deliver(done: Future[T]) -> None:
            if self._closed:
                return
            try:
                result = done.result()
            except CancelledError:
                return
            except Exception as error:  # noqa: BLE001 - handed to the UI thread, where it is shown
                failure = error
                self._call.emit(lambda: self._within(began, lambda: self._report(failure, on_error)))
            else:
                if then is not None:
                    self._call.emit(lambda: self._within(began, lambda: then(result)))

        future.add_done_callback(deliver)

    def wait_for(self, work: Callable[[], T]) -> T:
        """Run `work` on the pool and return its result; meanwhile the window repaints but accepts no input.

        Used just before the window closes. Raises what `work` raises.
        """
        future = self._pool.submit(work)
        loop = QEventLoop()
        self.watch(future, lambda _: loop.quit(), lambda _: loop.quit())
        if not future.done():
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        return future.result()

    def on_ui(self, call: Callable[[], Any]) -> None:
        """Run `call` on the UI thread soon; safe from any thread."""
        if not self._closed:
            self._call.emit(call)

    def report(self, error: BaseException) -> None:
        """Show an error caught elsewhere; on the UI thread only."""
        problem = problem_of(error)
        self.failed.emit(problem.sentence, problem.detail)

    def close(self) -> None:
        """Wait for running work, drop queued work, and deliver nothing more."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _invoke(self, call: Callable[[], Any]) -> None:
        if not self._closed:
            call()

    def _within(self, began: str, call: Callable[[], object]) -> None:
        before, self._began = self._began, began
        try:
            call()
        finally:
            self._began = before

    def _report(self, error: Exception, on_error: Callable[[Exception], None] | None) -> None:
        if on_error is not None:
            on_error(error)
            return
        self.report(error)
