"""The real main window that goes to the History, searches while it types, and scrolls to the end and back.

Invariant: everything is done as a person does it, by keys and by the scroll bar; the next step comes once what the one
before asked for is there. Prints one JSON line: `first_ms` from the key to the first painted page, `letters` from each
letter to what it finds in ms, `gaps` as in `rank_window`, `runs`, `memory` in MB on the way to the end and `back` at
the first row.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from tests.bench.rank_window import Gaps
from tests.bench.search import memory_mb
from workbench.ui import bench_hook
from workbench.ui.history.view import HistoryView
from workbench.ui.main import main
from workbench.ui.window import MainWindow

CALM_MS, LATE_MS = 150, 3000
JUMPS = 40


class Reader(QObject):
    """Goes through the steps, each a generator's turn: it yields what has to hold before it goes on."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        found = window.findChild(MainWindow)
        assert isinstance(found, MainWindow)
        self._product = found
        self._gaps = Gaps(self)
        self._told: dict[str, object] = {}
        self._steps = self._go()
        self._holds: Callable[[], bool] = lambda: True
        self._painted = 0
        self._timer = QTimer(self, interval=1)
        self._timer.timeout.connect(self._look)

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
        self._gaps.begin("first page")
        window.views.show("history")
        view = window.views.here()
        assert isinstance(view, HistoryView)
        yield lambda: view.model.rowCount() > 0
        bench_hook.Painted(view.table.viewport(), self._count_paint)
        yield lambda: bool(self._painted)
        self._told["first_ms"] = (time.monotonic_ns() - began) / 1e6
        yield self._calm()
        yield from self._type(view, os.environ["WORKBENCH_BENCH_HISTORY"])
        view.search("")
        yield lambda: not view.model.is_searching and view.model.text == ""
        yield self._calm()
        yield from self._to_the_end(view)
        yield from self._by_mouse(view)

    def _type(self, view: HistoryView, text: str) -> Iterator[Callable[[], bool]]:
        self._gaps.begin("typing")
        letters: list[float] = []
        view.bar.field.setFocus()
        for letter in text:
            at = time.monotonic_ns()
            _press(view.bar.field, Qt.Key.Key_unknown, letter)
            yield lambda: not view.model.is_searching and view.model.text == view.bar.field.text()
            letters.append((time.monotonic_ns() - at) / 1e6)
        self._told["letters"] = letters
        view.bar.field.choices.hide()

    def _to_the_end(self, view: HistoryView) -> Iterator[Callable[[], bool]]:
        """Press End until there is no further page."""
        self._gaps.begin("to the end")
        used: list[float] = []
        model = view.model
        view.to_table()
        while True:
            before = model.rowCount()
            _press(view.table, Qt.Key.Key_End)
            # A page that is being fetched comes within this time, or there is none.
            late = self._calm(LATE_MS)
            yield lambda before=before, late=late: model.rowCount() > before or late()  # type: ignore[misc]
            used.append(memory_mb())
            if model.rowCount() == before:
                break
        yield self._calm()
        self._told |= {"runs": model.rowCount(), "memory": [*used, memory_mb()]}

    def _by_mouse(self, view: HistoryView) -> Iterator[Callable[[], bool]]:
        """Drag the scroll bar through all of it, up to the first row."""
        self._gaps.begin("by mouse")
        bar, model = view.table.verticalScrollBar(), view.model
        for step in range(JUMPS, -1, -1):
            bar.setValue(bar.maximum() * step // JUMPS)
            top = view.table.rowAt(1)
            yield lambda top=top: model.row(top) is not None  # type: ignore[misc]
        yield self._calm()
        self._told["back"] = memory_mb()

    def _calm(self, ms: int = CALM_MS) -> Callable[[], bool]:
        until = time.monotonic_ns() + ms * 1_000_000
        return lambda: time.monotonic_ns() > until

    def _count_paint(self) -> None:
        self._painted += 1

    def _report(self) -> bool:
        self._timer.stop()
        sys.stdout.write(json.dumps(self._told | {"gaps": self._gaps.worst}) + "\n")
        sys.stdout.flush()
        self._window.close()
        return False


def _press(widget: QWidget, key: Qt.Key, text: str = "") -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))


def install(window: QWidget, editor_viewport: QWidget, focus: object) -> None:
    """Stand in for the product's own hook."""
    assert isinstance(editor_viewport.parentWidget(), QPlainTextEdit)

    def begin() -> None:
        bench_hook.Painted(editor_viewport, Reader(window).begin)

    bench_hook.when_complete(window, begin)


if __name__ == "__main__":
    bench_hook.install = install
    sys.exit(main([]))
