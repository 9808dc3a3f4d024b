"""The Compare command."""

from __future__ import annotations

from workbench.app.commands import BOTH, Command, WindowState


def _can_compare(state: WindowState) -> bool:
    return state.one_row or state.two_rows if state.view == "history" else state.has_prompt


COMMANDS = (
    Command(
        "compare",
        "Compare versions, or the selected runs",
        "History",
        ("Ctrl+Shift+D",),
        enabled=_can_compare,
        views=BOTH,
        run=lambda controller: controller.compare(),
        after="mark_row",
    ),
)
