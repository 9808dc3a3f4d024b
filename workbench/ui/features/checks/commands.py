"""The commands of checks."""

from __future__ import annotations

from workbench.app.commands import EVERYWHERE, Command, needs

COMMANDS = (
    Command(
        "checks",
        "Checks for all cases…",
        "Values",
        enabled=needs("has_prompt"),
        views=EVERYWHERE,
        run=lambda controller: controller.open(),
        after="keep_case",
    ),
)
