"""The real main window that goes to Rank, groups by everything, and judges, while a timer looks for gaps.

Invariant: everything is done as a person does it, by the same commands; the next step comes once what the one before
asked for is on the screen. Prints one JSON line: `first_ms` from the key to the first painted ranking, and for each
step the worst gap of the UI thread in ms, and the processor time in it. WORKBENCH_BENCH_RANK holds how many verdicts
are given in the queue.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from tests.bench.gaps import Gaps
from workbench.ui import bench_hook
from workbench.ui.main import main
from workbench.ui.window import MainWindow

CALM_MS = 150
GROUPINGS = ("version", "model", "technique", "everywhere", "both")


class Ranker(QObject):
    """Goes through the steps, each a generator's turn: it yields what has to hold before it goes on."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        found = window.findChild(MainWindow)
        assert isinstance(found, MainWindow)
        self._product = found
        self._gaps = Gaps(self)
        self._first_ms = 0.0
        self._pairs: list[float] = []
        self._steps = self._go()
        self._holds: Callable[[], bool] = lambda: True
        self._timer = QTimer(self, interval=2)
        self._timer.timeout.connect(self._look)
        self._ranked = self._painted = 0

    def begin(self) -> None:
        """Start once the window is calm."""
        QTimer.singleShot(1000, self._timer.start)

    def _look(self) -> None:
        if self._holds():
            self._holds = next(self._steps, self._report)

    def _go(self) -> Iterator[Callable[[], bool]]:
        window = self._product
        self._gaps.begin("nothing")
        for _ in range(6):
            yield self._calm()
        began = time.monotonic_ns()
        self._gaps.begin("first ranking")
        window.views.show("rank")
        assert window.ranking.rank is not None
        assert window.ranking.view is not None
        window.ranking.rank.ranked.connect(self._count)
        view = window.ranking.view
        yield lambda: bool(self._ranked) and view.table.isVisible()
        bench_hook.Painted(view.table.viewport(), self._count_paint)
        yield lambda: bool(self._painted)
        self._first_ms = (time.monotonic_ns() - began) / 1e6
        yield self._calm()
        for grouping in GROUPINGS:
            before = self._ranked
            self._gaps.begin(f"by {grouping}")
            window.actions_[f"group_{grouping}"].trigger()
            yield lambda before=before: self._ranked > before  # type: ignore[misc]
            yield self._calm()
        self._gaps.begin("queue opens")
        window.ranking.judge()
        sittings = window.ranking.sittings
        assert sittings is not None
        yield lambda: sittings.state == "showing"
        yield self._calm()
        self._gaps.begin("queue")
        for number in range(int(os.environ["WORKBENCH_BENCH_RANK"])):
            at, shown = time.monotonic_ns(), sittings.shown
            sittings.judge("winner", 1 + number % 2)
            yield lambda shown=shown: sittings.state == "showing" and sittings.shown is not shown  # type: ignore[misc]
            self._pairs.append((time.monotonic_ns() - at) / 1e6)
        self._gaps.begin("queue ends")
        before = self._ranked
        window.ranking.end()
        yield lambda: self._ranked > before
        yield self._calm()

    def _calm(self) -> Callable[[], bool]:
        until = time.monotonic_ns() + CALM_MS * 1_000_000
        return lambda: time.monotonic_ns() > until

    def _count(self, _: object) -> None:
        self._ranked += 1

    def _count_paint(self) -> None:
        self._painted += 1

    def _report(self) -> bool:
        self._timer.stop()
        told = {"first_ms": self._first_ms, "gaps": self._gaps.worst, "pairs": self._pairs}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        self._window.close()
        return False


def install(window: QWidget, editor_viewport: QWidget, focus: object) -> None:
    """Stand in for the product's own hook."""
    assert isinstance(editor_viewport.parentWidget(), QPlainTextEdit)

    def begin() -> None:
        bench_hook.Painted(editor_viewport, Ranker(window).begin)

    bench_hook.when_complete(window, begin)


if __name__ == "__main__":
    bench_hook.install = install
    sys.exit(main([]))
