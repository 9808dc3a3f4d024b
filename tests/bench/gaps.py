"""How long the UI thread of a window that is measured serves nobody.

Invariant: gaps are those between turns of a timer of that thread, so whatever holds it up counts: its own work, and
work of other threads that holds the interpreter.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer

TICK_MS = 1


class Gaps(QObject):
    """Looks for the longest time in which the UI thread served nobody."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.worst: dict[str, list[float]] = {}
        """By step the longest gap in ms, and the processor time of the UI thread in it."""
        self.busiest: dict[str, float] = {}
        """By step the most processor time of the UI thread in a gap, in ms; others on the machine do not change it."""
        self._step, self._at, self._cpu = "", 0, 0
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def begin(self, step: str) -> None:
        """Count gaps for another step."""
        self._step, self._at, self._cpu = step, time.monotonic_ns(), time.thread_time_ns()

    def _tick(self) -> None:
        now, cpu = time.monotonic_ns(), time.thread_time_ns()
        if self._step:
            gap = [(now - self._at) / 1e6, (cpu - self._cpu) / 1e6]
            self.worst[self._step] = max(self.worst.get(self._step, [0.0, 0.0]), gap)
            self.busiest[self._step] = max(self.busiest.get(self._step, 0.0), gap[1])
        self._at, self._cpu = now, cpu
