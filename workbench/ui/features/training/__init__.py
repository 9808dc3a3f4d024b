"""Exports a prompt's training files, and hands the prompt over to training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.training.commands import COMMANDS
from workbench.ui.shell.events import TrainingRequested
from workbench.ui.shell.feature import Feature, Subscription
from workbench.ui.shell.training_events import HandOverRequested

if TYPE_CHECKING:
    from workbench.ui.features.training.controller import TrainingController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> TrainingController:
    from workbench.ui.features.training.controller import TrainingController

    return TrainingController(services)


FEATURE = Feature(
    "training",
    COMMANDS,
    _make,
    preload=(
        "workbench.formats.training",
        "workbench.app.training.export",
        "workbench.ui.features.training.controller",
    ),
    subscriptions=(
        Subscription(TrainingRequested, lambda controller, event: controller.open(event.prompt_uid)),
        Subscription(HandOverRequested, lambda controller, event: controller.hand_over(event.prompt_uid)),
    ),
)
