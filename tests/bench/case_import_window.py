"""The real main window, which imports a file of cases, looks through them, undoes the import and repeats it.

BENCH_CASES is the file. Prints the line of `walking` with `took`: seconds of each step that waits for work.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.walking import Steps, Walk, go

CALM_MS = 400
JUMPS = 40


class CaseImporter(Walk):
    """Imports cases."""

    def steps(self) -> Steps:
        self.took: dict[str, float] = {}
        self.told["took"] = self.took
        self.gaps.begin("nothing")
        for _ in range(3):
            yield self.calm(CALM_MS)
        actions = self.product.dialogs.case_actions
        self.gaps.begin("open the cases")
        actions.open()
        dialog = actions.dialog
        assert dialog is not None
        yield self.calm(CALM_MS)
        actions.imports.open(Path(os.environ["BENCH_CASES"]))
        importing = actions.imports.dialog
        assert importing is not None
        yield from self._timed("read and plan", lambda: importing.plan is not None)
        self.gaps.begin("map otherwise")
        importing.skip.click()
        yield from self._timed("plan again", lambda: importing.plan is not None)
        importing.go.click()
        yield from self._timed("import", lambda: dialog.cases.rowCount() > 0)
        yield from self._look_through()
        self.gaps.begin("close")
        dialog.close()
        yield self.calm(3 * CALM_MS)
        actions.open()
        again = actions.dialog
        assert again is not None
        yield from self._timed("open again", lambda: again.cases.rowCount() > 0)
        self.product.shown_notice.press()
        yield from self._timed("undo", lambda: not again.cases.rowCount())

    def _timed(self, step: str, holds: Callable[[], bool]) -> Steps:
        """Count gaps for a step that has just begun, until it holds and its garbage is gone."""
        self.gaps.begin(step)
        began = time.monotonic()
        yield holds
        self.took[step] = time.monotonic() - began
        yield self.calm(3 * CALM_MS)

    def _look_through(self) -> Steps:
        dialog = self.product.dialogs.cases
        assert dialog is not None
        self.gaps.begin("scrolling")
        bar = dialog.list.verticalScrollBar()
        for jump in range(JUMPS + 1):
            bar.setValue(bar.maximum() * jump // JUMPS)
            yield self.calm(10)
        self.gaps.begin("last case")
        dialog.select(dialog.cases.rowCount() - 1)
        yield self.calm(CALM_MS)


if __name__ == "__main__":
    sys.exit(go(CaseImporter))
