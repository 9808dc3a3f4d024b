"""Checks that one reply decides: llm-rubric, factuality and model-graded-closedqa."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.core.cases import Check
from workbench.core.checks.check_result import Finding, UnscoredError
from workbench.core.checks.js_text import MISSING
from workbench.core.content import Content
from workbench.core.judging.judge_prompts import chat_question
from workbench.core.judging.questions import JudgeInputs, JudgeQuestion, JudgeReply
from workbench.core.judging.verdict_reading import (
    CATEGORIES,
    Category,
    category_verdict,
    criterion_verdict,
    rubric_verdict,
)

CATEGORY_NAMES: Mapping[Category, str] = {
    "A": "subset",
    "B": "superset",
    "C": "agree",
    "D": "disagree",
    "E": "differButFactual",
}
"""The names of the categories in promptfoo's `factuality` options."""


def ask_once(inputs: JudgeInputs, content: Content) -> tuple[JudgeQuestion, ...]:
    """Return the one question. Raises UnscoredError for a judge prompt that cannot be filled in."""
    return (chat_question(inputs, content),)


def require_rubric(inputs: JudgeInputs) -> None:
    """Refuse a check without a requirement; the check's own rubricPrompt may have one. Raises UnscoredError."""
    value = inputs.value
    if isinstance(value, bool | int | float):
        raise UnscoredError("The requirement is a number. Write it as a text.")
    if value in (MISSING, None, "") and not inputs.check.rubric_prompt:
        raise UnscoredError("Enter what the judge has to look for.")


def find_rubric(inputs: JudgeInputs, replies: Sequence[JudgeReply]) -> Finding:
    """Read the verdict: the judge's pass, and a score that reaches the threshold if there is one."""
    found = rubric_verdict(replies[0].text)
    limit = inputs.check.threshold
    holds = found.passed and (limit is None or found.score >= limit)
    reason = found.reason or f"The judge gave the score {found.score:.4g}."
    if limit is not None:
        reason = f"{reason} (Score {found.score:.4g}; at least {limit:g} expected.)"
    return Finding(holds, reason, bounded(found.score))


def require_reference(inputs: JudgeInputs) -> None:
    """Refuse a check without a reference, and scores that are no numbers. Raises UnscoredError."""
    category_scores(inputs.check)
    if not isinstance(inputs.value, str) and inputs.value is not MISSING:
        raise UnscoredError("The reference is not a text. Write it as one.")
    if inputs.value in (MISSING, "") and not inputs.answer.expectation:
        raise UnscoredError("Enter the reference to compare with, or give the case an expectation.")


def find_factuality(inputs: JudgeInputs, replies: Sequence[JudgeReply]) -> Finding:
    """Read the category, whose score is above 0 to pass."""
    found = category_verdict(replies[0].text)
    score = category_scores(inputs.check)[found.category]
    return Finding(score > 0, f"{found.category}: {found.reason or CATEGORIES[found.category]}", bounded(score))


def category_scores(check: Check) -> dict[Category, float]:
    """Return the scores of the categories: those of `config.factuality` or `config`, else 0 for D and 1 for others.

    Raises UnscoredError for one that is not a number.
    """
    config = json.loads(check.config) if check.config else None
    given: Any = config.get("factuality", config) if isinstance(config, dict) else None
    scores: dict[Category, float] = {}
    for category, name in CATEGORY_NAMES.items():
        score = given.get(name) if isinstance(given, dict) else None
        if score is None:
            score = float(category != "D")
        elif isinstance(score, bool) or not isinstance(score, int | float):
            raise UnscoredError(f"The score “{name}” of the check is not a number. Correct it.")
        scores[category] = float(score)
    return scores


def require_criterion(inputs: JudgeInputs) -> None:
    """Refuse a check without a criterion. Raises UnscoredError."""
    if not isinstance(inputs.value, str) or not inputs.value:
        raise UnscoredError("Enter the criterion as a text.")


def find_criterion(inputs: JudgeInputs, replies: Sequence[JudgeReply]) -> Finding:
    """Read yes or no."""
    found = criterion_verdict(replies[0].text)
    return Finding(found.passed, found.reason or f"The judge says {'yes' if found.passed else 'no'}.")


def bounded(score: float) -> float:
    """Return a score within 0 and 1."""
    return min(1.0, max(0.0, score))
