"""Pairwise checks (select-best): an answer against the baseline column's answer to the same case.

Invariant: both orders are asked, and only a judge that prefers the same answer in both decides, because judges favour a
place. Nothing is asked about equal answers. In the baseline column the check does not apply (`applicable`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from workbench.core.cases import SET, Check
from workbench.core.checks.check_result import CheckResult, Finding, UnscoredError
from workbench.core.checks.check_types import PAIRWISE
from workbench.core.content import Content
from workbench.core.judging.judge_prompts import chat_question
from workbench.core.judging.questions import JudgeInputs, JudgeQuestion, JudgeReply
from workbench.core.judging.verdict_reading import all_words, better_verdict

UNDECIDED = "Undecided: "
"""How the reason of an unscored result begins when the judge prefers neither answer; it is stored with the result."""
Preference = Literal["better", "worse", "undecided", "unscored"]
"""What a judge says of an answer against the baseline's; unscored: it was not asked, or gave no clear reply."""


def applicable(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Return the checks that apply in the baseline column: without pairwise ones, and sets that had only those."""
    found = []
    for check in checks:
        if check.type == SET and check.checks:
            inner = applicable(check.checks)
            if not inner:
                continue
            check = check if inner == check.checks else replace(check, checks=inner)
        if check.type != PAIRWISE:
            found.append(check)
    return tuple(found)


def require_difference(inputs: JudgeInputs) -> None:
    """Refuse a check without a criterion, and answers that need not be compared. Raises UnscoredError."""
    if not isinstance(inputs.value, str) or not inputs.value:
        raise UnscoredError("Enter the criterion as a text.")
    if inputs.answer.baseline is None:
        raise UnscoredError("The baseline column has no answer to compare with.")
    if inputs.answer.text == inputs.answer.baseline:
        raise UnscoredError(f"{UNDECIDED}the answer is the same as that of the baseline column.")


def ask_better(inputs: JudgeInputs, content: Content) -> tuple[JudgeQuestion, ...]:
    """Return the question in both orders: the answer first, then the baseline's first."""
    answer, baseline = inputs.answer.text, inputs.answer.baseline
    orders = ((answer, baseline), (baseline, answer))
    return tuple(
        chat_question(inputs, content, {"first": first, "second": second, "outputs": [first, second]})
        for first, second in orders
    )


def find_better(inputs: JudgeInputs, replies: Sequence[JudgeReply]) -> Finding:
    """Compare the verdicts of both orders. Raises UnscoredError when they do not agree on a better answer."""
    first, second = (better_verdict(reply.text) for reply in replies[:2])
    reasons = all_words((first.reason, second.reason))
    match first.better, second.better:
        case "first", "second":
            return Finding(True, f"Better than the baseline's answer in both orders. {reasons}".rstrip(), 1.0)
        case "second", "first":
            return Finding(False, f"Worse than the baseline's answer in both orders. {reasons}".rstrip(), 0.0)
        case "equal", "equal":
            raise UnscoredError(f"{UNDECIDED}the judge finds both answers equal. {reasons}".rstrip())
        case ("equal", _) | (_, "equal"):
            raise UnscoredError(f"{UNDECIDED}the judge finds both answers equal in one order. {reasons}".rstrip())
    place = "first" if first.better == "first" else "second"
    raise UnscoredError(f"{UNDECIDED}the judge prefers the {place} answer in either order. {reasons}".rstrip())


def preference(check: Check, result: CheckResult) -> Preference:
    """Return what a stored result of a pairwise check says of the answer, also with `not-`."""
    if result.score is None:
        return "undecided" if result.reason.startswith(UNDECIDED) else "unscored"
    # A weight of 0 lets a check pass in any case, so that only the score tells.
    return "better" if (result.score > 0.5) != check.negated else "worse"
