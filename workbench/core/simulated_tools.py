"""What simulated tools answer.

Invariant: every call gets an answer, and the same call the same one. What a model did wrong is said to the model, in
words that let it try again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from workbench.core.blocks import Tool, ToolRow

_QUOTED = 500
"""Characters of broken arguments, or of a wrong name, that are said back."""


def arguments_of(text: str) -> dict[str, Any] | None:
    """Return the arguments that a model wrote, nothing at all for none; None when they are no JSON object."""
    try:
        found = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def answer_of(tools: Sequence[Tool], name: str, arguments: str) -> str:
    """Return what the call gets back: the answer of the first row whose arguments it holds, else the fixed one."""
    tool = next((tool for tool in tools if tool.name == name), None)
    if tool is None:
        known = ", ".join(tool.name for tool in tools)
        return f"Error: there is no tool named {name[:_QUOTED]!r}. The tools are: {known}."
    given = arguments_of(arguments)
    if given is None:
        return f"Error: the arguments are not a JSON object. They were: {arguments[:_QUOTED]}. Call {name} again."
    return next((row.answer for row in tool.rows if _matches(given, row)), tool.answer)


def _matches(given: dict[str, Any], row: ToolRow) -> bool:
    wanted = arguments_of(row.arguments)
    try:
        return wanted is not None and holds(given, wanted)
    except RecursionError:
        # Both are nested so deeply that nobody can compare them.
        return False


def holds(given: Any, wanted: Any) -> bool:
    """Whether `given` has everything that `wanted` has: each key of an object, each item of a list in its order."""
    if isinstance(wanted, dict):
        return isinstance(given, dict) and all(key in given and holds(given[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return (
            isinstance(given, list)
            and len(given) == len(wanted)
            and all(holds(one, other) for one, other in zip(given, wanted, strict=True))
        )
    # In Python True equals 1, in JSON it does not.
    return isinstance(given, bool) == isinstance(wanted, bool) and bool(given == wanted)
