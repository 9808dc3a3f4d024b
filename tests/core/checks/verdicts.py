"""Compares results with the verdicts of promptfoo 0.123.1 in `promptfoo_verdicts.json`."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from workbench.core.blocks import Tool
from workbench.core.cases import Case, case_from_json, check_from_json
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import CheckedAnswer
from workbench.core.checks.scoring import score_case
from workbench.core.checks.script_engine import ScriptEngine
from workbench.core.runs import AnswerStep

_FILE = Path(__file__).parent / "promptfoo_verdicts.json"
_SAME = 1e-9
"""Scores closer than this are equal."""

Sample = dict[str, Any]


class Difference(NamedTuple):
    """A deliberate difference from promptfoo, and the samples that it concerns."""

    reason: str
    concerns: Callable[[Sample], bool]


def _type(sample: Sample) -> str:
    return str(sample.get("check", {}).get("type", ""))


DELIBERATE = (
    Difference(
        "contains-json reads JSON, not YAML, and finds arrays and braces in texts",
        lambda sample: _type(sample) == "contains-json" and sample["answer"] in ("{not json}", "[1]", '{"a":"}"}'),
    ),
    Difference(
        "a path of is-xml holds for any of several elements with the same name",
        lambda sample: _type(sample) == "is-xml" and sample["check"].get("value") == "o.i.n",
    ),
    Difference(
        "promptfoo ignores not- before is-valid-openai-tools-call",
        lambda sample: _type(sample) == "not-is-valid-openai-tools-call",
    ),
)


@functools.cache
def known() -> tuple[Sample, ...]:
    """Return all samples with their verdicts."""
    return tuple(json.loads(_FILE.read_text(encoding="utf-8")))


def is_deliberate(sample: Sample) -> bool:
    """Whether promptfoo's verdict on a sample is not ours on purpose."""
    return any(difference.concerns(sample) for difference in DELIBERATE)


def answer_of(sample: Sample) -> CheckedAnswer:
    """Return the answer of a sample."""
    steps = [AnswerStep("tool_call", text, name) for name, text in sample.get("calls") or sample.get("trace") or ()]
    functions = [tool["function"] for tool in sample.get("tools", ())]
    return CheckedAnswer(
        sample["answer"],
        sample.get("vars", {}),
        finish_reason=sample.get("finish", ""),
        latency_ms=sample.get("latency"),
        cost_usd=sample.get("cost"),
        steps=tuple(steps),
        tools=tuple(Tool(one["name"], parameters=json.dumps(one["parameters"])) for one in functions),
    )


def case_of(sample: Sample) -> Case:
    """Return the case of a sample with several checks."""
    threshold = {"threshold": sample["threshold"]} if "threshold" in sample else {}
    return case_from_json({"uid": "1", "values": sample["vars"], "checks": sample["assert"], **threshold})


def needs_engine(sample: Sample) -> bool:
    """Whether the checks of a sample are unscored without an engine, and scored or invalid with one."""
    texts = json.dumps([sample.get("check"), sample.get("assert")])
    words = ('regex"', 'javascript"', '"pattern', "(select|update)")
    return any(word in texts for word in words)


def disagreements(samples: tuple[Sample, ...], engine: ScriptEngine | None = None) -> Iterator[str]:
    """Yield a line for each sample that is judged otherwise than by promptfoo."""
    for sample in samples:
        verdict = sample["verdict"]
        wanted = "unscored" if verdict[0] == "error" else "pass" if verdict[0] else "fail"
        if "assert" in sample:
            case = case_of(sample)
            results = [evaluate(check, answer_of(sample), engine) for check in case.checks]
            scored = score_case(case, results)
            state, score, reason = scored.state, scored.score, scored.reason
            metrics = {metric.name: metric.score for metric in scored.metrics}
            is_same = metrics.keys() == verdict[2].keys() and all(
                _close(verdict[2][name], metrics[name]) for name in metrics
            )
        else:
            result = evaluate(check_from_json(sample["check"]), answer_of(sample), engine)
            state, score, reason, is_same = result.state, result.score, result.reason, True
        if state != wanted or not is_same or (wanted != "unscored" and not _close(verdict[1], score)):
            yield f"{json.dumps(sample)}: {state} {score}, {reason}"


def _close(theirs: float | str, ours: float | None) -> bool:
    """Whether two scores are equal; theirs may be a text such as "Infinity", or outside of 0 and 1."""
    number = float(theirs)
    bounded = 0.0 if math.isnan(number) else min(1.0, max(0.0, number))
    return ours is not None and abs(bounded - ours) < _SAME
