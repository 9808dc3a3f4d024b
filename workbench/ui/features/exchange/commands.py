"""The commands of import and export."""

from __future__ import annotations

from workbench.app.commands import EVERYWHERE, HISTORY, Command, needs

COMMANDS = (
    Command(
        "import_runs",
        "Import from promptfoo or other tools…",
        "History",
        enabled=needs("writable"),
        views=EVERYWHERE,
        run=lambda controller: controller.import_file(),
    ),
    Command(
        "export_runs",
        "Export the selected runs…",
        "History",
        views=HISTORY,
        run=lambda controller: controller.export_selected(),
    ),
    Command(
        "export_found",
        "Export all found runs…",
        "History",
        views=HISTORY,
        run=lambda controller: controller.export_found(),
    ),
)
