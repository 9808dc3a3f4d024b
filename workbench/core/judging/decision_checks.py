"""Checks that a decision model evaluates: a requirement in, the probability that the answer meets it out.

Invariant: one condition is asked for a check. The probability of a pass, that of the opposite with `not-`, is the score
of the check, which passes from its threshold on (0.5 without one); `core.statistics.threshold` chooses one on labels,
and decides by the same rule. A refused
question is unscored. A decision model has no judge prompt, so a check that brings its own is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from workbench.core.cases import Check, json_text
from workbench.core.checks.check_result import CheckResult, Finding, UnscoredError, result_of, unscored
from workbench.core.checks.check_sets import with_metric
from workbench.core.content import Message
from workbench.core.judging.decisions import DecisionQuestion, read_answers
from workbench.core.judging.judged_checks import NOT_ASKED, prepared_check
from workbench.core.judging.questions import JudgedAnswer, JudgeInputs, JudgeQuestion, JudgeReply

DEFAULT_THRESHOLD = 0.5
_NAME = "pass"


def _rubric(inputs: JudgeInputs) -> tuple[str, str]:
    rubric = inputs.value if isinstance(inputs.value, str) else json_text(inputs.value)
    return inputs.answer.text, f"The text meets this requirement: {rubric}"


def _criterion(inputs: JudgeInputs) -> tuple[str, str]:
    given = f"Request:\n{inputs.answer.prompt}\n\nAnswer:\n{inputs.answer.text}"
    return given, f"The answer to the request meets this criterion: {inputs.value}"


_TYPES: Mapping[str, Callable[[JudgeInputs], tuple[str, str]]] = {
    "llm-rubric": _rubric,
    "model-graded-closedqa": _criterion,
}
"""The input and the condition of each type that a decision model evaluates."""
DECIDED_TYPES: frozenset[str] = frozenset(_TYPES)


def decision_problem(check: Check, answer: JudgedAnswer) -> str:
    """Return a sentence about why a decision model cannot be asked, else ""."""
    try:
        _asked(check, answer)
    except UnscoredError as error:
        return str(error)
    except RecursionError:
        return "The check is nested too deeply to be judged."
    return ""


def decision_questions(check: Check, answer: JudgedAnswer, replies: Sequence[JudgeReply]) -> tuple[JudgeQuestion, ...]:
    """Return what a decision model is asked after `replies`: once, and nothing if it cannot be asked."""
    if replies:
        return ()
    try:
        text, question = _asked(check, answer)
    except (UnscoredError, RecursionError):
        # `decision_problem` and `decided_result` say why.
        return ()
    return (JudgeQuestion("decision", messages=(Message("user", text),), decisions=(question,)),)


def decided_result(check: Check, answer: JudgedAnswer, replies: Sequence[JudgeReply]) -> CheckResult:
    """Return the result of a check from the reply of a decision model."""
    try:
        _, question = _asked(check, answer)
        if not replies:
            return unscored(NOT_ASKED)
        probability = _probability(question, replies[0])
    except UnscoredError as error:
        return unscored(str(error))
    except RecursionError:
        return unscored("The check is nested too deeply to be judged.")
    limit = DEFAULT_THRESHOLD if check.threshold is None else check.threshold
    passing = 1 - probability if check.negated else probability
    reason = f"Probability of a pass {passing:.2f}; at least {limit:g} expected."
    # A negated check asks for the same probability of the opposite.
    finding = Finding(probability >= limit, reason, probability, passes_negated=passing >= limit)
    return with_metric(check, result_of(check, finding), answer.values)


def pass_probability(check: Check, answer: JudgedAnswer, replies: Sequence[JudgeReply]) -> float | None:
    """Return the probability of a pass, which the history stores beside a verdict; None without a usable reply."""
    try:
        _, question = _asked(check, answer)
        probability = None if not replies else _probability(question, replies[0])
    except (UnscoredError, RecursionError):
        return None
    return 1 - probability if probability is not None and check.negated else probability


def _asked(check: Check, answer: JudgedAnswer) -> tuple[str, DecisionQuestion]:
    """Return the input and the question of a check. Raises UnscoredError."""
    kind = _TYPES.get(check.type)
    if kind is None:
        known = " and ".join(sorted(DECIDED_TYPES))
        raise UnscoredError(f"A decision model evaluates {known} only. Choose a judge model that writes.")
    if check.rubric_prompt:
        raise UnscoredError("The check has a rubricPrompt, which a decision model does not read. Choose another judge.")
    text, instructions = kind(prepared_check(check, answer))
    return text, DecisionQuestion("predicate", instructions, name=_NAME)


def _probability(question: DecisionQuestion, reply: JudgeReply) -> float:
    if reply.problem:
        raise UnscoredError(f"The judge did not answer: {reply.problem}")
    try:
        (found,) = read_answers(reply.text, (question,))
    except ValueError as error:
        raise UnscoredError(str(error)) from error
    if found.probability is None:
        raise UnscoredError("The decision model declined to answer.")
    return found.probability
