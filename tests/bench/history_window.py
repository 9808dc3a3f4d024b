"""The real main window, which opens History, searches while typing, and scrolls to the end and back.

Prints the line of `walking` with these values in ms: `first` from the key to the first painted page, `again` the same
for each later visit, `emptied` from each Esc to the painted page of all runs, and `letters` from each letter to its
results. With `runs` it also prints `memory` in MB on the way to the end, and `back` at the first row.
BENCH_HISTORY holds what is typed.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from tests.bench.search import memory_mb
from tests.bench.walking import Steps, Walk, go
from workbench.core.search.parser import as_typed
from workbench.ui.features.history.view import HistoryView

PREPARED_MS = 4000
"""Preloading that starts before the first visit has finished after this time."""
TIMES = 12
LATE_MS = 3000
JUMPS = 40
FILTER = "winner:yes"


class Reader(Walk):
    """Walks through the history."""

    def steps(self) -> Steps:
        window = self.product
        self.gaps.begin("nothing")
        yield self.calm(PREPARED_MS)
        self.gaps.begin("first page")
        began = time.monotonic_ns()
        window.views.show("history")
        view = window.views.here()
        assert isinstance(view, HistoryView)
        yield self._painted(view)
        self.told["first"] = (time.monotonic_ns() - began) / 1e6
        yield self.calm()
        yield from self._come_again(view)
        yield from self._empty(view)
        yield from self._type(view, os.environ["BENCH_HISTORY"])
        view.search("")
        yield lambda: not view.model.is_searching and view.model.text == ""
        yield self.calm()
        yield from self._to_the_end(view)
        yield from self._by_mouse(view)

    def _painted(self, view: HistoryView) -> Callable[[], bool]:
        """Return a condition that holds once a page of all runs is painted."""
        model = view.model
        return self.painted_with(
            view.table.viewport(), lambda: model.rowCount() > 0 and not model.is_searching and model.text == ""
        )

    def _come_again(self, view: HistoryView) -> Steps:
        self.gaps.begin("coming again")
        took: list[float] = []
        for _ in range(TIMES):
            self.product.views.show("compose")
            yield self.calm()
            at = time.monotonic_ns()
            self.product.views.show("history")
            yield self._painted(view)
            took.append((time.monotonic_ns() - at) / 1e6)
            yield self.calm()
        self.told["again"] = took

    def _empty(self, view: HistoryView) -> Steps:
        self.gaps.begin("emptying")
        took: list[float] = []
        for _ in range(TIMES):
            view.search(FILTER)
            yield lambda: not view.model.is_searching and view.model.text == as_typed(FILTER)
            yield self.calm()
            at = time.monotonic_ns()
            view.escape()
            yield self._painted(view)
            took.append((time.monotonic_ns() - at) / 1e6)
        self.told["emptied"] = took

    def _type(self, view: HistoryView, text: str) -> Steps:
        self.gaps.begin("typing")
        letters: list[float] = []
        view.bar.field.setFocus()
        for letter in text:
            at = time.monotonic_ns()
            _press(view.bar.field, Qt.Key.Key_unknown, letter)
            yield lambda: not view.model.is_searching and view.model.text == as_typed(view.bar.field.text())
            letters.append((time.monotonic_ns() - at) / 1e6)
        self.told["letters"] = letters
        view.bar.field.choices.hide()

    def _to_the_end(self, view: HistoryView) -> Steps:
        """Press End until no further page is loaded."""
        self.gaps.begin("to the end")
        used: list[float] = []
        model = view.model
        view.to_table()
        while True:
            before = model.rowCount()
            _press(view.table, Qt.Key.Key_End)
            # A page that is being fetched arrives within this time; otherwise there is none.
            late = self.calm(LATE_MS)
            yield lambda before=before, late=late: model.rowCount() > before or late()  # type: ignore[misc]
            used.append(memory_mb())
            if model.rowCount() == before:
                break
        yield self.calm()
        self.told |= {"runs": model.rowCount(), "memory": [*used, memory_mb()]}

    def _by_mouse(self, view: HistoryView) -> Steps:
        """Drag the scroll bar in steps from the end to the first row."""
        self.gaps.begin("by mouse")
        bar, model = view.table.verticalScrollBar(), view.model
        for step in range(JUMPS, -1, -1):
            bar.setValue(bar.maximum() * step // JUMPS)
            top = view.table.rowAt(1)
            yield lambda top=top: model.row(top) is not None  # type: ignore[misc]
        yield self.calm()
        self.told["back"] = memory_mb()


def _press(widget: QWidget, key: Qt.Key, text: str = "") -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))


if __name__ == "__main__":
    sys.exit(go(Reader))
