"""The command that improves a prompt."""

from __future__ import annotations

from workbench.app.commands import Command, needs

COMMANDS = (
    Command(
        "improve",
        "Improve this prompt…",
        "Edit",
        ("Ctrl+I",),
        enabled=needs("is_editing", "writable"),
        run=lambda controller: controller.open(),
        after="save_technique",
    ),
)
