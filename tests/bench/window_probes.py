"""Probes inside a window that do what a person would do, print one JSON line on standard output, and close it.

| probe | what it does | what it prints |
|---|---|---|
| startup | types a letter once the draft is visible | {"typed": true, "painted_ms": …, "cpu_ms": …} |
| complete | the same, then waits until the window is complete | the same, "complete_ms", "complete_cpu_ms" |
| first_token | runs all lanes once the draft is visible | {"first_token_ms": …} |
| memory | runs all lanes, then waits until standard input closes | {"ready": true, "states": […]} |

Times count from BENCH_STARTED_NS, CLOCK_MONOTONIC of the parent just before it started this process.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSocketNotifier, Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

PROBES = ("startup", "complete", "first_token", "memory")
_RUN = QKeySequence("Ctrl+Return")
_POLL_MS = 100


def install(probe: str, window: QWidget, editor_viewport: QWidget, focus: Callable[[], object]) -> None:
    """Start a probe once the next paint of the draft is over.

    A `window` that is completed later has a signal `completed` and a flag `is_complete`. `editor_viewport` is the
    viewport of the text field to type into; `focus` focuses that field. Raises ValueError for an unknown probe.
    """
    since_ns = int(os.environ.get("BENCH_STARTED_NS", "0"))
    if probe == "startup":
        begin = _Startup(window, editor_viewport, focus, since_ns).type_letter
    elif probe == "complete":
        begin = _Complete(window, editor_viewport, focus, since_ns).type_letter
    elif probe == "first_token":
        begin = _FirstToken(window, since_ns).run
    elif probe == "memory":
        begin = _Memory(window).run
    else:
        raise ValueError(f"There is no probe {probe!r}; there are: {', '.join(PROBES)}.")
    Painted(editor_viewport, begin)


class Painted(QObject):
    """Calls back once the next paint of a widget is on the screen."""

    def __init__(self, widget: QWidget, then: Callable[[], None]) -> None:
        super().__init__(widget)
        self._then = then
        widget.installEventFilter(self)
        widget.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            # The filter runs before the paint; the result is flushed before the next timer can fire.
            QTimer.singleShot(0, self, self._done)
        return False

    def _done(self) -> None:
        self.deleteLater()
        self._then()


class _Startup(QObject):
    def __init__(self, window: QWidget, viewport: QWidget, focus: Callable[[], object], since_ns: int) -> None:
        super().__init__(window)
        self._window, self._viewport, self._focus, self._since_ns = window, viewport, focus, since_ns
        field = viewport.parentWidget()
        if not isinstance(field, QPlainTextEdit):
            raise TypeError("the viewport to type into belongs to no text field")
        self._field = field

    def type_letter(self) -> None:
        self._focus()
        before = self._field.document().characterCount()
        key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier, "x")
        QApplication.sendEvent(self._field, key)
        typed = self._field.document().characterCount() == before + 1
        Painted(self._viewport, lambda: self._report(typed))

    def _report(self, typed: bool) -> None:
        _tell({"typed": typed, "painted_ms": _elapsed_ms(self._since_ns), "cpu_ms": time.process_time_ns() / 1e6})
        self._window.close()


class _Complete(_Startup):
    def _report(self, typed: bool) -> None:
        told: dict[str, Any] = {"typed": typed, "painted_ms": _elapsed_ms(self._since_ns)}
        told["cpu_ms"] = time.process_time_ns() / 1e6

        def tell() -> None:
            told["complete_ms"], told["complete_cpu_ms"] = _elapsed_ms(self._since_ns), time.process_time_ns() / 1e6
            _tell(told)
            self._window.close()

        # What is connected to the completion comes first.
        when_complete(self._window, lambda: QTimer.singleShot(0, self, tell))


class _FirstToken(QObject):
    def __init__(self, window: QWidget, since_ns: int) -> None:
        super().__init__(window)
        self._window, self._since_ns = window, since_ns
        self._done = False
        self._areas: dict[QObject, Any] = {}

    def run(self) -> None:
        from workbench.ui.widgets.reader import ReadingArea

        def watch() -> None:
            for area in self._window.findChildren(ReadingArea):
                area.changed.connect(lambda area=area: self._watch(area))
                self._watch(area)

        when_complete(self._window, watch)
        press_run(self._window)

    def _watch(self, area: Any) -> None:
        """Watch the paints of the current page; each page has a viewport of its own."""
        viewport = area.page.view.viewport()
        if viewport not in self._areas:
            self._areas[viewport] = area
            viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint and not self._done and not self._areas[watched].is_empty:
            self._done = True
            QTimer.singleShot(0, self, self._report)
        return False

    def _report(self) -> None:
        _tell({"first_token_ms": _elapsed_ms(self._since_ns)})
        self._window.close()


class _Memory(QObject):
    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._look)
        self._stdin = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._stdin.activated.connect(self._input)

    def run(self) -> None:
        press_run(self._window)
        self._timer.start()

    def _look(self) -> None:
        from workbench.core.runs import ENDED
        from workbench.ui.features.lanes.view import LanesView

        view = self._window.findChild(LanesView)
        columns = [view.column(slot) for slot in view.slots()] if view is not None else []
        states = [column.status.state for column in columns if column is not None]
        if states and all(state in ENDED for state in states):
            self._timer.stop()
            _tell({"ready": True, "states": states})

    def _input(self) -> None:
        if not os.read(sys.stdin.fileno(), 4096):
            self._stdin.setEnabled(False)
            self._window.close()


def when_complete(window: QWidget, then: Callable[[], None]) -> None:
    """Call `then` when all parts of the product's window exist, immediately if they do."""
    product: Any = window
    if product.is_complete:
        then()
    else:
        product.completed.connect(then)


def press_run(window: QWidget) -> None:
    """Press Ctrl+Enter as a real keyboard does: as a shortcut first, and else as a key press of the window."""
    action = next((a for a in window.findChildren(QAction) if _RUN in a.shortcuts() and a.isEnabled()), None)
    if action is not None:
        action.trigger()
    else:
        key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, "\r")
        QApplication.sendEvent(QApplication.focusWidget() or window, key)


def _elapsed_ms(since_ns: int) -> float:
    return (time.monotonic_ns() - since_ns) / 1e6


def _tell(data: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()
