"""Carries out the commands about the draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.compose.sets import SetActions

if TYPE_CHECKING:
    from workbench.ui.compose.rooms import SetsOwner
    from workbench.ui.shell.services import Services


class ComposeController:
    """Made with the window, and usable once `enter` was called."""

    sets: SetActions

    def __init__(self, services: Services) -> None:
        self._services = services

    def enter(self, owner: SetsOwner) -> SetActions:
        """Take what Compose shows; return what acts on its value sets."""
        self.sets = SetActions(self._services, owner)
        return self.sets

    def stop(self) -> None:
        """Do nothing: no work outlives the window."""
