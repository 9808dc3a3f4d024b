"""Says what is new, which licences apply and which version this is, and helps to report a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.help.commands import COMMANDS
from workbench.ui.shell.feature import Feature

if TYPE_CHECKING:
    from workbench.ui.features.help.controller import HelpController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> HelpController:
    from workbench.ui.features.help.controller import HelpController

    return HelpController(services)


FEATURE = Feature("help", COMMANDS, _make, preload=("workbench.ui.features.help.controller",))
