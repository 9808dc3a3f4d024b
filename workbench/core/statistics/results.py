"""Results of a test column, case by case, as the statistics read them.

Invariant: a case without a scored sample has no pass rate (None), never 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum, isfinite
from typing import Literal

CellState = Literal["pass", "fail", "unscored", "no_answer"]
"""unscored: a check could not be evaluated and could still change the outcome. no_answer: the call failed."""


@dataclass(frozen=True, slots=True)
class CellResult:
    """The result of one sample of a case. `score` only counts if the cell passed or failed. None means unknown."""

    state: CellState
    score: float | None = None
    seconds: float | None = None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class CaseResults:
    """The samples of a case in one column.

    `case` identifies it in all columns. Cases with the same `cluster` belong together; "" is a cluster of its own.
    `votes` are, in a column that votes, how many of how many answers were the elected one; `cells` is then that one
    alone, with the time of the slowest sample and the cost of all.
    """

    case: str
    cells: tuple[CellResult, ...]
    cluster: str = ""
    votes: tuple[int, int] | None = None

    @property
    def counts(self) -> tuple[int, int]:
        """The numbers of passed and of scored samples."""
        states = [cell.state for cell in self.cells]
        passed = states.count("pass")
        return passed, passed + states.count("fail")

    @property
    def score(self) -> float | None:
        """The mean score of the scored samples that have a finite one."""
        scored = (cell.score for cell in self.cells if cell.state in ("pass", "fail"))
        scores = [score for score in scored if score is not None and isfinite(score)]
        return fsum(scores) / len(scores) if scores else None

    @property
    def is_unscored(self) -> bool:
        """Whether there is an answer although no sample passed or failed."""
        states = {cell.state for cell in self.cells}
        return "unscored" in states and not states & {"pass", "fail"}


@dataclass(frozen=True, slots=True)
class ColumnResults:
    """The results of one column: a version with a model and its parameters. `name` is what a person calls it.

    Raises ValueError if a case appears twice: its samples belong into one `CaseResults`.
    """

    name: str
    cases: tuple[CaseResults, ...]

    def __post_init__(self) -> None:
        if len({case.case for case in self.cases}) < len(self.cases):
            raise ValueError("A case appears twice in a column.")


def is_majority(passed: int, scored: int) -> bool:
    """Whether a case passes: more than half of its scored samples do, so that a tie fails."""
    return 2 * passed > scored


def cluster_keys(cases: Iterable[CaseResults]) -> list[tuple[str, str]]:
    """Return a key of the cluster of each case; a case without one has its own."""
    return [(case.cluster, "") if case.cluster else ("", case.case) for case in cases]
