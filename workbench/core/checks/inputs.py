"""What the functions of the types get: a check, its rendered value, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.core.blocks import Tool
from workbench.core.cases import Check
from workbench.core.checks.check_result import UnscoredError
from workbench.core.checks.script_engine import ScriptEngine
from workbench.core.runs import AnswerStep

MOST_CHECKED = 2_000_000
"""Maximum length of a checked answer in characters."""


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """An answer and the facts of its call.

    `values` are the variables of its case: text, objects for JSON, the name of a file. `prompt` is the prompt
    as sent. `cost_usd` and `latency_ms` are None when unknown, `finish_reason` is "". `steps` are the recorded
    steps of an answer with tool calls, `tools` the tools that the model could call.
    """

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    prompt: str = ""
    finish_reason: str = ""
    latency_ms: float | None = None
    cost_usd: float | None = None
    steps: tuple[AnswerStep, ...] = ()
    tools: tuple[Tool, ...] = ()

    @property
    def calls(self) -> tuple[AnswerStep, ...]:
        """The tool calls in order."""
        return tuple(step for step in self.steps if step.kind == "tool_call")


@dataclass(frozen=True, slots=True)
class CheckInputs:
    """A check with its value as JSON, templates filled in; MISSING when the check has none."""

    check: Check
    value: Any
    answer: CheckedAnswer
    engine: ScriptEngine | None = None

    @property
    def text(self) -> str:
        """The text of the answer."""
        return self.answer.text

    def threshold(self, default: float) -> float:
        """Return the threshold of the check, `default` when it has none."""
        return default if self.check.threshold is None else self.check.threshold

    def needed_engine(self, what: str) -> ScriptEngine:
        """Return the engine. Raises UnscoredError without one; `what` are plural words for the sentence."""
        if self.engine is None:
            raise UnscoredError(f"{what} need the script engine, which is not available here.")
        return self.engine
