"""The lanes: answers side by side, one column per lane.

Invariant: the view only displays state and emits signals; it starts, stops, stores and judges nothing. Actions that
need a run or a verdict are delegated to the owner of the room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.lanes.commands import COMMANDS
from workbench.ui.shell.events import LaneModelChosen
from workbench.ui.shell.feature import Feature, FeaturePart, Subscription
from workbench.ui.shell.lane_events import ParameterChosen
from workbench.ui.shell.rooms import LANES

if TYPE_CHECKING:
    from workbench.ui.features.lanes.controller import LanesController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> LanesController:
    from workbench.ui.features.lanes.controller import LanesController

    return LanesController(services)


FEATURE = Feature(
    "lanes",
    COMMANDS,
    _make,
    preload=(
        "workbench.ui.widgets.reader.parts",
        "workbench.ui.widgets.reader.markdown_page",
        "workbench.ui.widgets.reader.tree",
        "pygments.lexers",
        "workbench.ui.features.lanes.params_text",
        "workbench.ui.features.lanes.params",
        "workbench.ui.widgets.wire_dialog",
    ),
    subscriptions=(
        Subscription(
            LaneModelChosen,
            lambda controller, event: controller.use_model(event.endpoint, event.model, in_focused=event.in_focused),
        ),
        Subscription(ParameterChosen, lambda controller, event: controller.edit_parameter(event.name)),
    ),
    part=FeaturePart(
        LANES,
        make=lambda controller, owner: controller.make(owner),
        preload=("workbench.ui.features.lanes.controller",),
    ),
)
