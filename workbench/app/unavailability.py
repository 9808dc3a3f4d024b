"""Reasons why a command is disabled, derived from its condition.

Invariant: a reason is only given if the command would be enabled without the obstacle that it names.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from workbench.app.commands import Command, WindowState

_LACKING = {
    "has_prompt": "no prompt is open",
    "viewing": "only while a past iteration is shown",
    "running": "nothing is running",
    "has_lanes": "no lanes",
    "lane_focused": "no lane is focused",
    "lane_running": "the focused lane is not running",
    "can_retry_lane": "the focused lane has nothing to retry",
    "can_retry": "no lane failed",
    "can_continue": "the focused lane has no answer to continue from, or its name is hidden",
    "can_mark": "no answer is complete",
    "marked": "no iteration is marked",
    "can_undo": "nothing to undo",
    "can_redo": "nothing to redo",
    "has_older": "no older iteration",
    "has_newer": "no newer iteration",
    "can_note": "what is shown cannot have a note",
    "writable": "the history is read-only",
    "judging": "only while judging pairs",
    "has_rows": "no run is selected",
    "one_row": "not exactly one run is selected",
    "can_restore": "the selection is not one run that can be restored",
    "searched": "no search",
}
_IN_THE_WAY = {
    "viewing": "not while a past iteration is shown",
    "running": "not during a run",
    "judging": "not while judging pairs",
}


def why_not(command: Command, state: WindowState) -> str:
    """Return in a few words why `command` is disabled, "" if it is enabled."""
    if command.possible(state):
        return ""
    if not command.is_in(state.view):
        return f"only in {' and '.join(view.capitalize() for view in command.views)}"
    for field in fields(WindowState):
        value = getattr(state, field.name)
        other: dict[str, Any] = {field.name: not value}
        if isinstance(value, bool) and command.enabled(replace(state, **other)):
            words = _IN_THE_WAY if value else _LACKING
            return words.get(field.name, "not now")
    return "not now"
