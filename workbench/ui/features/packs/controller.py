"""The controller for the commands of packs."""

from __future__ import annotations

from workbench.ui.features.packs.export_controller import PackExportController
from workbench.ui.features.packs.import_controller import PackImportController
from workbench.ui.shell.services import Services


class PacksController:
    """Holds the independent controllers `exports` and `imports`."""

    def __init__(self, services: Services) -> None:
        self.exports = PackExportController(services)
        self.imports = PackImportController(services)

    def stop(self) -> None:
        """Cancel a running export, which leaves existing files unchanged. A running import is completed."""
        self.exports.stop()
