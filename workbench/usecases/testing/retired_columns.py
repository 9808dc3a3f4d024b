"""Columns whose models their providers have retired.

Invariant: such a column is not asked: its calls would fail one by one. Its stored answers stay, so a test in which it
has them all can go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

from workbench.core.cases import Case
from workbench.core.lanes import Endpoint, Lane
from workbench.core.testing.answer_ages import StoredAnswers
from workbench.core.testing.cells import CellKey, cell_identity
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.problems import RetiredModelError
from workbench.usecases.testing.job import values_hash

_CHUNK = 5000
_PAGE = 1000


class AskedPlan(Protocol):
    """What a plan asks; see `SuitePlan`."""

    @property
    def prompt_uid(self) -> str:
        """The prompt."""

    @property
    def cases(self) -> Sequence[Case]:
        """The cases."""

    @property
    def questions(self) -> Sequence[str]:
        """The `question_hash` of each column."""

    @property
    def samples(self) -> int:
        """The number of samples."""

    @property
    def round(self) -> int:
        """The round."""

    @property
    def reuse_since(self) -> str:
        """Answers from before are asked again, "" for no limit."""


class AnsweredCells(Protocol):
    """The answers of a prompt's tests."""

    def answered(
        self, prompt_uid: str, identities: Sequence[str], *, since: str = "", old_before: str = ""
    ) -> StoredAnswers:
        """Return the answers to cells with these identities; see `SuiteRecords.answered`."""


Retired = Callable[[Endpoint, str], date | None]
"""Returns the day on which a model was retired, None for one that is not retired today."""


def stored_answers(records: AnsweredCells, plan: AskedPlan, column: int, *, old_before: str = "") -> StoredAnswers:
    """Return the answers that a column of a plan uses again; those from before `old_before` count as older."""
    (found,) = stored_by_column(records, plan, (column,), old_before=old_before)
    return found


def stored_by_column(
    records: AnsweredCells, plan: AskedPlan, columns: Sequence[int], *, old_before: str = ""
) -> list[StoredAnswers]:
    """Return what `stored_answers` returns for each of these columns; the values of a case are hashed once."""
    hashes = [values_hash(case) for case in plan.cases]

    def of_column(question: str) -> StoredAnswers:
        identities = [
            cell_identity(question, values, sample, plan.round) for values in hashes for sample in range(plan.samples)
        ]
        parts = (
            records.answered(
                plan.prompt_uid, identities[start : start + _CHUNK], since=plan.reuse_since, old_before=old_before
            )
            for start in range(0, len(identities), _CHUNK)
        )
        return sum(parts, StoredAnswers())

    return [of_column(plan.questions[column]) for column in columns]


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
