"""The real main window, which opens Test on a large run, scrolls through its rows and filters them.

Prints the line of `walking` with these values: `first` and `again`, ms from the key to the first painted rows at the
first visit and later ones; `filtered`, ms from each choice of a filter to its rows; `memory` before the first visit and
after scrolling to the end and back, in MB.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from tests.bench.search import memory_mb
from tests.bench.walking import Steps, Walk, go
from workbench.ui.features.testing.view import TestView

PREPARED_MS = 4000
TIMES = 5
JUMPS = 60


class GridReader(Walk):
    """Walks through the grid."""

    def steps(self) -> Steps:
        window = self.product
        self.gaps.begin("nothing")
        yield self.calm(PREPARED_MS)
        before = memory_mb()
        self.gaps.begin("first page")
        began = time.monotonic_ns()
        window.views.show("test")
        view = window.views.here()
        assert isinstance(view, TestView)
        yield self._painted(view)
        self.told["first"] = (time.monotonic_ns() - began) / 1e6
        yield self.calm()
        self.gaps.begin("coming again")
        took: list[float] = []
        for _ in range(TIMES):
            window.views.show("compose")
            yield self.calm()
            at = time.monotonic_ns()
            window.views.show("test")
            yield self._painted(view)
            took.append((time.monotonic_ns() - at) / 1e6)
            yield self.calm()
        self.told["again"] = took
        yield from self._scroll(view)
        yield from self._filter(view)
        self.told["memory"] = [before, memory_mb()]

    def _painted(self, view: TestView) -> Callable[[], bool]:
        """Return a condition that holds once rows with their first cell are painted."""
        grid = view.grid.answers
        model = grid.model()
        return self.painted_with(grid.viewport(), lambda: model.rowCount() > 0 and _is_read(view, 0))

    def _scroll(self, view: TestView) -> Steps:
        self.gaps.begin("scrolling")
        grid = view.grid.answers
        bar = grid.verticalScrollBar()
        for step in (*range(JUMPS + 1), *range(JUMPS, -1, -1)):
            bar.setValue(bar.maximum() * step // JUMPS)
            top = grid.rowAt(1)
            yield lambda top=top: _is_read(view, max(0, top))  # type: ignore[misc]
        yield self.calm()

    def _filter(self, view: TestView) -> Steps:
        self.gaps.begin("filtering")
        suites, took = view.suites, []
        for rows in ("failed", "unscored", "all"):
            at = time.monotonic_ns()
            suites.choose_rows(rows)  # type: ignore[arg-type] # one of RowFilter
            yield lambda: suites.model.rowCount() > 0 and _is_read(view, 0)
            took.append((time.monotonic_ns() - at) / 1e6)
            yield self.calm()
        self.told["filtered"] = took


def _is_read(view: TestView, row: int) -> bool:
    model = view.suites.model
    return model.row(row) is not None


if __name__ == "__main__":
    sys.exit(go(GridReader))
