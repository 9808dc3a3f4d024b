"""Preferences for OpenAI, Azure, Together and Fireworks: `{"input": {"messages"}, "preferred_output", …}`.

Invariant: both outputs answer the same input. Together accepts exactly one assistant message in each, so answers with
tool calls are for the other services only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.core.training import TrainingRow
from workbench.formats.training import messages
from workbench.formats.training.format import TrainingFormat


def line(row: TrainingRow) -> dict[str, Any]:
    """Return the JSON of a row."""
    asked: dict[str, Any] = {"messages": messages.openai(row.prompt), **messages.openai_tools(row.tools)}
    if row.tools:
        asked["parallel_tool_calls"] = True
    return {
        "input": asked,
        "preferred_output": messages.openai(row.completion),
        "non_preferred_output": messages.openai(row.rejected),
    }


def fault(data: Mapping[str, Any]) -> str:
    """Return what is wrong with a row, "" if nothing."""
    if set(data) != {"input", "preferred_output", "non_preferred_output"}:
        return "it needs input, preferred_output and non_preferred_output, and nothing else"
    asked = data["input"]
    if not isinstance(asked, Mapping) or set(asked) - {"messages", "tools", "parallel_tool_calls"}:
        return "the input is not an object of messages and tools"
    if wrong := messages.fault(asked.get("messages"), "the input", arguments=str):
        return wrong
    if asked["messages"][-1]["role"] not in ("user", "tool"):
        return "the input does not end with the user"
    for name in ("preferred_output", "non_preferred_output"):
        if wrong := messages.fault(data[name], f"the {name}", arguments=str):
            return wrong
        if any(message["role"] not in ("assistant", "tool") for message in data[name]):
            return f"the {name} has messages from neither the assistant nor a tool"
        if not messages.ends_with_assistant(data[name]):
            return f"the {name} does not end with assistant text"
    if data["preferred_output"] == data["non_preferred_output"]:
        return "both outputs are the same"
    return ""


def reserve(data: Mapping[str, Any]) -> str:
    """Return which services refuse a valid row, "" if none."""
    if len(data["preferred_output"]) > 1 or len(data["non_preferred_output"]) > 1:
        return "Together accepts only answers of one message without tool calls"
    return messages.late_system(data["input"]["messages"])


FORMAT = TrainingFormat(
    name="openai-preference",
    order=20,
    kind="preference",
    title="OpenAI preferences (also Azure, Together, Fireworks)",
    what="preferences for OpenAI, Azure, Together and Fireworks",
    help="pairs for OpenAI, Azure, Together and Fireworks",
    line=line,
    fault=fault,
    least=10,
    reserve=reserve,
)
