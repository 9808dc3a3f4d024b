"""The answers that the lanes show, as checks see them, and the results of their checks.

Invariant: only finished answers to the shown values are checked: a streaming one may still change, and one that failed
is no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.core.blocks import Tool
from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.inputs import CheckedAnswer
from workbench.core.runs import Result


@dataclass(frozen=True, slots=True)
class LaneAnswer:
    """The answer that a lane shows. `lane` is the displayed name of the lane."""

    slot: str
    lane: str
    output_uid: str
    answer: CheckedAnswer
    is_winner: bool = False


@dataclass(frozen=True, slots=True)
class ShownAnswers:
    """All shown answers that can be checked, from left to right.

    `set_uid` is the uid of the shown value set, which is that of a case if it is kept as one; "" for none.
    """

    set_uid: str = ""
    answers: tuple[LaneAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class OutputChecks:
    """The results of an output's checks, in the order of the checks."""

    checks: tuple[Check, ...]
    results: tuple[CheckResult, ...]


def checked_answer(result: Result, values: Sequence[tuple[str, str]], tools: Sequence[Tool]) -> CheckedAnswer:
    """Return a finished result as checks see it; `values` are those that it answers."""
    return CheckedAnswer(
        result.text,
        dict(values),
        finish_reason=result.finish_reason,
        latency_ms=result.timing.duration,
        cost_usd=result.cost_usd,
        steps=result.steps,
        tools=tuple(tools),
    )
