"""Shares the answers of one iteration: as a table, a picture, or a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.sharing.commands import COMMANDS
from workbench.ui.shell.feature import Feature

if TYPE_CHECKING:
    from workbench.ui.features.sharing.controller import SharingController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> SharingController:
    from workbench.ui.features.sharing.controller import SharingController

    return SharingController(services)


FEATURE = Feature(
    "sharing",
    COMMANDS,
    _make,
    preload=(
        "workbench.usecases.exchange.exporter",
        "workbench.ui.features.sharing.picture",
        "workbench.ui.features.sharing.controller",
    ),
)
