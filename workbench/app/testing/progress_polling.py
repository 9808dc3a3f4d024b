"""Asks how far the shown run of a test is, while a view shows it.

Invariant: one question is under way at a time. Its answer is dropped if another run or set was asked for meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.app.testing.source import ShownProgress, SuiteSource

POLL_MS = 400


class ProgressPolling(QObject):
    """`progressed(ShownProgress)` is emitted for each answer."""

    progressed = Signal(object)
    refused = Signal(object)
    """Exception"""

    def __init__(
        self, source: SuiteSource, tasks: BackgroundTasks, target: Callable[[], tuple[str, int]], parent: QObject
    ) -> None:
        """`target` returns the uid of the shown run, "" for none, and a number that changes with what is asked for."""
        super().__init__(parent)
        self._source, self._tasks, self._target = source, tasks, target
        self._is_asking = False
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._ask)

    @property
    def is_active(self) -> bool:
        """Whether it asks at intervals."""
        return self._timer.isActive()

    def start(self) -> None:
        """Ask at intervals from now on."""
        self._timer.start()

    def stop(self) -> None:
        """Ask no longer."""
        self._timer.stop()
        self._is_asking = False

    def _ask(self) -> None:
        uid, request = self._target()
        if not uid:
            self.stop()
            return
        if self._is_asking:
            return
        self._is_asking = True

        def show(progress: ShownProgress) -> None:
            self._is_asking = False
            if self._target()[1] == request:
                self.progressed.emit(progress)

        def fail(error: Exception) -> None:
            self.stop()
            self.refused.emit(error)

        self._tasks.run(lambda: self._source.progress(uid), show, fail)
