"""Creates, renames, copies and archives the prompts of the side bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.prompts.commands import COMMANDS
from workbench.ui.shell.feature import Feature, FeaturePart
from workbench.ui.shell.rooms import PROMPTS

if TYPE_CHECKING:
    from workbench.ui.features.prompts.controller import PromptsController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> PromptsController:
    from workbench.ui.features.prompts.controller import PromptsController

    return PromptsController(services)


FEATURE = Feature(
    "prompts",
    COMMANDS,
    _make,
    part=FeaturePart(
        PROMPTS,
        make=lambda controller, side: controller.enter(side),
        preload=("workbench.ui.features.prompts.controller",),
    ),
)
