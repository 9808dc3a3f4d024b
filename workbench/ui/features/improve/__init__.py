"""Asks a model for an improved version of the prompt, and applies its changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.improve.commands import COMMANDS
from workbench.ui.shell.events import ProposalChosen
from workbench.ui.shell.feature import Feature, Subscription

if TYPE_CHECKING:
    from workbench.ui.features.improve.controller import ImproveController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> ImproveController:
    from workbench.ui.features.improve.controller import ImproveController

    return ImproveController(services)


FEATURE = Feature(
    "improve",
    COMMANDS,
    _make,
    preload=("workbench.ui.features.improve.controller",),
    subscriptions=(Subscription(ProposalChosen, lambda controller, event: controller.open_earlier(event.run_uid)),),
)
