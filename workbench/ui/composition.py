"""All features of the window, and all its commands.

Invariant: this module alone knows every feature.
"""

from __future__ import annotations

from workbench.app.command_registry import CommandRegistry
from workbench.app.commands import COMMANDS, GROUPS
from workbench.ui.features import cases, exchange, packs, training

FEATURES = (packs.FEATURE, training.FEATURE, cases.FEATURE, exchange.FEATURE)
"""In the order of their commands within a group."""


def commands() -> CommandRegistry:
    """Return the commands of the window by group, those of its features last in their group."""
    found = (*COMMANDS, *(command for feature in FEATURES for command in feature.commands))
    return CommandRegistry(sorted(found, key=lambda command: GROUPS.index(command.group)))


def preload() -> tuple[str, ...]:
    """Return the modules that features want to have imported while the window is idle."""
    return tuple(name for feature in FEATURES for name in feature.preload)
