"""Results of simulated tools.

Invariant: every call gets a result, and equal calls get equal results. A model's error is reported to the model, so
that it can try again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from workbench.core.blocks import Tool, ToolRow

_QUOTED = 500
"""Characters of invalid arguments, or of an unknown name, that are quoted in an error."""


def arguments_of(text: str) -> dict[str, Any] | None:
    """Parse the arguments that a model wrote, {} for blank text; None if they are not a JSON object."""
    try:
        found = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def answer_of(tools: Sequence[Tool], name: str, arguments: str) -> str:
    """Return the result of a call: the answer of the first matching row, else the tool's default answer."""
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
        # Both are nested too deeply to be compared.
        return False


def holds(given: Any, wanted: Any) -> bool:
    """Whether `given` contains `wanted`: all its keys in objects; arrays need equal length and order."""
    if isinstance(wanted, dict):
        return isinstance(given, dict) and all(key in given and holds(given[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return (
            isinstance(given, list)
            and len(given) == len(wanted)
            and all(holds(one, other) for one, other in zip(given, wanted, strict=True))
        )
    # True == 1 in Python, but not in JSON.
    return isinstance(given, bool) == isinstance(wanted, bool) and bool(given == wanted)
