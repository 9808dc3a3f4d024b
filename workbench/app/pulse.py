"""The clockwork of the window: frames while something streams, and a look at the database once a second.

Invariant: between frames nothing touches widgets because of streaming; when painting is slow, frames become rarer and
never pile up.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.app.tasks import Tasks
from workbench.usecases.workbench import Workbench

FRAME_MS = 33
SLOWEST_FRAME_MS = 250
WATCH_MS = 1000


class Pulse(QObject):
    """`frame(set of output uids)` while something runs; `second` while something runs, for countdowns."""

    frame = Signal(object)
    second = Signal()
    foreign_change = Signal()
    """Another process wrote to the database."""

    def __init__(self, workbench: Workbench, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workbench, self._tasks = workbench, tasks
        self._data_version: int | None = None
        self._frames = QTimer(self, interval=FRAME_MS)
        self._frames.timeout.connect(self.tick)
        self._seconds = QTimer(self, interval=500)
        self._seconds.timeout.connect(self.second)
        self._watch = QTimer(self, interval=WATCH_MS)
        self._watch.timeout.connect(self._look)

    def start_watching(self) -> None:
        """Begin to notice what other processes write."""
        self._look()
        self._watch.start()

    def start(self) -> None:
        """Begin to tick: something was sent."""
        if not self._frames.isActive():
            self._frames.start(FRAME_MS)
            self._seconds.start()

    def tick(self) -> None:
        """One frame; also called by tests that own the clock."""
        before = time.perf_counter()
        dirty = self._workbench.runner.drain_dirty()
        if dirty:
            self.frame.emit(dirty)
        elif not self._workbench.runner.running():
            self._frames.stop()
            self._seconds.stop()
            self.second.emit()
        spent = (time.perf_counter() - before) * 1000
        wanted = min(SLOWEST_FRAME_MS, max(FRAME_MS, int(spent * 3)))
        if self._frames.isActive() and wanted != self._frames.interval():
            self._frames.setInterval(wanted)

    def stop(self) -> None:
        """Stop all timers."""
        for timer in (self._frames, self._seconds, self._watch):
            timer.stop()

    def _look(self) -> None:
        self._tasks.run(self._workbench.store.data_version, self._looked)

    def _looked(self, version: int) -> None:
        # The first look counts as a change: something may have been written since the lists were read.
        changed = version != self._data_version
        self._data_version = version
        if changed:
            self.foreign_change.emit()
