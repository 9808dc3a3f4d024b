"""Saves the draft to the database within a second of the last key press.

Invariant: at most `LIMIT_MS` pass between the first unsaved change and the start of its save. A failed save is retried,
and the text stays in memory until a save succeeds.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from workbench.app.tasks import Tasks
from workbench.core.drafts import Draft
from workbench.usecases.problems import problem_of

PAUSE_MS = 350
LIMIT_MS = 800
RETRY_MS = 2000


class DraftSaver(QObject):
    """Coalesces changes and writes the newest draft of one prompt."""

    touched = Signal()
    saved = Signal()
    failed = Signal(str, str)
    """Sentence and detail; after a failure, emitted again only once a save has succeeded in between."""
    pending_changed = Signal(bool)

    def __init__(self, tasks: Tasks, save: Callable[[str, Draft], Future[None]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks, self._save = tasks, save
        self._read: Callable[[], Draft] | None = None
        self._prompt = ""
        self._failing = False
        self._pending = False
        self._flying: Future[None] | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._limit = QTimer(self, singleShot=True, interval=LIMIT_MS)
        self._pause.timeout.connect(self.flush)
        self._limit.timeout.connect(self.flush)

    @property
    def pending(self) -> bool:
        """Whether there are changes for which no save has started."""
        return self._pending

    @property
    def is_saved(self) -> bool:
        """Whether every change is in the database."""
        flying = self._flying
        return not self._pending and (flying is None or (flying.done() and flying.exception() is None))

    def attach(self, prompt_uid: str, read: Callable[[], Draft]) -> None:
        """Flush pending changes, then watch another prompt; `read` returns its current draft.

        Changes pending before the first prompt is attached belong to that prompt.
        """
        self.flush()
        self._prompt, self._read = prompt_uid, read
        if self._pending:
            self._limit.start(LIMIT_MS)

    def touch(self) -> None:
        """Record a change."""
        self.touched.emit()
        self._pause.start()
        if not self._pending:
            self._pending = True
            self._limit.start(LIMIT_MS)
            self.pending_changed.emit(True)

    def flush(self) -> Future[None] | None:
        """Start saving pending changes and return the future, or None if nothing is pending."""
        if not self._pending or self._read is None:
            return None
        self._pending = False
        self._pause.stop()
        self._limit.stop()
        future = self._save(self._prompt, self._read())
        self._flying = future
        self._tasks.watch(future, lambda _: self._succeeded(), self._failed)
        return future

    def store(self) -> Future[None] | None:
        """Start saving pending changes, and return the save that is not over or failed; None if all is stored."""
        future = self.flush() or self._flying
        return None if future is None or (future.done() and future.exception() is None) else future

    def finish(self, within_ms: int) -> bool:
        """Save pending changes and wait; return False if they are not in the database within `within_ms`."""
        future = self.flush() or self._flying
        if future is None:
            return True
        loop = QEventLoop()
        patience = QTimer(singleShot=True, interval=within_ms)
        patience.timeout.connect(loop.quit)
        self._tasks.watch(future, lambda _: loop.quit(), lambda _: loop.quit())
        if not future.done():
            patience.start()
            loop.exec()
            patience.stop()
        return future.done() and future.exception() is None

    def _succeeded(self) -> None:
        self._failing = False
        if not self.pending:
            self.pending_changed.emit(False)
        self.saved.emit()

    def _failed(self, error: Exception) -> None:
        if not self._pending:
            self._pending = True
            self._limit.start(RETRY_MS)
        if not self._failing:
            self._failing = True
            problem = problem_of(error)
            self.failed.emit(problem.sentence, problem.detail)
