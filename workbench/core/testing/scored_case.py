"""The checks of a case together with those of its prompt, and what a person's decisions about them change.

Invariant: the checks for all cases come first, then the case's own. Results and hashes are in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from workbench.core.cases import Case, Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.scoring import CaseScore, score_case

OverruleState = Literal["pass", "fail", "none"]


def scored_case(case: Case, checks: Sequence[Check], threshold: float | None = None) -> Case:
    """Return a case with the checks for all cases before its own; `threshold` is for a case without one of its own."""
    own = case.threshold if case.threshold is not None else threshold
    return replace(case, checks=(*checks, *case.checks), threshold=own)


def overruled_score(case: Case, results: Sequence[CheckResult], decisions: Mapping[int, OverruleState]) -> CaseScore:
    """Return the score of a `scored_case` after a person's decisions, by the index of the check.

    A check that is overruled scores 1 or 0; "none" leaves it as it is.
    """
    return score_case(case, [overruled(result, decisions.get(index)) for index, result in enumerate(results)])


def overruled(result: CheckResult, decision: OverruleState | None) -> CheckResult:
    """Return the result of a check after a person's decision about it."""
    if decision not in ("pass", "fail"):
        return result
    words = "A person decided that it passes." if decision == "pass" else "A person decided that it fails."
    return replace(result, state=decision, score=float(decision == "pass"), reason=words, parts=())
