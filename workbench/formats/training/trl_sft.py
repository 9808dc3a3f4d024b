"""TRL's prompt-completion type, conversational: `{"prompt": […], "completion": […]}`.

Invariant: only the completion is a training target, so few-shot examples are in the prompt.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.core.training import TrainingRow
from workbench.formats.training import messages
from workbench.formats.training.format import TrainingFormat


def line(row: TrainingRow) -> dict[str, Any]:
    """Return the JSON of a row."""
    return {
        "prompt": messages.trl(row.prompt),
        "completion": messages.trl(row.completion),
        **messages.trl_tools(row.tools),
    }


def fault(data: Mapping[str, Any]) -> str:
    """Return what is wrong with a row, "" if nothing."""
    return prompt_fault(data, ("completion",))


def prompt_fault(data: Mapping[str, Any], answers: tuple[str, ...], others: tuple[str, ...] = ()) -> str:
    """Return what is wrong with a row of a prompt, these `answers` and the keys `others`, "" if nothing."""
    if unknown := set(data) - {"prompt", "tools", *answers, *others}:
        return f"it has {', '.join(sorted(unknown))}, which the type does not know"
    if wrong := messages.fault(data.get("prompt"), "the prompt", arguments=dict):
        return wrong
    if data["prompt"][-1]["role"] not in ("user", "tool"):
        return "the prompt does not end with the user"
    if not isinstance(data.get("tools", ""), str):
        return "the tools are not JSON text"
    for name in answers:
        if wrong := messages.fault(data.get(name), f"the {name}", arguments=dict):
            return wrong
        if not messages.ends_with_assistant(data[name]):
            return f"the {name} does not end with assistant text"
    return ""


FORMAT = TrainingFormat(
    name="trl-sft",
    order=30,
    kind="chosen",
    title="TRL SFT: prompt and completion",
    what="TRL, prompt and completion",
    help="TRL, prompt and completion",
    line=line,
    fault=fault,
)
