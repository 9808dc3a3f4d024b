"""All commands of the window."""

from __future__ import annotations

from workbench.app.command_registry import CommandRegistry
from workbench.app.commands import COMMANDS


def commands() -> CommandRegistry:
    """Return the commands of the window."""
    return CommandRegistry(COMMANDS)
