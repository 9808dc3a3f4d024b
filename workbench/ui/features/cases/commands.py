"""The commands of cases."""

from __future__ import annotations

from workbench.app.commands import Command

COMMANDS = (
    Command(
        "cases",
        "Cases of this prompt…",
        "Values",
        enabled=lambda state: state.has_prompt,
        run=lambda controller: controller.open(),
        after="paste_sets",
    ),
    Command(
        "keep_case",
        "Keep the shown values as a case",
        "Values",
        enabled=lambda state: state.is_editing and state.writable,
        run=lambda controller: controller.keep(),
        after="cases",
    ),
)
