"""Convert messages to the forms of OpenAI and TRL, and validate them.

Invariant: a call's arguments are text for OpenAI and an object for TRL; OpenAI's tool messages name their call by id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.core.blocks import Tool
from workbench.core.chat_form import tools_form
from workbench.core.training import TrainingCall, TrainingTurn, Turns, renumbered

_ROLES = ("system", "user", "assistant", "tool")


def openai(turns: Turns) -> list[dict[str, Any]]:
    """Return messages in OpenAI's form."""
    return [_openai(turn) for turn in renumbered(turns)]


def _openai(turn: TrainingTurn) -> dict[str, Any]:
    if turn.role == "tool":
        return {"role": "tool", "tool_call_id": turn.call_id, "content": turn.text}
    data: dict[str, Any] = {"role": turn.role}
    if turn.text or not turn.calls:
        data["content"] = turn.text
    if turn.calls:
        data["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in turn.calls
        ]
    return data


def trl(turns: Turns) -> list[dict[str, Any]]:
    """Return messages in the form that TRL's chat templates expect."""
    return [_trl(turn) for turn in turns]


def _trl(turn: TrainingTurn) -> dict[str, Any]:
    data: dict[str, Any] = {"role": turn.role, "content": turn.text}
    if turn.role == "tool":
        data["name"] = turn.name
    if turn.calls:
        data["tool_calls"] = [{"type": "function", "function": _function(call)} for call in turn.calls]
    return data


def _function(call: TrainingCall) -> dict[str, Any]:
    return {"name": call.name, "arguments": json.loads(call.arguments)}


def openai_tools(tools: Sequence[Tool]) -> dict[str, Any]:
    """Return the entry `tools` of a row, empty if it has none."""
    return {"tools": tools_form(tools)} if tools else {}


def trl_tools(tools: Sequence[Tool]) -> dict[str, Any]:
    """Return the entry `tools` of a row as JSON text, which every release of `datasets` keeps unchanged."""
    return {"tools": json.dumps(tools_form(tools), ensure_ascii=False)} if tools else {}


def fault(messages: Any, where: str, *, arguments: type) -> str:
    """Return what is wrong with a list of messages, "" if nothing; `arguments` is the type of a call's arguments."""
    if not isinstance(messages, list) or not messages:
        return f"{where}: not a list of messages"
    open_calls: list[str] = []
    for number, message in enumerate(messages, start=1):
        at = f"{where}, message {number}"
        if not isinstance(message, Mapping) or message.get("role") not in _ROLES:
            return f"{at} has an unknown role"
        calls = message.get("tool_calls", [])
        if not isinstance(message.get("content", ""), str) or not ("content" in message or calls):
            return f"{at} has no text"
        if calls and message["role"] != "assistant":
            return f"{at} calls a tool but is not from the assistant"
        for call in calls:
            if not isinstance(call.get("function", {}).get("arguments"), arguments):
                return f"{at} has a call with arguments of the wrong type"
            open_calls.append(call.get("id", ""))
        if message["role"] == "tool":
            if not open_calls:
                return f"{at} answers a call that does not exist"
            if "tool_call_id" in message and message["tool_call_id"] not in open_calls:
                return f"{at} answers a call that is not before it"
            open_calls.remove(message.get("tool_call_id", open_calls[0]))
        elif open_calls and not calls:
            return f"{at} comes before every call is answered"
    return f"{where}: not every call is answered" if open_calls else ""


def ends_with_assistant(messages: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the last message is from the assistant and has text."""
    return bool(messages) and messages[-1]["role"] == "assistant" and bool(messages[-1].get("content"))


def late_system(messages: Sequence[Mapping[str, Any]]) -> str:
    """Return which services refuse these messages because a system message is not the first, "" if none."""
    late = any(message["role"] == "system" for message in messages[1:])
    return "Together and Fireworks accept a system message only as the first" if late else ""
