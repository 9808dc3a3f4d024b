"""The real main window with a prompt of many messages that changes its look, while a timer looks for gaps.

Invariant: everything is done as a person does it, by the same commands; the next step comes once what the one before
asked for is on the screen. Prints one JSON line: for each step the worst gap of the UI thread in ms with the processor
time in it, and the most processor time of that thread in a gap.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from tests.bench.gaps import Gaps
from workbench.ui import bench_hook
from workbench.ui.main import main
from workbench.ui.window import MainWindow

CALM_MS = 500
STEPS = (("dark", "theme_dark"), ("light", "theme_light"), ("larger", "zoom_in"), ("smaller", "zoom_out"))


class Dresser(QObject):
    """Goes through the steps, each a generator's turn: it yields what has to hold before it goes on."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        found = window.findChild(MainWindow)
        assert isinstance(found, MainWindow)
        self._product = found
        self._gaps = Gaps(self)
        self._steps = self._go()
        self._holds: Callable[[], object] = lambda: True
        self._timer = QTimer(self, interval=2)
        self._timer.timeout.connect(self._look)

    def begin(self) -> None:
        """Start once the window is calm."""
        QTimer.singleShot(1500, self._timer.start)

    def _look(self) -> None:
        if self._holds():
            self._holds = next(self._steps, self._report)

    def _go(self) -> Iterator[Callable[[], object]]:
        self._gaps.begin("nothing")
        for _ in range(4):
            yield self._calm()
        for name, command in STEPS:
            self._gaps.begin(name)
            self._product.actions_[command].trigger()
            yield self._calm()

    def _calm(self) -> Callable[[], bool]:
        until = time.monotonic_ns() + CALM_MS * 1_000_000
        return lambda: time.monotonic_ns() > until

    def _report(self) -> bool:
        self._timer.stop()
        sys.stdout.write(json.dumps({"gaps": self._gaps.worst, "busiest": self._gaps.busiest}) + "\n")
        sys.stdout.flush()
        self._window.close()
        return False


def install(window: QWidget, editor_viewport: QWidget, focus: object) -> None:
    """Stand in for the product's own hook."""
    assert isinstance(editor_viewport.parentWidget(), QPlainTextEdit)

    def begin() -> None:
        bench_hook.Painted(editor_viewport, Dresser(window).begin)

    bench_hook.when_complete(window, begin)


if __name__ == "__main__":
    bench_hook.install = install
    sys.exit(main([]))
