"""Reads cells in full, and records what a person says about their checks.

Invariant: of several cells asked for, only the newest is delivered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.app.testing.source import OverruleState, SuiteSource
from workbench.core.diff import TextDiff, diff_texts
from workbench.core.testing.grid import CellDetail, SuiteRun

if TYPE_CHECKING:
    from workbench.core.testing.cells import CellKey


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell in full, and how its answer differs from another text, None if one of the two is missing.

    `is_reused`: the answer was made by an earlier run than the shown one.
    """

    detail: CellDetail
    difference: TextDiff | None = None
    is_reused: bool = False


EXPECTATION, EARLIER = -1, -2
"""In place of the position of a column: what the case says a good answer is, and the answer of the last round."""
_MOST_COMPARED = 200_000
"""Characters of two answers that are compared."""


def answer_of(detail: CellDetail) -> str:
    """Return the text of an answer, or the sentence of its failure; "" without an answer."""
    result = detail.result
    if result is None:
        return ""
    return result.failure.sentence if not result.text and result.failure is not None else result.text


class CellReader(QObject):
    """`looked` carries a ShownCell, `refused` an exception."""

    looked = Signal(object)
    refused = Signal(object)

    def __init__(self, source: SuiteSource, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source, self._tasks = source, tasks
        self._looking = 0

    def look(self, run: SuiteRun, key: CellKey, against: int | None = None) -> None:
        """Read a cell in full, and compare it with the same sample in the column `against`, or with the expectation.

        Only the newest request is delivered.
        """
        source = self._source
        self._looking += 1
        number = self._looking

        def read() -> ShownCell:
            detail = source.cell(run.uid, run.scoring_uid, key)
            is_reused = bool(detail.output_uid) and detail.run_uid != run.uid
            base = ""
            if against == EXPECTATION:
                base = detail.case.expectation
            elif against == EARLIER:
                earlier = source.earlier(run.uid, key)
                base = "" if earlier is None else answer_of(earlier)
            elif against is not None and against != key.column:
                base = answer_of(source.cell(run.uid, run.scoring_uid, key._replace(column=against)))
            text = answer_of(detail)
            if not base or not text or len(base) + len(text) > _MOST_COMPARED:
                return ShownCell(detail, is_reused=is_reused)
            return ShownCell(detail, diff_texts(base, text), is_reused)

        def show(cell: ShownCell) -> None:
            if number == self._looking:
                self.looked.emit(cell)

        self._tasks.run(read, show, self.refused.emit)

    def overrule(self, detail: CellDetail, place: int, state: OverruleState, then: Callable[[], object]) -> None:
        """Record what a person says about the check at `place`; `then` is called once it is stored."""
        future = self._source.overrule(detail.run_uid, detail.output_uid, detail.check_hashes[place], state, "")

        def done(_: None) -> None:
            then()

        self._tasks.watch(future, done, self.refused.emit)
