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
        "add_cases",
        "Add cases from a file or spreadsheet…",
        "Values",
        enabled=needs("has_prompt", "writable"),
        run=lambda controller: controller.imports.open(),
        after="cases",
    ),
    Command(
        "propose_cases",
        "Propose cases…",
        "Values",
        enabled=needs("is_editing", "writable"),
        run=lambda controller: controller.proposals.open(),
        after="add_cases",
    ),
    Command(
        "keep_case",
        "Keep the shown values as a case",
        "Values",
        enabled=needs("is_editing", "writable"),
        run=lambda controller: controller.keep(),
        after="propose_cases",
    ),
    Command(
        "keep_answer_case",
        "Make a case of this answer",
        "Values",
        ("Ctrl+Shift+K",),
        enabled=needs("can_continue", "writable"),
        run=lambda controller: controller.keep_answer(),
        after="keep_case",
    ),
)
