"""The commands of packs."""

from __future__ import annotations

from workbench.app.commands import EVERYWHERE, Command, needs

COMMANDS = (
    Command(
        "export_pack",
        "Export prompts as a pack…",
        "Prompt",
        views=EVERYWHERE,
        run=lambda controller: controller.exports.open(),
        after="delete_prompt",
    ),
    Command(
        "import_pack",
        "Import a pack…",
        "Prompt",
        enabled=needs("writable"),
        views=EVERYWHERE,
        run=lambda controller: controller.imports.choose(),
        after="export_pack",
    ),
    Command(
        "undo_import",
        "Undo the last import",
        "Prompt",
        enabled=needs("writable"),
        views=EVERYWHERE,
        run=lambda controller: controller.imports.undo(),
        after="import_pack",
    ),
)
