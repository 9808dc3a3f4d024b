"""The real main window, which types a letter and presses Ctrl+Enter again and again.

Invariant: a press is a key event to the focused field, as from a keyboard. The next one follows once the previous run
is completely recorded and the window has been idle for a moment. Prints one JSON line: `presses` [ns of
CLOCK_MONOTONIC, …]. BENCH_LOOP holds the number of presses.
"""

from __future__ import annotations

import json
import os
import sys
import time

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from tests.bench import window_probes
from tests.bench.product_window import run_window
from tests.ui.driver import WindowDriver

POLL_MS, SETTLE_MS = 20, 120
_NONE, _CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


class Presser(QObject):
    """Types, presses, waits, and reports at the end."""

    def __init__(self, window: QWidget, field: QPlainTextEdit, wanted: int) -> None:
        super().__init__(window)
        self._window, self._field, self._wanted = window, field, wanted
        product = WindowDriver.of(window)
        assert product is not None
        self._runner = product.workbench.runner
        self._presses: list[int] = []
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._look)

    def begin(self) -> None:
        """Press for the first time."""
        self._field.setFocus()
        self._press()
        self._timer.start()

    def _press(self) -> None:
        self._key(Qt.Key.Key_X, _NONE, "x")
        self._presses.append(time.monotonic_ns())
        self._key(Qt.Key.Key_Return, _CONTROL, "\r")

    def _key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier, text: str) -> None:
        QApplication.sendEvent(self._field, QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text))

    def _look(self) -> None:
        if self._runner.running() or time.monotonic_ns() - self._presses[-1] < SETTLE_MS * 1_000_000:
            return
        if len(self._presses) < self._wanted:
            self._press()
            return
        self._timer.stop()
        sys.stdout.write(json.dumps({"presses": self._presses}) + "\n")
        sys.stdout.flush()
        self._window.close()


def install(window: QWidget, editor_viewport: QWidget, focus: object) -> None:
    """Press once the window is complete."""
    field = editor_viewport.parentWidget()
    assert isinstance(field, QPlainTextEdit)
    wanted = int(os.environ["BENCH_LOOP"])

    def begin() -> None:
        window_probes.Painted(editor_viewport, Presser(window, field, wanted).begin)

    window_probes.when_complete(window, begin)


if __name__ == "__main__":
    sys.exit(run_window(install))
