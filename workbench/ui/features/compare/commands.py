"""The Compare command."""

from __future__ import annotations

from workbench.app.commands import BOTH, Command, any_of, by_view, needs

_can_compare = by_view(history=any_of("one_row", "two_rows"), otherwise=needs("has_prompt"))


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
