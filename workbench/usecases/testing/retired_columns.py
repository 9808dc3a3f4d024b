"""Columns whose models their providers have retired.

Invariant: such a column is not asked: its calls would fail one by one. Its stored answers stay, so a test in which it
has them all can go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol

from workbench.core.lanes import Endpoint, Lane
from workbench.core.testing.cells import CellKey, cell_identity
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.problems import RetiredModelError
from workbench.usecases.testing.job import values_hash

if TYPE_CHECKING:
    from workbench.core.cases import Case

_CHUNK = 5000
_PAGE = 1000


class AnsweredCells(Protocol):
    """The answers of a prompt's tests."""

    def answered(self, prompt_uid: str, identities: Sequence[str]) -> int:
        """Return how many cells with these identities have an answer."""


Retired = Callable[[Endpoint, str], date | None]
"""Returns the day on which a model was retired, None for one that is not retired today."""


def open_cells(
    records: AnsweredCells, prompt_uid: str, question: str, cases: Sequence[Case], samples: int, round_: int
) -> int:
    """Return the number of cells of a column without an answer in a round."""
    hashes = [values_hash(case) for case in cases]
    identities = [cell_identity(question, values, sample, round_) for values in hashes for sample in range(samples)]
    known = sum(
        records.answered(prompt_uid, identities[start : start + _CHUNK]) for start in range(0, len(identities), _CHUNK)
    )
    return len(identities) - known


def check_open(
    columns: Sequence[Lane],
    endpoint: Callable[[str], Endpoint | None],
    retired: Retired,
    is_open: Callable[[int], bool],
) -> None:
    """Raise RetiredModelError for the first retired column that `is_open` at its position, which has to be asked."""
    for position, lane in enumerate(columns):
        there = endpoint(lane.endpoint)
        day = None if there is None else retired(there, lane.model)
        if day is not None and is_open(position):
            raise RetiredModelError(
                f"Column {position + 1} ({lane.title}) was retired on {day}, according to LiteLLM's list of models. "
                "Test a successor, or remove the column.",
                lane,
            )


def has_open(records: SuiteRecords, run_uid: str, column: int, *, failed_too: bool) -> bool:
    """Whether a column of a stored run has to be asked, with `failed_too` also where a call failed."""
    after: CellKey | None = None
    while keys := records.open_cells(run_uid, after, _PAGE, failed_too=failed_too):
        if any(key.column == column for key in keys):
            return True
        after = keys[-1]
    return False
