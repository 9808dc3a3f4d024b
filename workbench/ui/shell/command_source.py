"""Palette source of the commands."""

from __future__ import annotations

from collections.abc import Callable

from workbench.app.commands import WindowState
from workbench.app.palette.palette import PaletteEntry, PaletteSource
from workbench.app.unavailability import why_not
from workbench.ui.shell.actions import CommandActions
from workbench.ui.shell.key_bindings import KeyBindings


def command_source(keys: KeyBindings, actions: CommandActions, state: Callable[[], WindowState]) -> PaletteSource:
    """Return a source of all commands except the palette's own, with the reason for each disabled one."""

    def read() -> list[PaletteEntry]:
        now = state()
        return [
            PaletteEntry(
                "command",
                command.id,
                command.title,
                actions[command.id].trigger,
                command.group,
                keys.name(command.id),
                why_not(command, now),
            )
            for command in keys.commands
            if command.id != "palette"
        ]

    return PaletteSource("commands", ">", read)
