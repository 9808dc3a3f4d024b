"""The answers that the lanes show, as checks see them, and the results of their checks.

Invariant: only finished answers to the shown values are checked: a streaming one may still change, and one that failed
is no answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.core.blocks import Tool
from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.inputs import CheckedAnswer
from workbench.core.runs import Result
from workbench.core.value_kinds import Kinds, template_values

_LONGEST_PROMPT = 1_000_000
"""Longest prompt in characters that is passed to checks."""


@dataclass(frozen=True, slots=True)
class OutputChecks:
    """The results of an output's checks, in the order of the checks."""

    checks: tuple[Check, ...]
    results: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class LaneAnswer:
    """The answer that a lane shows. `lane` is the displayed name of the lane.

    `pinned` is the number of the version that the lane ran if it was pinned to one: `answer` has no tools until
    `with_tools`. `kinds` are those of the values that checks get. `tested` are the results of the test that asked for
    the answer, None for an answer of an iteration.
    """

    slot: str
    lane: str
    output_uid: str
    answer: CheckedAnswer
    is_winner: bool = False
    pinned: int | None = None
    tested: OutputChecks | None = None
    kinds: Kinds = ()


@dataclass(frozen=True, slots=True)
class ShownAnswers:
    """All shown answers that can be checked, from left to right.

    `set_uid` is the uid of the shown value set, which is that of a case if it is kept as one; "" for none.
    """

    set_uid: str = ""
    answers: tuple[LaneAnswer, ...] = ()


def with_tools(shown: ShownAnswers, tools: Mapping[int, tuple[Tool, ...]]) -> ShownAnswers:
    """Return the answers with the tools of pinned lanes, by version; lanes of other versions stay as they are."""
    answers = tuple(
        one
        if one.pinned is None or one.pinned not in tools
        else replace(one, answer=replace(one.answer, tools=tools[one.pinned]))
        for one in shown.answers
    )
    return replace(shown, answers=answers)


def prompt_text(request: Any) -> str:
    """Return the prompt of a request as checks see it: a single message of the user, else the messages as JSON.

    Files in messages are left out; "" for a request of another shape, and for one that is very long.
    """
    messages = request.get("messages") if isinstance(request, Mapping) else None
    if not isinstance(messages, list) or not all(isinstance(one, Mapping) for one in messages):
        return ""
    told = [{"role": one.get("role"), "content": _text(one.get("content"))} for one in messages]
    if sum(len(one["content"]) for one in told) > _LONGEST_PROMPT:
        return ""
    if len(told) == 1 and told[0]["role"] == "user":
        return str(told[0]["content"])
    return json.dumps(told, ensure_ascii=False)


def _text(content: Any) -> str:
    """Return a message's text, of several parts only their texts."""
    parts = content if isinstance(content, list) else [{"text": content}]
    texts = [part.get("text") for part in parts if isinstance(part, Mapping)]
    return "\n".join(text for text in texts if isinstance(text, str))


def checked_answer(
    result: Result, values: Sequence[tuple[str, str]], tools: Sequence[Tool], kinds: Kinds = ()
) -> CheckedAnswer:
    """Return a finished result as checks see it; `values` are those that it answers, `kinds` what they are."""
    return CheckedAnswer(
        result.text,
        template_values(dict(values), kinds),
        prompt_text(result.request),
        finish_reason=result.finish_reason,
        latency_ms=result.timing.duration,
        cost_usd=result.cost_usd,
        steps=result.steps,
        tools=tuple(tools),
    )
