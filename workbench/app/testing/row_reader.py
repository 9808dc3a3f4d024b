"""Reads all rows that the grid lists, to copy them.

Invariant: rows are in the order of the query, and there are at most `MOST_COPIED`.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.app.tasks import BackgroundTasks
from workbench.app.testing.column_heads import grid_heads
from workbench.app.testing.controller import SuiteController
from workbench.app.testing.grid_model import PAGE
from workbench.app.testing.pivot_words import PivotWords
from workbench.core.testing.grid import GridRow

MOST_COPIED = 5_000
"""Rows that "copy the table" takes; a file has no limit."""


def read_rows(suites: SuiteController, tasks: BackgroundTasks, then: Callable[[list[GridRow]], None]) -> None:
    """Read the rows of the query off the UI thread, and pass them to `then`; none for the hold-out."""
    run, query, source = suites.run, suites.query, suites.source
    if run is None or suites.set_name != "tuning":
        then([])
        return

    def read() -> list[GridRow]:
        rows: list[GridRow] = []
        after = ""
        while len(rows) < MOST_COPIED:
            page = source.page(run.uid, run.scoring_uid, query, after, PAGE)
            rows += page.rows
            after = page.after
            if not after:
                break
        return rows

    tasks.run_large(read, then, suites.refused.emit)


def read_words(suites: SuiteController) -> PivotWords:
    """Return the texts of the displayed grid, with figures also while a test is running."""
    return PivotWords(suites.pivot.shape, grid_heads(suites.columns(), suites.run, suites.figures.report))
