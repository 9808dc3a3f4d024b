"""Maintenance of the open history: backups, integrity checks, disk space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.maintenance.commands import COMMANDS
from workbench.ui.shell.events import SettingsOpening, WindowCompleted
from workbench.ui.shell.feature import Feature, Subscription

if TYPE_CHECKING:
    from workbench.ui.features.maintenance.controller import MaintenanceController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> MaintenanceController:
    from workbench.ui.features.maintenance.controller import MaintenanceController

    return MaintenanceController(services)


FEATURE = Feature(
    "maintenance",
    COMMANDS,
    _make,
    preload=("workbench.usecases.history_replacement", "workbench.ui.features.maintenance.panel"),
    subscriptions=(
        Subscription(WindowCompleted, lambda controller, _: controller.begin()),
        Subscription(SettingsOpening, lambda controller, opening: controller.add_page(opening)),
    ),
)
