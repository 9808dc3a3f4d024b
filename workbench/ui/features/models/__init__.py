"""The model picker: one search field over every model that a lane can use; and the models in use that are retiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.models.commands import COMMANDS
from workbench.ui.shell.events import ModelRequested
from workbench.ui.shell.feature import Feature, Subscription

if TYPE_CHECKING:
    from workbench.ui.features.models.controller import ModelsController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> ModelsController:
    from workbench.ui.features.models.controller import ModelsController

    return ModelsController(services)


FEATURE = Feature(
    "models",
    COMMANDS,
    _make,
    preload=(
        "workbench.app.models.model_index",
        "workbench.app.models.endpoint_models",
        "workbench.app.models.picker_row",
        "workbench.app.models.list_model",
        "workbench.app.models.picker_source",
        "workbench.formats.imports.gguf",
        "workbench.ui.features.models.prices",
        "workbench.ui.features.models.delegate",
        "workbench.ui.features.models.details",
        "workbench.ui.features.models.files",
        "workbench.ui.features.models.dialog",
        "workbench.usecases.retirement_radar",
        "workbench.ui.features.models.retiring_dialog",
        "workbench.ui.features.models.retiring_models",
        "workbench.ui.features.models.controller",
    ),
    subscriptions=(
        Subscription(
            ModelRequested,
            lambda controller, wanted: controller.choose(
                wanted.lane, wanted.use, wanted.over, wanted.task, wanted.cancelled
            ),
        ),
    ),
)
