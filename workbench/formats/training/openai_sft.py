"""OpenAI chat fine-tuning: `{"messages": […], "tools": […]}`; Fireworks and Together accept the same.

Invariant: the last message is the target answer. Assistant messages of the prompt (few-shot examples) have `weight` 0,
which excludes them from training.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.core.training import TrainingRow
from workbench.formats.training import messages
from workbench.formats.training.format import TrainingFormat


def line(row: TrainingRow) -> dict[str, Any]:
    """Return the JSON of a row."""
    given = messages.openai((*row.prompt, *row.completion))
    first = len(row.prompt)
    weighed = [
        {**message, "weight": 0} if number < first and message["role"] == "assistant" else message
        for number, message in enumerate(given)
    ]
    return {"messages": weighed, **messages.openai_tools(row.tools)}


def fault(data: Mapping[str, Any]) -> str:
    """Return what is wrong with a row, "" if nothing."""
    if unknown := set(data) - {"messages", "tools", "parallel_tool_calls"}:
        return f"it has {', '.join(sorted(unknown))}, which the format does not know"
    if wrong := messages.fault(data.get("messages"), "the messages", arguments=str):
        return wrong
    given = data["messages"]
    if not messages.ends_with_assistant(given):
        return "the last message is not assistant text"
    if any(message.get("weight", 1) not in (0, 1) for message in given) or given[-1].get("weight", 1) != 1:
        return "a weight is neither 0 nor 1, or the last message has weight 0"
    if any("tool_calls" in message for message in given) and not data.get("tools"):
        return "a tool is called but no tools are listed"
    return ""


def reserve(data: Mapping[str, Any]) -> str:
    """Return which services refuse a valid row, "" if none."""
    return messages.late_system(data["messages"])


FORMAT = TrainingFormat(
    name="openai-sft",
    order=10,
    kind="chosen",
    title="OpenAI fine-tuning",
    what="OpenAI chat fine-tuning",
    help="OpenAI chat fine-tuning, also for Fireworks and Together",
    line=line,
    fault=fault,
    least=10,
    reserve=reserve,
)
