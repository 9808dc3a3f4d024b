"""The real main window with probes that record when streamed answers and typed letters are painted.

Invariant: the probes only observe and type; everything they observe is the product. Times are CLOCK_MONOTONIC ns, which
all processes share. Runs all lanes twice, the first time to warm up, and prints one JSON line:
`paints` {lane: [[time, characters], …]}, `keys` [ms, …], `gaps` [ms, …].
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from tests.bench import window_probes
from tests.bench.product_window import run_window
from workbench.core.runs import ENDED
from workbench.ui.features.lanes.column import LaneColumn
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.widgets.reader.markdown import MarkdownView

HEIGHT = 1300
WIDTHS = range(2400, 8000, 200)  # the first width with all lanes in view is used, because lanes outside are not painted
KEY_S = 0.083
PULSE_MS = 4
SETTLE_MS = 1500


class Typist(QObject):
    """Types from its own thread, as a keyboard does, so that a busy window does not slow it down."""

    pressed = Signal(object)

    def __init__(self, field: QPlainTextEdit) -> None:
        super().__init__(field)
        self.latencies: list[float] = []
        self._field = field
        self._waiting: list[int] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._type, daemon=True)
        self.pressed.connect(self._press, Qt.ConnectionType.QueuedConnection)
        field.viewport().installEventFilter(self)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _type(self) -> None:
        while not self._over.wait(KEY_S):
            self.pressed.emit(time.monotonic_ns())

    def _press(self, since: int) -> None:
        letter = "x" if len(self.latencies) % 6 else " "
        key = Qt.Key.Key_X if letter == "x" else Qt.Key.Key_Space
        self._waiting.append(since)
        QApplication.sendEvent(
            self._field, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, letter)
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's own name
        if event.type() == QEvent.Type.Paint and self._waiting:
            painted, self._waiting = self._waiting, []
            QTimer.singleShot(0, self, lambda: self._done(painted))
        return False

    def _done(self, painted: list[int]) -> None:
        now = time.monotonic_ns()
        self.latencies.extend((now - since) / 1e6 for since in painted)


class Watcher(QObject):
    """Records how much of each answer has been painted, and when."""

    def __init__(self, columns: list[LaneColumn]) -> None:
        super().__init__()
        self.paints: list[list[tuple[int, int]]] = [[] for _ in columns]
        self._columns = columns
        self._painting: dict[int, int] = {}
        self._lane: dict[QObject, int] = {}
        for lane, column in enumerate(columns):
            column.reading.changed.connect(lambda lane=lane: self._watch(lane))
            self._watch(lane)

    def _watch(self, lane: int) -> None:
        """Also watch the page in front, because detecting the format of an answer can replace the page."""
        reading = self._columns[lane].reading
        viewport = reading.page.view.viewport()
        if viewport not in self._lane:
            self._lane[viewport] = lane
            viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's own name
        if event.type() == QEvent.Type.Paint:
            if not self._painting:
                QTimer.singleShot(0, self, self._note)
            lane, view = self._lane[watched], watched.parent()
            if view is self._columns[lane].reading.page.view:
                self._painting[lane] = _written(view)
        return False

    def _note(self) -> None:
        now = time.monotonic_ns()
        for lane, characters in self._painting.items():
            self.paints[lane].append((now, characters))
        self._painting.clear()

    def clear(self) -> None:
        """Clear all records."""
        self._painting.clear()
        for paints in self.paints:
            paints.clear()


def _written(view: QObject) -> int:
    if isinstance(view, MarkdownView):
        return view.written
    assert isinstance(view, QPlainTextEdit)
    return view.document().characterCount() - 1


class Pulse(QObject):
    """Measures the gaps between timer events of the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._last = time.monotonic_ns()
        self._timer.start(PULSE_MS)

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        now = time.monotonic_ns()
        self.gaps.append((now - self._last) / 1e6)
        self._last = now


class Session(QObject):
    """Warms up, waits, measures, reports."""

    def __init__(self, window: QWidget, viewport: QWidget) -> None:
        super().__init__(window)
        self._window = window
        field = viewport.parentWidget()
        assert isinstance(field, QPlainTextEdit)
        lanes = window.findChild(LanesView)
        assert lanes is not None
        self._columns = [column for slot in lanes.slots() if (column := lanes.column(slot)) is not None]
        self._watcher = Watcher(self._columns)
        self._typist, self._pulse = Typist(field), Pulse()
        self._run = next(a for a in window.findChildren(QAction) if QKeySequence("Ctrl+Return") in a.shortcuts())

    def begin(self) -> None:
        for width in WIDTHS:
            self._window.resize(width, HEIGHT)
            QApplication.processEvents()
            if not any(column.answer.viewport().visibleRegion().isEmpty() for column in self._columns):
                break
        else:
            raise RuntimeError("a lane is out of view, so it would never be painted")
        self._run.trigger()
        self._when_ended(lambda: QTimer.singleShot(SETTLE_MS, self, self._measure))

    def _measure(self) -> None:
        self._typist.start()
        self._pulse.start()
        self._run.trigger()
        self._watcher.clear()  # now that the answers of the previous run have been cleared from the lanes
        self._when_ended(self._stop)

    def _stop(self) -> None:
        self._pulse.stop()
        self._typist.stop()
        QTimer.singleShot(SETTLE_MS, self, self._report)  # the last words may not be painted yet

    def _report(self) -> None:
        texts = [column.reading.exact_text[:4] for column in self._columns]
        data = {
            "paints": dict(zip(texts, self._watcher.paints, strict=True)),
            "keys": self._typist.latencies,
            "gaps": self._pulse.gaps,
            "width": self._window.width(),
            "modes": [column.reading.mode for column in self._columns],
            "states": [column.status.state for column in self._columns],
        }
        sys.stdout.write(json.dumps(data) + "\n")
        sys.stdout.flush()
        self._window.close()

    def _when_ended(self, then: Callable[[], None]) -> None:
        running = False
        timer = QTimer(self, interval=50)

        def look() -> None:
            nonlocal running
            ended = all(column.status.state in ENDED for column in self._columns)
            running = running or not ended
            if running and ended:
                timer.deleteLater()
                then()

        timer.timeout.connect(look)
        timer.start()


def install(window: QWidget, editor_viewport: QWidget, focus: Callable[[], object]) -> None:
    """Measure once the window is complete."""

    def begin() -> None:
        window_probes.Painted(editor_viewport, Session(window, editor_viewport).begin)

    window_probes.when_complete(window, begin)


if __name__ == "__main__":
    sys.exit(run_window(install))
