"""The real main window, which opens Decide on the prompt of the history, and reads the decision again.

Prints the line of `walking` with `first_ms`, from the key to the first painted decision, and `again_ms`, that of a
second visit after the history changed.
"""

from __future__ import annotations

import sys
import time

from tests.bench.walking import Steps, Walk, go


class Decider(Walk):
    """Opens Decide, goes back to Compose, and opens it again."""

    read = 0

    def steps(self) -> Steps:
        self.gaps.begin("nothing")
        for _ in range(6):
            yield self.calm()
        yield from self._visit("first decision", "first_ms")
        self.product.views.show("compose")
        self.product.decide.refresh()
        yield self.calm()
        yield from self._visit("second visit", "again_ms")
        view = self.product.decide.view
        assert view is not None
        self.gaps.begin("rows open")
        for row in view.rows:
            row.head.click()
            yield self.calm()

    def _visit(self, name: str, told: str) -> Steps:
        window, before = self.product, self.read
        began = time.monotonic_ns()
        self.gaps.begin(name)
        window.views.show("decide")
        view = window.decide.view
        assert view is not None
        window.decide.reader.read.connect(self._count)
        yield lambda: self.read > before and view.currentWidget() is view.area
        yield self.painted(view.area.viewport())
        self.told[told] = (time.monotonic_ns() - began) / 1e6
        window.decide.reader.read.disconnect(self._count)
        yield self.calm()

    def _count(self, _: object) -> None:
        self.read += 1


if __name__ == "__main__":
    sys.exit(go(Decider))
