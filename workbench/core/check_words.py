"""Descriptions of checks in English.

Invariant: a description covers every field of a check: in words for every type of `check_types`, as JSON for unknown
types and for parts without a wording. A check that is not evaluated says why. Nothing is evaluated here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from workbench.core.cases import SET, Check, check_to_json, json_text
from workbench.core.checks.check_types import CHECK_TYPES

_MOST = 300
"""Maximum number of characters shown of one value."""
# Wordings (plain, negated); {} is the value.
_DOES: Mapping[str, tuple[str, str]] = {
    "equals": ("is exactly {}", "is not exactly {}"),
    "contains": ("contains {}", "does not contain {}"),
    "icontains": ("contains {} (ignoring case)", "does not contain {} (ignoring case)"),
    "contains-all": ("contains all of {}", "does not contain all of {}"),
    "icontains-all": ("contains all of {} (ignoring case)", "does not contain all of {} (ignoring case)"),
    "contains-any": ("contains any of {}", "contains none of {}"),
    "icontains-any": ("contains any of {} (ignoring case)", "contains none of {} (ignoring case)"),
    "starts-with": ("begins with {}", "does not begin with {}"),
    "regex": ("matches the pattern {}", "does not match the pattern {}"),
    "is-json": ("is JSON", "is not JSON"),
    "contains-json": ("contains JSON", "contains no JSON"),
    "is-xml": ("is XML", "is not XML"),
    "contains-xml": ("contains XML", "contains no XML"),
    "is-html": ("is HTML", "is not HTML"),
    "contains-html": ("contains HTML", "contains no HTML"),
    "is-sql": ("is SQL", "is not SQL"),
    "contains-sql": ("contains SQL", "contains no SQL"),
    "is-refusal": ("is a refusal", "is not a refusal"),
    "is-valid-function-call": ("is a valid function call", "is not a valid function call"),
    "is-valid-openai-function-call": ("is a valid function call", "is not a valid function call"),
    "is-valid-openai-tools-call": ("is a valid tool call", "is not a valid tool call"),
    "tool-call-f1": ("calls the tools {}", "does not call the tools {}"),
    "finish-reason": ("ended because of {}", "did not end because of {}"),
    "word-count": ("has {} words", "does not have {} words"),
    "levenshtein": ("differs little from {}", "differs much from {}"),
    "rouge-n": ("shares words with {} (ROUGE-N)", "shares few words with {} (ROUGE-N)"),
    "bleu": ("shares phrases with {} (BLEU)", "shares few phrases with {} (BLEU)"),
    "gleu": ("shares phrases with {} (GLEU)", "shares few phrases with {} (GLEU)"),
    "meteor": ("shares words with {} (METEOR)", "shares few words with {} (METEOR)"),
    "similar": ("means about the same as {}", "means something different from {}"),
    "classifier": ("is classified as {}", "is not classified as {}"),
    "moderation": ("passes moderation {}", "does not pass moderation {}"),
    "guardrails": ("passes the guardrails", "does not pass the guardrails"),
    "llm-rubric": ("passes a model's rubric: {}", "fails a model's rubric: {}"),
    "agent-rubric": ("passes an agent's rubric: {}", "fails an agent's rubric: {}"),
    "search-rubric": (
        "passes the rubric of a model with web search: {}",
        "fails the rubric of a model with web search: {}",
    ),
    "g-eval": ("a model grades it by: {}", "a model grades it low by: {}"),
    "model-graded-closedqa": ("a model finds that it meets: {}", "a model finds that it does not meet: {}"),
    "factuality": ("a model finds it in line with the facts {}", "a model finds it at odds with the facts {}"),
    "answer-relevance": ("answers the question", "does not answer the question"),
    "context-faithfulness": ("keeps to its context", "does not keep to its context"),
    "context-recall": ("its context has {}", "its context lacks {}"),
    "context-relevance": ("its context is about the question", "its context is not about the question"),
    "conversation-relevance": ("is relevant to the conversation", "is not relevant to the conversation"),
    "select-best": ("is better than the baseline's answer by: {}", "is worse than the baseline's answer by: {}"),
    "max-score": ("has the highest score", "does not have the highest score"),
    "pi": ("passes the Pi score by: {}", "fails the Pi score by: {}"),
    "human": ("passes a person's verdict", "fails a person's verdict"),
    "javascript": ("passes the JavaScript {}", "does not pass the JavaScript {}"),
    "python": ("passes the Python {}", "does not pass the Python {}"),
    "ruby": ("passes the Ruby {}", "does not pass the Ruby {}"),
    "webhook": ("passes the webhook {}", "does not pass the webhook {}"),
    "skill-used": ("uses the skills {}", "does not use the skills {}"),
    "trajectory:tool-used": ("calls the tools {}", "does not call the tools {}"),
    "trajectory:tool-sequence": ("calls, in this order, the tools {}", "does not call, in this order, the tools {}"),
    "trajectory:tool-args-match": ("calls a tool with the arguments {}", "calls no tool with the arguments {}"),
    "trajectory:step-count": ("its number of steps fits {}", "its number of steps does not fit {}"),
    "trajectory:goal-success": ("a model finds that it reaches: {}", "a model finds that it does not reach: {}"),
    "trace-span-count": ("its number of spans fits {}", "its number of spans does not fit {}"),
    "trace-span-duration": ("the duration of its spans fits {}", "the duration of its spans does not fit {}"),
    "trace-error-spans": ("its failed spans fit {}", "its failed spans do not fit {}"),
}
_SAME = {"model-graded-factuality": "factuality"}
_LIMITED: Mapping[str, tuple[str, str]] = {
    "cost": ("costs at most ${}", "costs more than ${}"),
    "latency": ("takes at most {} ms", "takes more than {} ms"),
    "perplexity": ("has a perplexity of at most {}", "has a perplexity of more than {}"),
    "perplexity-score": ("has a perplexity score of at least {}", "has a perplexity score below {}"),
}
"""Types whose wording contains the threshold."""


class CheckLine(NamedTuple):
    """A line about a check, nested in `depth` sets. `is_verbatim` marks JSON, for a type without a wording."""

    text: str
    depth: int = 0
    is_verbatim: bool = False


def lines(check: Check, depth: int = 0) -> tuple[CheckLine, ...]:
    """Describe a check, one line each; the line of a set is followed by those of its members."""
    return tuple(_lines(check, depth))


def _lines(check: Check, depth: int) -> Iterator[CheckLine]:
    if check.type == SET:
        words = "not all of these" if check.negated else "all of these"
        if check.threshold is not None:
            words = f"combined score {'below' if check.negated else 'at least'} {_number(check.threshold)}"
        rest = _rest(check, told_threshold=True)
        yield CheckLine(f"{words}{rest}:", depth)
        for one in check.checks:
            yield from _lines(one, depth + 1)
        return
    words, told_threshold = _words(check)
    if not words:
        yield CheckLine(json_text(check_to_json(check)), depth, is_verbatim=True)
        return
    yield CheckLine(words + _rest(check, told_threshold=told_threshold) + _why_unscored(check), depth)


def _why_unscored(check: Check) -> str:
    """Say why a type is not evaluated, "" for one that is."""
    row = CHECK_TYPES.get(check.type)
    return "" if row is None or row.is_evaluated else f". Not scored: {row.explanation[0].lower()}{row.explanation[1:]}"


def _words(check: Check) -> tuple[str, bool]:
    """Return the wording of a check ("" for a type without one), and whether it contains the threshold."""
    kind, _, how = check.type.partition(":") if check.type not in _DOES else (check.type, "", "")
    kind = _SAME.get(kind, kind)
    if how and kind != "similar":
        return "", False
    if kind in _LIMITED and check.threshold is not None and not check.value:
        return _LIMITED[kind][check.negated].format(_number(check.threshold)), True
    if kind not in _DOES:
        return "", False
    form, value = _DOES[kind][check.negated], _range(check.value) if kind == "word-count" else _value(check.value)
    if "{}" in form:
        words = form.format(value or "(no value)")
    elif value:
        words = f"{form}, by {value}"
    else:
        words = form
    return words + (f" ({how})" if how else ""), False


def _range(text: str) -> str:
    """Format a number, or a map of min and max, of words."""
    value = json.loads(text) if text else None
    if not isinstance(value, dict) or not value or not value.keys() <= {"min", "max"}:
        return _value(text)
    if len(value) == 2:
        return _cut(f"{value['min']} to {value['max']}")
    return _cut(f"at least {value['min']}" if "min" in value else f"at most {value['max']}")


def _rest(check: Check, *, told_threshold: bool) -> str:
    """Describe the remaining fields of a check."""
    parts = []
    if check.threshold is not None and not told_threshold:
        parts.append(f"threshold {_number(check.threshold)}")
    if check.weight is not None:
        parts.append(f"weight {_number(check.weight)}")
    if check.metric:
        parts.append(f"metric “{check.metric}”")
    told = (
        ("graded by", check.provider),
        ("rubric prompt", check.rubric_prompt),
        ("config", check.config),
        ("with", check.rest),
    )
    parts += [f"{words} {_value(text)}" for words, text in told if text]
    code = (("answer transformed by", check.transform), ("context transformed by", check.context_transform))
    parts += [f"{words} code that is not run here: {_cut(text)}" for words, text in code if text]
    if check.checks and check.type != SET:
        parts.append(f"with {json_text([check_to_json(one) for one in check.checks])}")
    return "".join(f"; {part}" for part in parts)


def _value(text: str) -> str:
    """Format a JSON value: strings in quotes, lists of strings separated by commas, anything else as JSON."""
    if not text:
        return ""
    value = json.loads(text)
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return _cut(", ".join(_quoted(one) for one in value))
    return _cut(_quoted(value) if isinstance(value, str) else text)


def _quoted(text: Any) -> str:
    return f"“{text}”"


def _cut(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"


def _number(number: float) -> str:
    return f"{number:.10g}"
