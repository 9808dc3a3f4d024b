"""The commands about prompts."""

from __future__ import annotations

from workbench.app.commands import EVERYWHERE, Command, needs

_is_writable = needs("writable")
_can_change = needs("has_prompt", "writable")
COMMANDS = (
    Command(
        "new_prompt",
        "New prompt",
        "Prompt",
        ("Ctrl+N",),
        _is_writable,
        views=EVERYWHERE,
        run=lambda controller: controller.new(),
    ),
    Command(
        "rename_prompt", "Rename prompt", "Prompt", ("F2",), _can_change, run=lambda controller: controller.rename()
    ),
    Command(
        "organise_prompt",
        "Folder and tags of the prompt…",
        "Prompt",
        (),
        _can_change,
        run=lambda controller: controller.organise(),
    ),
    Command(
        "duplicate_prompt", "Duplicate prompt", "Prompt", (), _can_change, run=lambda controller: controller.duplicate()
    ),
    Command("archive_prompt", "Archive prompt", "Prompt", (), _can_change, run=lambda controller: controller.archive()),
    Command(
        "show_archived",
        "Show archived prompts",
        "Prompt",
        views=EVERYWHERE,
        run=lambda controller: controller.prompts.toggle_archived(),
        checked=lambda controller: controller.prompts.show_archived,
    ),
    Command(
        "search_prompts",
        "Filter the prompts",
        "Prompt",
        ("Alt+P",),
        views=EVERYWHERE,
        run=lambda controller: controller.search_list(),
    ),
    Command(
        "switch_prompt",
        "Go to the prompt list",
        "Prompt",
        ("Ctrl+P",),
        views=EVERYWHERE,
        run=lambda controller: controller.go_to_list(),
    ),
)
