"""Inserts techniques, the building blocks of prompts, and manages custom ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.techniques.commands import COMMANDS
from workbench.ui.shell.events import TechniqueChosen
from workbench.ui.shell.feature import Feature, Subscription

if TYPE_CHECKING:
    from workbench.ui.features.techniques.controller import TechniquesController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> TechniquesController:
    from workbench.ui.features.techniques.controller import TechniquesController

    return TechniquesController(services)


FEATURE = Feature(
    "techniques",
    COMMANDS,
    _make,
    preload=("workbench.ui.features.techniques.controller",),
    subscriptions=(Subscription(TechniqueChosen, lambda controller, event: controller.insert(event.technique)),),
)
