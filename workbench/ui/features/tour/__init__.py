"""The tour of the sample prompt: five steps below the timeline, each ticked by doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.tour.commands import COMMANDS
from workbench.ui.shell.check_events import DifferencesShown
from workbench.ui.shell.events import (
    HistoryChanged,
    PromptOpened,
    RunChanged,
    RunEnded,
    WindowCompleted,
)
from workbench.ui.shell.feature import Feature, FeaturePart, Subscription
from workbench.ui.shell.rooms import SIDE_FOOT

if TYPE_CHECKING:
    from workbench.ui.features.tour.controller import TourController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> TourController:
    from workbench.ui.features.tour.controller import TourController

    return TourController(services)


FEATURE = Feature(
    "tour",
    COMMANDS,
    _make,
    subscriptions=(
        Subscription(DifferencesShown, lambda c, _: c.on_differences_shown()),
        *(
            Subscription(kind, lambda c, _: c.refresh())
            for kind in (WindowCompleted, PromptOpened, RunChanged, RunEnded, HistoryChanged)
        ),
    ),
    part=FeaturePart(
        SIDE_FOOT,
        make=lambda controller, foot: controller.enter(foot),
        preload=("workbench.ui.features.tour.controller",),
    ),
)
