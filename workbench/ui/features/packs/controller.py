"""Carries out the commands of packs."""

from __future__ import annotations

from workbench.ui.features.packs.export_controller import PackExportController
from workbench.ui.features.packs.import_controller import PackImportController
from workbench.ui.shell.services import Services


class PacksController:
    """The two directions, which share nothing: `exports` and `imports`."""

    def __init__(self, services: Services) -> None:
        self.exports = PackExportController(services)
        self.imports = PackImportController(services)

    def stop(self) -> None:
        """Stop an export that goes on, which leaves what was there before. An import is finished."""
        self.exports.stop()
