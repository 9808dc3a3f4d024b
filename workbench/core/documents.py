"""The JSON document of an answer, the same in every machine-readable output.

Invariant: every key is always present; unknown values are null. It contains no API key, because a result has none.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from workbench.core.empty_answers import empty_answer
from workbench.core.further_choices import further_choices
from workbench.core.money import Usage, source_words
from workbench.core.runs import Result


def result_document(result: Result) -> dict[str, Any]:
    """Return the document of an answer, whether it is new or read from the history."""
    empty = empty_answer(result)
    return {
        "state": result.state,
        "text": result.text,
        "reasoning": result.reasoning,
        "steps": [dataclasses.asdict(step) for step in result.steps],
        "format_check": result.format_check and dataclasses.asdict(result.format_check),
        "answered_by": result.model,
        "finish_reason": result.finish_reason,
        "empty": empty and dataclasses.asdict(empty),
        "further_choices": [dataclasses.asdict(choice) for choice in further_choices(result.response)],
        "error": result.failure and dataclasses.asdict(result.failure),
        "usage": _usage(result.usage),
        "cost_usd": result.cost_usd,
        "cost_source": source_words(result.rates) if result.cost_usd is not None else "",
        "timing": dataclasses.asdict(result.timing),
        "marks": [dataclasses.asdict(mark) for mark in result.marks],
        "request": result.request,
    }


def _usage(usage: Usage) -> dict[str, Any]:
    counts = ("input", "output", "cached", "reasoning", "source", "written")
    return {**{name: getattr(usage, name) for name in counts}, "details": usage.details.to_json()}
