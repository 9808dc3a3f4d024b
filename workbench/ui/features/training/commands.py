"""The command that exports training files."""

from __future__ import annotations

from workbench.app.commands import EVERYWHERE, Command, needs

COMMANDS = (
    Command(
        "training",
        "Fine-tune: training files of this prompt…",
        "Prompt",
        enabled=needs("has_prompt"),
        views=EVERYWHERE,
        run=lambda controller: controller.open(),
        after="undo_import",
    ),
)
