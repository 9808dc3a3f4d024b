"""The commands about techniques."""

from __future__ import annotations

from workbench.app.commands import Command

COMMANDS = (
    Command(
        "techniques",
        "Insert a technique…",
        "Edit",
        ("Ctrl+T",),
        enabled=lambda state: state.is_editing,
        run=lambda controller: controller.choose(),
        after="attach",
    ),
    Command(
        "save_technique",
        "Save selection as technique…",
        "Edit",
        enabled=lambda state: state.is_editing,
        run=lambda controller: controller.save_selection(),
        after="techniques",
    ),
)
