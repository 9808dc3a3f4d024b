"""The answers of the baseline column, to which judges compare those of other columns.

Invariant: an answer that waits for the baseline's is in memory once, and is scored by the last sweep at the latest. A
few hundred texts are kept; others are read back.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from workbench.core.testing.cells import CellKey
from workbench.store.errors import StoreError
from workbench.store.testing.records import ScoredInput
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.testing.job import SuiteJob

_MOST = 256
_Place = tuple[str, int, int]
"""Scoring, case and sample."""


class BaselineAnswers:
    """Remembers answers of baseline columns. Not thread-safe."""

    def __init__(self, records: SuiteRecords) -> None:
        self._records = records
        self._texts: OrderedDict[_Place, str] = OrderedDict()
        self._waiting: dict[_Place, list[ScoredInput]] = {}

    def keep(self, job: SuiteJob, cells: Sequence[ScoredInput]) -> None:
        """Remember those of some cells that are the baseline's answers."""
        for one in cells:
            if one.key.column == job.run.baseline and one.state == "finished":
                self._texts[_place(job, one.key)] = one.text
                while len(self._texts) > _MOST:
                    self._texts.popitem(last=False)

    def find(self, job: SuiteJob, key: CellKey) -> str | None:
        """Return the baseline's answer to the same case and sample; None if there is none."""
        known = self._texts.get(_place(job, key))
        if known is not None:
            return known
        try:
            return self._records.text_to_score(job.uid, CellKey(key.case, job.run.baseline, key.sample))
        except StoreError:
            return None

    def wait(self, job: SuiteJob, cell: ScoredInput) -> None:
        """Remember an answer until the baseline's arrives, if not too many wait."""
        if sum(map(len, self._waiting.values())) < _MOST:
            self._waiting.setdefault(_place(job, cell.key), []).append(cell)

    def with_waiting(self, job: SuiteJob, cells: Sequence[ScoredInput]) -> list[ScoredInput]:
        """Return cells that have just ended, and those that waited for one of them; these wait no longer."""
        self.keep(job, cells)
        found = list(cells)
        for one in cells:
            if one.key.column == job.run.baseline:
                found += self._waiting.pop(_place(job, one.key), [])
        return found

    def forget(self, scoring_uid: str) -> None:
        """Forget the answers of a scoring that wait."""
        self._waiting = {place: cells for place, cells in self._waiting.items() if place[0] != scoring_uid}


def _place(job: SuiteJob, key: CellKey) -> _Place:
    return job.scoring_uid, key.case, key.sample
