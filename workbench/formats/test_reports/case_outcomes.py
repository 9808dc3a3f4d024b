"""Cells of a report joined to cases: the samples of one case in one column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from workbench.core.statistics.results import CellState, is_majority
from workbench.core.testing.report import ReportCell


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """A case in a column. `state` is that of the case: by majority of its scored samples, or that of the elected sample
    in a column that votes. `shown` is the cell that explains it: the first one with this state that counts. `seconds`
    is the sum over the cells, None if none is known.
    """

    name: str
    column: int
    state: CellState
    passed: int
    scored: int
    samples: int
    seconds: float | None
    shown: ReportCell
    is_voted: bool = False

    @property
    def reason(self) -> str:
        """The reason of the shown cell, with the number of passed samples if there are several."""
        if self.samples == 1:
            return self.shown.reason
        if self.is_voted:
            return f"The voted answer, sample {self.shown.sample + 1} of {self.samples}. {self.shown.reason}".rstrip()
        count = f"{self.passed} of {self.scored} scored samples passed."
        return f"{count} {self.shown.reason}".rstrip()


def outcomes(cells: Iterable[ReportCell]) -> Iterator[CaseOutcome]:
    """Yield the outcomes of cases from cells in the order of a report."""
    for (column, _), group in groupby(cells, key=lambda cell: (cell.column, cell.case)):
        yield _outcome(column, list(group))


def _outcome(column: int, cells: list[ReportCell]) -> CaseOutcome:
    decisive = [cell for cell in cells if cell.counts] or cells
    states = [cell.state for cell in decisive]
    passed = states.count("pass")
    scored = passed + states.count("fail")
    state: CellState
    if scored:
        state = "pass" if is_majority(passed, scored) else "fail"
    else:
        state = "unscored" if "unscored" in states else "no_answer"
    shown = next((cell for cell in decisive if cell.state == state), decisive[0])
    seconds = [cell.seconds for cell in cells if cell.seconds is not None]
    total = sum(seconds) if seconds else None
    is_voted = len(decisive) < len(cells)
    return CaseOutcome(cells[0].case_name, column, state, passed, scored, len(cells), total, shown, is_voted)
