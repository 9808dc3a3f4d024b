"""Judged checks: what to ask models about an answer, and what their replies mean.

Invariant: `judged_result` returns a result for every check, answer and replies; without a clear verdict it is unscored.
`next_questions` is a function of its arguments, so that replies can be stored and a stopped test can go on: it takes
the replies to all earlier questions, in order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult, Finding, UnscoredError, result_of, unscored
from workbench.core.checks.check_sets import number_problem, with_metric
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.core.checks.inputs import MOST_CHECKED
from workbench.core.checks.js_text import MISSING
from workbench.core.checks.value_templates import filled_value
from workbench.core.content import Content, Message
from workbench.core.judging import graded_checks, pairwise, vector_checks
from workbench.core.judging.questions import JudgedAnswer, JudgeInputs, JudgeQuestion, JudgeReply

NOT_ASKED = "The judge was not asked."
_LINKS = ("file://", "package:")
_PLACEHOLDER = Content((Message("user", "-"),))
"""Stands for the judge prompt where only the check's own rubricPrompt can be wrong."""


@dataclass(frozen=True, slots=True)
class _JudgedType:
    """How a type is judged: what it requires, its first questions, perhaps a last one that depends on the replies, and
    what the replies mean.
    """

    require: Callable[[JudgeInputs], None]
    ask: Callable[[JudgeInputs, Content], tuple[JudgeQuestion, ...]]
    find: Callable[[JudgeInputs, Sequence[JudgeReply]], Finding]
    calls: int = 1
    last: Callable[[JudgeInputs, Sequence[JudgeReply]], JudgeQuestion] | None = None


_ONCE = graded_checks.ask_once
_FACTUALITY = _JudgedType(graded_checks.require_reference, _ONCE, graded_checks.find_factuality)
_SIMILARITY = _JudgedType(vector_checks.require_references, vector_checks.ask_similarity, vector_checks.find_similarity)
_TYPES: Mapping[str, _JudgedType] = {
    "llm-rubric": _JudgedType(graded_checks.require_rubric, _ONCE, graded_checks.find_rubric),
    "factuality": _FACTUALITY,
    "model-graded-factuality": _FACTUALITY,
    "model-graded-closedqa": _JudgedType(graded_checks.require_criterion, _ONCE, graded_checks.find_criterion),
    "answer-relevance": _JudgedType(
        vector_checks.require_nothing,
        vector_checks.ask_relevance,
        vector_checks.find_relevance,
        vector_checks.QUESTIONS,
        vector_checks.embed_questions,
    ),
    "select-best": _JudgedType(pairwise.require_difference, pairwise.ask_better, pairwise.find_better, 2),
    "similar": _SIMILARITY,
    "similar:cosine": _SIMILARITY,
    "similar:dot": _SIMILARITY,
    "similar:euclidean": _SIMILARITY,
}


def is_judged(check: Check) -> bool:
    """Whether models evaluate a check; of a set, its members are asked for one by one."""
    row = CHECK_TYPES.get(check.type)
    return row is not None and row.judged


def most_calls(check: Check) -> int:
    """Return how many calls one round of judging takes, 0 for a check that is not judged."""
    kind = _TYPES.get(check.type)
    return 0 if kind is None else kind.calls + (kind.last is not None)


def question_problem(check: Check, answer: JudgedAnswer, content: Content) -> str:
    """Return a sentence about why nothing can be asked: a missing value, a template that is not supported; else ""."""
    try:
        kind, inputs = _prepared(check, answer)
        kind.ask(inputs, content)
    except UnscoredError as error:
        return str(error)
    except RecursionError:
        return "The check is nested too deeply to be judged."
    return ""


def next_questions(
    check: Check, answer: JudgedAnswer, content: Content, replies: Sequence[JudgeReply]
) -> tuple[JudgeQuestion, ...]:
    """Return what is to be asked after `replies`; () when a result is possible, or when nothing can be asked.

    `content` is the judge prompt of the type; the check's own rubricPrompt replaces it. A type that only compares
    vectors ignores it.
    """
    try:
        kind, inputs = _prepared(check, answer)
        first = kind.ask(inputs, content)
        if any(reply.problem for reply in replies):
            return ()
        if len(replies) < len(first):
            return first[len(replies) :]
        if kind.last is not None and len(replies) == len(first):
            return (kind.last(inputs, replies),)
    except (UnscoredError, RecursionError):
        # `question_problem` and `judged_result` say why.
        return ()
    return ()


def judged_result(check: Check, answer: JudgedAnswer, replies: Sequence[JudgeReply]) -> CheckResult:
    """Return the result of a judged check from the replies to all its questions, in order."""
    try:
        kind, inputs = _prepared(check, answer)
        for reply in replies:
            if reply.problem:
                return unscored(f"The judge did not answer: {reply.problem}")
        if len(replies) < most_calls(check):
            if not replies:
                kind.ask(inputs, _PLACEHOLDER)
            elif kind.last is not None and len(replies) == kind.calls:
                kind.last(inputs, replies)
            return unscored(NOT_ASKED)
        return with_metric(check, result_of(check, kind.find(inputs, replies)), answer.values)
    except UnscoredError as error:
        return unscored(str(error))
    except RecursionError:
        return unscored("The reply or the check is nested too deeply to be read.")


def prepared_check(check: Check, answer: JudgedAnswer) -> JudgeInputs:
    """Return a check with its value filled in. Raises UnscoredError when it cannot be judged."""
    return _prepared(check, answer)[1]


def _prepared(check: Check, answer: JudgedAnswer) -> tuple[_JudgedType, JudgeInputs]:
    """Return how a check is judged, and its filled in value. Raises UnscoredError."""
    kind = _TYPES.get(check.type)
    if kind is None:
        raise UnscoredError(f"Checks of the type {check.type[:80]} are not judged by a model.")
    if problem := number_problem(check):
        raise UnscoredError(problem)
    if check.transform:
        raise UnscoredError("The check transforms the answer by code, which is not run here.")
    if len(answer.text) > MOST_CHECKED:
        raise UnscoredError(f"The answer is longer than {MOST_CHECKED // 1_000_000} million characters.")
    value = json.loads(check.value) if check.value else MISSING
    if isinstance(value, str) and value.startswith(_LINKS):
        raise UnscoredError("The value of the check is in a file, which is not read here. Enter its contents.")
    inputs = JudgeInputs(check, filled_value(value, answer.values), answer)
    kind.require(inputs)
    return kind, inputs
