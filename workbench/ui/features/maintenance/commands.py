"""The commands about the history file."""

from __future__ import annotations

from workbench.app.commands import EVERYWHERE, Command, needs

COMMANDS = (
    Command(
        "history_backup",
        "Back up history now",
        "History",
        enabled=needs("writable"),
        views=EVERYWHERE,
        run=lambda controller: controller.back_up(),
        after="deleted",
    ),
    Command(
        "history_restore",
        "Restore a backup…",
        "History",
        views=EVERYWHERE,
        run=lambda controller: controller.ask_which_backup(),
        after="history_backup",
    ),
    Command(
        "history_check",
        "Check history",
        "History",
        views=EVERYWHERE,
        run=lambda controller: controller.check(),
        after="history_restore",
    ),
    Command(
        "history_smaller",
        "Make history smaller…",
        "History",
        enabled=needs("writable"),
        views=EVERYWHERE,
        run=lambda controller: controller.ask_smaller(),
        after="history_check",
    ),
)
