"""Actions on the draft's value sets. The other actions of Compose are still in `ui/compose`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.compose.rooms import SETS
from workbench.ui.features.compose.commands import COMMANDS
from workbench.ui.shell.feature import Feature, FeaturePart

if TYPE_CHECKING:
    from workbench.ui.features.compose.controller import ComposeController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> ComposeController:
    from workbench.ui.features.compose.controller import ComposeController

    return ComposeController(services)


FEATURE = Feature(
    "compose",
    COMMANDS,
    _make,
    part=FeaturePart(
        SETS,
        make=lambda controller, owner: controller.enter(owner),
        preload=("workbench.ui.features.compose.controller",),
    ),
)
