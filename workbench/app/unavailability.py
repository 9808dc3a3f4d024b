"""Why a command cannot be done now, found out from its own condition.

Invariant: a reason is only given when the command would be possible without what it names.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from workbench.app.commands import COMPOSE, Command, WindowState

_LACKING = {
    "has_prompt": "no prompt is open",
    "viewing": "only while something past is shown",
    "running": "nothing runs",
    "has_lanes": "there is no lane",
    "lane_focused": "no lane is focused",
    "lane_running": "the focused lane does not run",
    "can_retry_lane": "the focused lane has nothing to retry",
    "can_retry": "no lane failed",
    "can_continue": "the focused lane has no answer to go on from, or its name is hidden",
    "can_mark": "no answer is complete",
    "marked": "no row of the timeline is marked",
    "can_undo": "nothing to undo",
    "can_redo": "nothing to redo",
    "has_older": "there is nothing older",
    "has_newer": "there is nothing newer",
    "can_note": "nothing is shown that could have a note",
    "writable": "the history is read-only",
    "judging": "only while pairs are judged",
    "has_rows": "no run is selected",
    "one_row": "not one run is selected",
    "can_restore": "no single run is selected that a draft can be made of",
    "searched": "nothing is searched for",
}
_IN_THE_WAY = {
    "viewing": "not while something past is shown",
    "running": "not while something runs",
    "judging": "not while pairs are judged",
}


def why_not(command: Command, state: WindowState) -> str:
    """Return in a few words why `command` makes no sense now, "" when it does."""
    if command.possible(state):
        return ""
    if not command.is_in(state.view):
        return "only in Compose" if command.views == COMPOSE else "not in this view"
    for field in fields(WindowState):
        value = getattr(state, field.name)
        other: dict[str, Any] = {field.name: not value}
        if isinstance(value, bool) and command.enabled(replace(state, **other)):
            words = _IN_THE_WAY if value else _LACKING
            return words.get(field.name, "not now")
    return "not now"
