"""All features of the window, and all its commands.

Invariant: this module alone knows every feature.
"""

from __future__ import annotations

from workbench.app.command_registry import CommandRegistry
from workbench.app.commands import COMMANDS
from workbench.ui.features import (
    cases,
    compare,
    dialogue,
    exchange,
    improve,
    maintenance,
    models,
    packs,
    settings,
    techniques,
    training,
)

FEATURES = (
    models.FEATURE,
    settings.FEATURE,
    maintenance.FEATURE,
    packs.FEATURE,
    training.FEATURE,
    cases.FEATURE,
    exchange.FEATURE,
    techniques.FEATURE,
    improve.FEATURE,
    dialogue.FEATURE,
    compare.FEATURE,
)


def commands() -> CommandRegistry:
    """Return the commands of the window, those of its features last in their group unless they follow another one."""
    return CommandRegistry((*COMMANDS, *(command for feature in FEATURES for command in feature.commands)))


def preload() -> tuple[str, ...]:
    """Return the modules that features want to have imported while the window is idle."""
    return tuple(name for feature in FEATURES for name in feature.preload)
