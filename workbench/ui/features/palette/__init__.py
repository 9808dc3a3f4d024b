"""The command palette, and the sheet of all keyboard shortcuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.palette.commands import COMMANDS
from workbench.ui.shell.feature import Feature

if TYPE_CHECKING:
    from workbench.ui.features.palette.controller import PaletteController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> PaletteController:
    from workbench.ui.features.palette.controller import PaletteController

    return PaletteController(services)


FEATURE = Feature(
    "palette",
    COMMANDS,
    _make,
    preload=(
        "workbench.app.fuzzy",
        "workbench.app.palette.palette",
        "workbench.ui.features.palette.controller",
        "workbench.ui.features.palette.shortcuts",
    ),
)
