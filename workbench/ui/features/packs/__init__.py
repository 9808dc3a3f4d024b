"""Exports prompts as packs, and imports packs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.packs.commands import COMMANDS
from workbench.ui.shell.events import PackChosen, PackExportRequested
from workbench.ui.shell.feature import Feature, Subscription

if TYPE_CHECKING:
    from workbench.ui.features.packs.controller import PacksController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> PacksController:
    from workbench.ui.features.packs.controller import PacksController

    return PacksController(services)


FEATURE = Feature(
    "packs",
    COMMANDS,
    _make,
    preload=(
        "workbench.packs.pack_contents",
        "workbench.packs.yaml_reader",
        "workbench.packs.pack_reader",
        "workbench.packs.yaml_writer",
        "workbench.packs.pack_writer",
        "workbench.usecases.packs.exporter",
        "workbench.usecases.packs.importer",
        "workbench.app.packs.pack_exports",
        "workbench.ui.features.packs.import_dialog",
        "workbench.ui.features.packs.export_dialog",
        "workbench.ui.features.packs.controller",
    ),
    subscriptions=(
        Subscription(PackChosen, lambda controller, event: controller.imports.look(event.path)),
        Subscription(
            PackExportRequested, lambda controller, event: controller.exports.choose({event.prompt_uid: "winner"})
        ),
    ),
)
