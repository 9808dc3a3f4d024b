"""The commands of cases."""

from __future__ import annotations

from workbench.app.commands import Command, needs

COMMANDS = (
    Command(
        "cases",
        "Cases of this prompt…",
        "Values",
        enabled=needs("has_prompt"),
        run=lambda controller: controller.open(),
        after="paste_sets",
    ),
    Command(
        "keep_case",
        "Keep the shown values as a case",
        "Values",
        enabled=needs("is_editing", "writable"),
        run=lambda controller: controller.keep(),
        after="cases",
    ),
)
