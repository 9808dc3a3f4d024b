"""Performs the next step that a failed lane offers; `steps` decides which one that is.

Invariant: the step is delegated to other features by an event or a command.
"""

from __future__ import annotations

from workbench.app.lanes.lane_list import LaneList
from workbench.core.lanes import LITELLM
from workbench.ui.shell.events import AddressConfirmationRequested, BuiltinModelRequested, SettingsRequested
from workbench.ui.shell.services import Services


class NextSteps:
    """Performs steps for the lanes of one view."""

    def __init__(self, services: Services, lanes: LaneList) -> None:
        self._services, self._lanes = services, lanes

    def take(self, slot: str, action: str) -> None:
        """Perform a step of a lane: "keys", "endpoint", "address", "prompt", "run" or "install_model"."""
        services, publish = self._services, self._services.events.publish
        if action == "install_model":
            publish(BuiltinModelRequested())
        elif action == "run":
            services.navigator.action("run").trigger()
        elif action == "prompt":
            services.session.back()
            services.editor.focus_first()
        elif action == "address":
            publish(AddressConfirmationRequested(slot))
        else:
            self._open_settings(slot, wants_key=action != "endpoint")

    def _open_settings(self, slot: str, *, wants_key: bool) -> None:
        lane, publish = self._lanes.get(slot), self._services.events.publish
        if lane is None:
            publish(SettingsRequested())
        elif wants_key and lane.endpoint == LITELLM:
            catalogue, model = self._services.backend.models.catalogue, lane.model
            self._services.tasks.run(
                lambda: catalogue.provider_of(model), lambda provider: publish(SettingsRequested("keys", provider))
            )
        else:
            publish(SettingsRequested("endpoints", lane.endpoint))
