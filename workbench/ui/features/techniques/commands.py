"""The commands about techniques."""

from __future__ import annotations

from workbench.app.commands import Command, needs

COMMANDS = (
    Command(
        "techniques",
        "Insert a technique…",
        "Edit",
        ("Ctrl+T",),
        enabled=needs("is_editing"),
        run=lambda controller: controller.choose(),
        after="attach",
    ),
    Command(
        "save_technique",
        "Save selection as technique…",
        "Edit",
        enabled=needs("is_editing"),
        run=lambda controller: controller.save_selection(),
        after="techniques",
    ),
)
