"""Scripted walks through the real main window while a timer measures gaps of the UI thread.

Invariant: everything is done by keys, commands and scroll bars; each step starts once the result of the previous one is
there. At the end one JSON line is printed with the values of the walk, and for each step: `gaps`, the longest gap in ms
and the CPU time of the UI thread in it; `busiest`, the most such CPU time in any gap; `own`, the most CPU time of the
whole process in any gap, but at most the gap, because a thread that holds the GIL delays the UI thread as well.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from tests.bench import window_probes
from tests.bench.product_window import run_window
from tests.ui.driver import WindowDriver

TICK_MS = 1
LOOK_MS = 1
CALM_MS = 150
Steps = Iterator[Callable[[], bool]]


class Gaps(QObject):
    """Measures the longest gap between timer events of the UI thread."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.worst: dict[str, list[float]] = {}
        self.busiest: dict[str, float] = {}
        """The most CPU time in a gap, by step; independent of other processes."""
        self.own: dict[str, float] = {}
        """The most of a gap that this process can have caused, by step."""
        self._step, self._at, self._cpu, self._process = "", 0, 0, 0
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def begin(self, step: str) -> None:
        """Count gaps for the next step."""
        self._step = step
        self._at, self._cpu, self._process = time.monotonic_ns(), time.thread_time_ns(), time.process_time_ns()

    def _tick(self) -> None:
        now, cpu, process = time.monotonic_ns(), time.thread_time_ns(), time.process_time_ns()
        if self._step:
            gap = [(now - self._at) / 1e6, (cpu - self._cpu) / 1e6]
            self.worst[self._step] = max(self.worst.get(self._step, [0.0, 0.0]), gap)
            self.busiest[self._step] = max(self.busiest.get(self._step, 0.0), gap[1])
            own = min(gap[0], (process - self._process) / 1e6)
            self.own[self._step] = max(self.own.get(self._step, 0.0), own)
        self._at, self._cpu, self._process = now, cpu, process


class _PaintedWith(QObject):
    """Watches for a paint that has reached the screen, without requesting one."""

    def __init__(self, widget: QWidget, holds: Callable[[], bool]) -> None:
        super().__init__(widget)
        self._holds = holds
        self.is_done = False
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint and self._holds():
            watched.removeEventFilter(self)
            # The filter runs before the paint; the paint is flushed before the next timer can fire.
            QTimer.singleShot(0, self, self._end)
        return False

    def _end(self) -> None:
        self.is_done = True
        self.deleteLater()


class Walk(QObject):
    """A walk. `steps` drives the window and yields conditions to wait for."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        found = WindowDriver.of(window)
        assert found is not None
        self.product = found
        self.gaps = Gaps(self)
        self.told: dict[str, object] = {}
        self.paints = 0
        self._steps = self.steps()
        self._holds: Callable[[], bool] = lambda: True
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)

    def begin(self) -> None:
        """Start once the window is idle."""
        QTimer.singleShot(1000, self._timer.start)

    def steps(self) -> Steps:
        """Drive the window; yield a condition to wait for."""
        raise NotImplementedError

    def calm(self, ms: int = CALM_MS) -> Callable[[], bool]:
        """Return a condition that holds after `ms`."""
        until = time.monotonic_ns() + ms * 1_000_000
        return lambda: time.monotonic_ns() > until

    def painted(self, widget: QWidget) -> Callable[[], bool]:
        """Return a condition that holds once the widget is painted after this call."""
        before = self.paints
        window_probes.Painted(widget, self._count_paint)
        return lambda: self.paints > before

    def painted_with(self, widget: QWidget, holds: Callable[[], bool]) -> Callable[[], bool]:
        """Return a condition that holds once the widget was painted, unprompted, while `holds` was true."""
        watch = _PaintedWith(widget, holds)
        return lambda: watch.is_done

    def _count_paint(self) -> None:
        self.paints += 1

    def _look(self) -> None:
        if self._holds():
            self._holds = next(self._steps, self._report)

    def _report(self) -> bool:
        self._timer.stop()
        gaps = {"gaps": self.gaps.worst, "busiest": self.gaps.busiest, "own": self.gaps.own}
        sys.stdout.write(json.dumps(self.told | gaps) + "\n")
        sys.stdout.flush()
        self._window.close()
        return False


def go(walk: type[Walk]) -> int:
    """Open the window and go once it is complete."""

    def install(window: QWidget, editor_viewport: QWidget, focus: object) -> None:
        assert isinstance(editor_viewport.parentWidget(), QPlainTextEdit)
        window_probes.when_complete(window, lambda: window_probes.Painted(editor_viewport, walk(window).begin))

    return run_window(install)
