"""The controller for the commands about the draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.compose.sets import SetActions

if TYPE_CHECKING:
    from workbench.ui.compose.rooms import SetsOwner
    from workbench.ui.shell.services import Services


class ComposeController:
    """Created with the window; usable after `enter`."""

    sets: SetActions

    def __init__(self, services: Services) -> None:
        self._services = services

    def enter(self, owner: SetsOwner) -> SetActions:
        """Connect to the widgets of Compose; return the actions on its value sets."""
        self.sets = SetActions(self._services, owner)
        return self.sets

    def stop(self) -> None:
        """Do nothing: there is no background work to stop."""
