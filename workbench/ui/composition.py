"""All features of the window, and all its commands.

Invariant: this module alone knows every feature.
"""

from __future__ import annotations

from workbench.app.command_registry import CommandRegistry
from workbench.app.commands import View
from workbench.ui.features import (
    address,
    cases,
    compare,
    compose,
    dialogue,
    exchange,
    history,
    improve,
    lanes,
    maintenance,
    models,
    packs,
    palette,
    prompts,
    rank,
    settings,
    techniques,
    training,
)
from workbench.ui.shell.commands import COMMANDS as OF_SHELL

FEATURES = (
    prompts.FEATURE,
    compose.FEATURE,
    lanes.FEATURE,
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
    history.FEATURE,
    rank.FEATURE,
    address.FEATURE,
    palette.FEATURE,
)

VIEWS: tuple[View, ...] = tuple(one.view.key for one in FEATURES if one.view is not None)
"""The ids of all views, in the order of their tabs."""


def commands() -> CommandRegistry:
    """Return the commands of the window, those of its features last in their group unless they follow another one."""
    return CommandRegistry((*OF_SHELL, *(command for feature in FEATURES for command in feature.commands)))


def preload_parts() -> tuple[str, ...]:
    """Return the modules that the window cannot be built without."""
    return tuple(name for feature in FEATURES if feature.part is not None for name in feature.part.preload)


def preload_views() -> tuple[str, ...]:
    """Return the modules that the views of features are made of, to be imported before these are made."""
    return tuple(name for feature in FEATURES if feature.view is not None for name in feature.view.preload)


def preload() -> tuple[str, ...]:
    """Return the modules that features want to have imported while the window is idle."""
    return tuple(name for feature in FEATURES for name in feature.preload)
