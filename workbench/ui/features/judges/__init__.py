"""Judges of a prompt's tests: choosing one, labelling answers to measure it, and improving its prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.features.judges.commands import COMMANDS
from workbench.ui.shell.feature import Feature

if TYPE_CHECKING:
    from workbench.ui.features.judges.controller import JudgesController
    from workbench.ui.shell.services import Services


def _make(services: Services) -> JudgesController:
    from workbench.ui.features.judges.controller import JudgesController

    return JudgesController(services)


FEATURE = Feature("judges", COMMANDS, _make)
