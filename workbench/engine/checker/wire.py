"""Answers and results of checks on the wire.

Invariant: each `*_from_json` is the inverse of `*_to_json`, except that a result's `found` is the whole answer or None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.core.blocks import tools_from_json, tools_to_json
from workbench.core.checks.check_result import CheckResult, MetricScore
from workbench.core.checks.inputs import CheckedAnswer
from workbench.engine.protocol import steps_from_json, steps_to_json

_FACTS = ("prompt", "finish_reason", "latency_ms", "cost_usd")


def answer_to_json(answer: CheckedAnswer) -> dict[str, Any]:
    """Return an answer without its text, which is sent in pieces."""
    facts = {name: getattr(answer, name) for name in _FACTS}
    steps, tools = steps_to_json(answer.steps), tools_to_json(answer.tools)
    return {**facts, "values": dict(answer.values), "steps": steps, "tools": tools}


def answer_from_json(data: Mapping[str, Any], text: str) -> CheckedAnswer:
    """Read `answer_to_json` back."""
    facts = {name: data[name] for name in _FACTS}
    steps, tools = steps_from_json(data["steps"]), tools_from_json(data["tools"])
    return CheckedAnswer(text, data["values"], steps=steps, tools=tools, **facts)


def result_to_json(result: CheckResult, text: str) -> dict[str, Any]:
    """Return a result; a text that was found and is the whole answer is not repeated."""
    return {
        "state": result.state,
        "score": result.score,
        "reason": result.reason,
        "place": result.place,
        "expected": result.expected,
        "found": None if result.found == text else result.found,
        "parts": [result_to_json(part, text) for part in result.parts],
        "metrics": [[metric.name, metric.score, metric.weight] for metric in result.metrics],
    }


def result_from_json(data: Mapping[str, Any], text: str) -> CheckResult:
    """Read `result_to_json` back."""
    place, expected, found = data["place"], data["expected"], data["found"]
    return CheckResult(
        data["state"],
        data["score"],
        data["reason"],
        None if place is None else (place[0], place[1]),
        expected,
        text if expected is not None and found is None else found,
        tuple(result_from_json(part, text) for part in data["parts"]),
        tuple(MetricScore(*metric) for metric in data["metrics"]),
    )
