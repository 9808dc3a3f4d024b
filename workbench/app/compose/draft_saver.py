"""Drafts reach the database within a second of the last key.

Invariant: at most `LIMIT_MS` pass between the first unsaved change and the start of its save; a save that fails is
tried again, and the text stays in memory until it succeeded.
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
    """Collects changes and writes the newest draft of one prompt."""

    saved = Signal()
    failed = Signal(str, str)
    """Sentence and detail; emitted again only after a success in between."""
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
        """Whether there are changes that no save has been started for."""
        return self._pending

    @property
    def is_saved(self) -> bool:
        """Whether every change is in the database."""
        flying = self._flying
        return not self._pending and (flying is None or (flying.done() and flying.exception() is None))

    def attach(self, prompt_uid: str, read: Callable[[], Draft]) -> None:
        """Flush what is pending, then watch another prompt; `read` returns its draft as it is now.

        What is pending before the first prompt is attached belongs to that one.
        """
        self.flush()
        self._prompt, self._read = prompt_uid, read
        if self._pending:
            self._limit.start(LIMIT_MS)

    def touch(self) -> None:
        """Note a change."""
        self._pause.start()
        if not self._pending:
            self._pending = True
            self._limit.start(LIMIT_MS)
            self.pending_changed.emit(True)

    def flush(self) -> Future[None] | None:
        """Start the save of what is pending and return its future, None when nothing was pending."""
        if not self._pending or self._read is None:
            return None
        self._pending = False
        self._pause.stop()
        self._limit.stop()
        future = self._save(self._prompt, self._read())
        self._flying = future
        self._tasks.watch(future, lambda _: self._succeeded(), self._failed)
        return future

    def finish(self, within_ms: int) -> bool:
        """Save what is pending and wait for it; False when it is not in the database within that time."""
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
