"""Checks that compare meanings by vectors: similar, and answer-relevance.

Invariant: a check takes one call of the embedding model, with all its texts. The cosine of a vector of zeros is 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.core.checks.check_result import Finding, UnscoredError
from workbench.core.checks.js_text import MISSING
from workbench.core.content import Content
from workbench.core.judging.graded_checks import bounded
from workbench.core.judging.judge_prompts import chat_question
from workbench.core.judging.questions import JudgeInputs, JudgeQuestion, JudgeReply
from workbench.core.judging.reply_json import without_thoughts

QUESTIONS = 3
"""The number of questions that a judge writes for one answer."""
_EPSILON = 2.0**-52
_SIMILAR = 0.75
_RELEVANT = 0.5

Vector = tuple[float, ...]


def require_references(inputs: JudgeInputs) -> None:
    """Refuse a check without a text to compare with. Raises UnscoredError."""
    _references(inputs)


def ask_similarity(inputs: JudgeInputs, content: Content) -> tuple[JudgeQuestion, ...]:
    """Return the one question: the vectors of the answer and the references."""
    return (JudgeQuestion("embedding", texts=(inputs.answer.text, *_references(inputs))),)


def find_similarity(inputs: JudgeInputs, replies: Sequence[JudgeReply]) -> Finding:
    """Compare the answer with each reference: one has to be near enough, with `not-` all have to be far enough."""
    references = _references(inputs)
    answer, *others = _vectors(replies[0], 1 + len(references))
    limit = inputs.threshold(_SIMILAR)
    if inputs.check.type == "similar:euclidean":
        distances = [math.dist(answer, other) for other in others]
        return _nearest(inputs, distances, limit)
    measure = _dot if inputs.check.type == "similar:dot" else _cosine
    scores = [measure(answer, other) for other in others]
    near = [score >= limit - _EPSILON for score in scores]
    far = [score <= limit + _EPSILON for score in scores]
    chosen = _chosen(near, far, [-score for score in scores], negated=inputs.check.negated)
    score = scores[chosen]
    name = "Dot product" if measure is _dot else "Similarity"
    reason = f"{name} {score:.2f}{_of(chosen, references)}; at least {limit:g} counts as similar."
    return Finding(any(near), reason, bounded(score), passes_negated=all(far))


def require_nothing(inputs: JudgeInputs) -> None:
    """Accept every check: the type has no value."""


def ask_relevance(inputs: JudgeInputs, content: Content) -> tuple[JudgeQuestion, ...]:
    """Return the first stage: the judge writes a question for the answer, several times."""
    return (chat_question(inputs, content),) * QUESTIONS


def embed_questions(inputs: JudgeInputs, replies: Sequence[JudgeReply]) -> JudgeQuestion:
    """Return the second stage: the vectors of what was asked for, and of the questions. Raises UnscoredError."""
    questions = [without_thoughts(reply.text).strip() for reply in replies[:QUESTIONS]]
    if not all(questions):
        raise UnscoredError("The judge wrote no question for the answer.")
    query = inputs.answer.values.get("query")
    return JudgeQuestion("embedding", texts=(query if isinstance(query, str) else inputs.answer.prompt, *questions))


def find_relevance(inputs: JudgeInputs, replies: Sequence[JudgeReply]) -> Finding:
    """Compute the mean similarity of the questions and what was asked for."""
    wanted = embed_questions(inputs, replies).texts
    asked, *questions = _vectors(replies[QUESTIONS], len(wanted))
    score = math.fsum(_cosine(asked, question) for question in questions) / len(questions)
    limit = inputs.threshold(_RELEVANT)
    reason = f"Relevance {score:.2f}; at least {limit:g} expected. The answer would fit: {wanted[1][:200]}"
    return Finding(score >= limit - _EPSILON, reason, bounded(score))


def _references(inputs: JudgeInputs) -> tuple[str, ...]:
    value = inputs.value
    if value in (MISSING, "", []):
        value = inputs.answer.expectation
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) and text for text in texts):
        raise UnscoredError("Enter a text to compare with, a list of texts, or give the case an expectation.")
    return tuple(texts)


def _vectors(reply: JudgeReply, count: int) -> tuple[Vector, ...]:
    found = reply.vectors
    if len(found) != count:
        raise UnscoredError(f"The embedding model returned {len(found)} vectors for {count} texts.")
    if len({len(vector) for vector in found}) != 1 or not found[0]:
        raise UnscoredError("The embedding model returned vectors of different lengths.")
    if not all(math.isfinite(number) for vector in found for number in vector):
        raise UnscoredError("The embedding model returned a vector with an invalid number.")
    return found


def _nearest(inputs: JudgeInputs, distances: list[float], limit: float) -> Finding:
    near = [distance <= limit + _EPSILON for distance in distances]
    far = [distance >= limit - _EPSILON for distance in distances]
    chosen = _chosen(near, far, distances, negated=inputs.check.negated)
    distance = distances[chosen]
    reason = f"Distance {distance:.2f}{_of(chosen, _references(inputs))}; at most {limit:g} counts as similar."
    return Finding(any(near), reason, 1 / (1 + distance), passes_negated=all(far))


def _chosen(near: list[bool], far: list[bool], distances: list[float], *, negated: bool) -> int:
    """Return the reference whose score counts: the first that decides the check, else the nearest."""
    deciding = [not is_far for is_far in far] if negated else near
    if any(deciding):
        return deciding.index(True)
    return distances.index(min(distances))


def _of(chosen: int, references: Sequence[str]) -> str:
    return f" to text {chosen + 1} of {len(references)}" if len(references) > 1 else ""


def _dot(one: Vector, other: Vector) -> float:
    return _number(math.sumprod(one, other) if hasattr(math, "sumprod") else sum(map(float.__mul__, one, other)))


def _cosine(one: Vector, other: Vector) -> float:
    lengths = math.hypot(*one) * math.hypot(*other)
    return 0.0 if not lengths else _number(_dot(one, other) / lengths)


def _number(value: float) -> float:
    if not math.isfinite(value):
        raise UnscoredError("The embedding model returned vectors that are too large to be compared.")
    return value
