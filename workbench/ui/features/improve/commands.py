"""The command that improves a prompt."""

from __future__ import annotations

from workbench.app.commands import Command

COMMANDS = (
    Command(
        "improve",
        "Improve this prompt…",
        "Edit",
        ("Ctrl+I",),
        enabled=lambda state: state.is_editing and state.writable,
        run=lambda controller: controller.open(),
        after="save_technique",
    ),
)
