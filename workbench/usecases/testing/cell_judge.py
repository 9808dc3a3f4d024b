"""What scoring needs of judges: somebody who takes answered cells and gives back their scores.

Invariant: a cell that was taken is given back exactly once: scored, or unscored because judging was stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from workbench.core.cases import SET, Case, Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.check_sets import single_checks
from workbench.core.checks.check_types import PAIRWISE
from workbench.core.judging.judged_checks import is_judged
from workbench.core.judging.questions import JudgedAnswer
from workbench.store.testing.records import ScoredInput
from workbench.usecases.problems import Problem

JudgeOffer = Literal["taken", "full", "stopped"]
"""full: ask again later. stopped: no cell is judged any more."""


@dataclass(frozen=True, slots=True)
class CellToJudge:
    """An answer whose checks need judges.

    `case` has the checks that apply, and `results` are those of its checks, of which the judged ones are unscored.
    """

    cell: ScoredInput
    case: Case
    results: tuple[CheckResult, ...]
    answer: JudgedAnswer


class CellJudge(Protocol):
    """Judges the cells of one scoring; thread-safe. `problem` is why judging was stopped early, None if it was not."""

    problem: Problem | None

    def offer(self, asked: CellToJudge) -> JudgeOffer:
        """Judge a cell if there is room; returns at once."""

    def when_room(self, then: Callable[[], None]) -> None:
        """Call `then` once, when a cell may be taken or nothing is judged any more; at once if that is so now."""

    def when_idle(self, then: Callable[[], None]) -> None:
        """Call `then` once, when all cells that were taken are given back; at once if they are."""


def needs_judge(case: Case) -> bool:
    """Whether a check of a case, or a member of a set, is judged."""
    return any(is_judged(one) for check in case.checks for one in single_checks(check))


def is_compared(case: Case) -> bool:
    """Whether a check of a case, or a member of a set, compares answers with those of the baseline column."""
    return any(one.type == PAIRWISE for check in case.checks for one in single_checks(check))


def single_results(check: Check, result: CheckResult) -> list[CheckResult]:
    """Return the results of the single checks of a check, in the order of `single_checks`.

    () if a set has none, because it could not be evaluated as a whole.
    """
    if check.type != SET:
        return [result]
    if len(result.parts) != len(check.checks):
        return []
    found = []
    for one, part in zip(check.checks, result.parts, strict=True):
        inner = single_results(one, part)
        if not inner and (one.type != SET or one.checks):
            return []
        found += inner
    return found
