"""The commands that export training files and hand a prompt over to training."""

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
    Command(
        "handover",
        "Fine-tune: hand this prompt over to training…",
        "Prompt",
        enabled=needs("has_prompt"),
        views=EVERYWHERE,
        run=lambda controller: controller.hand_over(),
        after="training",
    ),
)
