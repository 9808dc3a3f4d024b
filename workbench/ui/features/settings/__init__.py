"""The settings: keys, endpoints, appearance and limits, and the pages that other features add."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.settings.commands import COMMANDS
from workbench.ui.shell.events import EndpointFormRequested, PaletteOpening, SettingsCloseRequested, SettingsRequested
from workbench.ui.shell.feature import Feature, Subscription

if TYPE_CHECKING:
    from workbench.ui.features.settings.controller import SettingsController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> SettingsController:
    from workbench.ui.features.settings.controller import SettingsController

    return SettingsController(services)


FEATURE = Feature(
    "settings",
    COMMANDS,
    _make,
    preload=(
        "workbench.app.settings.key_list",
        "workbench.app.settings.form_data",
        "workbench.app.settings.source",
        "workbench.ui.features.settings.headers",
        "workbench.ui.features.settings.keys",
        "workbench.ui.features.settings.endpoint_form",
        "workbench.ui.features.settings.endpoints",
        "workbench.ui.features.settings.appearance",
        "workbench.ui.features.settings.dialog",
        "workbench.ui.features.settings.entries",
        "workbench.ui.features.settings.controller",
    ),
    subscriptions=(
        Subscription(SettingsRequested, lambda controller, wanted: controller.show(wanted.page, wanted.item)),
        Subscription(
            EndpointFormRequested, lambda controller, wanted: controller.add_endpoint(wanted.address, wanted.added)
        ),
        Subscription(PaletteOpening, lambda controller, opening: controller.add_source(opening)),
        Subscription(SettingsCloseRequested, lambda controller, wanted: controller.close(wanted.then)),
    ),
)
