"""The commands about conversations."""

from __future__ import annotations

from workbench.app.commands import Command, needs

COMMANDS = (
    Command(
        "paste_dialogue",
        "Paste a dialogue…",
        "Edit",
        enabled=needs("is_editing"),
        run=lambda controller: controller.paste(),
        after="improve",
    ),
    Command(
        "continue_lane",
        "Continue from the focused lane's answer",
        "Lanes",
        ("Ctrl+J",),
        enabled=needs("can_continue", unless=("blind",)),
        run=lambda controller: controller.go_on(),
        after="lane_code",
    ),
)
