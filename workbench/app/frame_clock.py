"""The timers of the window: frames while something streams, and a check of the database file once a second.

The locks of other processes are checked as well while they run, because a killed process leaves no write to notice.

Invariant: between frames, streaming touches no widgets. A frame is short whatever the number of outputs, so that keys
and paints get their turn, and no output starves. When an output is slow, frames become rarer and never pile up.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.app.tasks import Tasks
from workbench.store import StoreError
from workbench.usecases.other_processes import OtherProcessesSeen, ended_elsewhere
from workbench.usecases.workbench import Workbench

FRAME_MS = 16
BUDGET_MS = 3
"""Time budget of a frame: outputs left when it is spent move to the next frame."""
_LEAST_PAUSE_MS = 8
"""The pause between two frames while outputs wait for their turn."""
SLOWEST_FRAME_MS = 250
WATCH_MS = 1000
LOOKS_BETWEEN = 10
"""One in this many checks of the database also checks whether the processes beside this one are alive."""


class FrameTurns:
    """A queue of outputs to update, in the order in which they changed."""

    def __init__(self, clock_ms: Callable[[], float]) -> None:
        self._clock_ms = clock_ms
        self._waiting: dict[str, None] = {}

    def add(self, outputs: set[str]) -> None:
        """Append outputs to the queue."""
        self._waiting.update(dict.fromkeys(sorted(outputs)))

    def take(self, show: Callable[[str], object], budget_ms: float) -> float:
        """Update at least one queued output, and more until `budget_ms` is spent; return the ms spent."""
        began = self._clock_ms()
        spent = 0.0
        while self._waiting and spent < budget_ms:
            output = next(iter(self._waiting))
            del self._waiting[output]
            show(output)
            spent = self._clock_ms() - began
        return spent

    def __bool__(self) -> bool:
        """Whether any output is queued."""
        return bool(self._waiting)


class FrameClock(QObject):
    """Emits `frame(set of output uids)` while something runs, and `second` for countdowns while something runs."""

    frame = Signal(object)
    second = Signal()
    foreign_change = Signal()
    """Another process wrote to the database."""
    moved = Signal(str, str)
    """The history file is gone from its path, or another file is there: a sentence and the detail, emitted once.

    Both are "" when the file is back.
    """
    recovered = Signal(str)
    """An output or job left unfinished by a dead process was ended; a sentence about it."""

    def __init__(self, workbench: Workbench, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workbench, self._tasks = workbench, tasks
        self._data_version: int | None = None
        self._is_looking = False
        self._moved = ""
        self._others_run = False
        self._looks = 0
        self._turns = FrameTurns(lambda: time.perf_counter() * 1000)
        self._frames = QTimer(self, interval=FRAME_MS)
        self._frames.timeout.connect(self.tick)
        self._seconds = QTimer(self, interval=500)
        self._seconds.timeout.connect(self.second)
        self._watch = QTimer(self, interval=WATCH_MS)
        self._watch.timeout.connect(self._look)

    def start_watching(self) -> None:
        """Start watching for writes of other processes."""
        self._look()
        self._watch.start()

    def start(self) -> None:
        """Start the frame timer, because something was sent."""
        if not self._frames.isActive():
            self._frames.start(FRAME_MS)
            self._seconds.start()

    def tick(self) -> None:
        """Process one frame. Tests that own the clock call it directly."""
        spent = 0.0
        # Read first: an output that ends between the two calls would be left without a frame.
        is_running = bool(self._workbench.runner.running())
        self._turns.add(self._workbench.runner.drain_dirty())
        if self._turns:
            spent = self._turns.take(lambda output: self.frame.emit({output}), BUDGET_MS)
        elif not is_running:
            self._frames.stop()
            self._seconds.stop()
            self.second.emit()
        # Queued outputs have already waited a frame; the pause only has to let keys and paints in.
        pause = spent * (1.5 if self._turns else 3)
        wanted = min(SLOWEST_FRAME_MS, max(_LEAST_PAUSE_MS if self._turns else FRAME_MS, int(pause)))
        if self._frames.isActive() and wanted != self._frames.interval():
            self._frames.setInterval(wanted)

    def stop(self) -> None:
        """Stop all timers."""
        for timer in (self._frames, self._seconds, self._watch):
            timer.stop()

    def _look(self) -> None:
        # One check at a time: if another file is at the path, a check takes as long as copying the history.
        if not self._is_looking:
            self._is_looking = True
            self._tasks.run(self._see, self._looked, self._not_seen)

    def _see(self) -> tuple[StoreError | None, int]:
        store = self._workbench.store
        return store.look_at_place(), store.data_version()

    def _not_seen(self, error: Exception) -> None:
        self._is_looking = False
        self._tasks.report(error)

    def _looked(self, seen: tuple[StoreError | None, int]) -> None:
        self._is_looking = False
        moved, version = seen
        sentence = moved.sentence if moved else ""
        if sentence != self._moved:
            self._moved = sentence
            self.moved.emit(sentence, moved.detail if moved else "")
        # The first check counts as a change: something may have been written since the lists were read.
        changed = version != self._data_version
        self._data_version = version
        self._looks += 1
        if changed:
            self.foreign_change.emit()
        if changed or (self._others_run and self._looks >= LOOKS_BETWEEN):
            self._looks = 0
            self._tasks.run(self._workbench.others.look, self._seen)

    def _seen(self, seen: OtherProcessesSeen) -> None:
        self._others_run = seen.running
        if sentence := ended_elsewhere(seen.recovered):
            self.recovered.emit(sentence)
            self.foreign_change.emit()
