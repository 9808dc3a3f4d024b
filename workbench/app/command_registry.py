"""The commands of a window, wherever their rows are written.

Invariant: an id appears once, and a key belongs to one command.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workbench.app.commands import Command


class CommandRegistry:
    """All commands of a window, in the order of its menus."""

    def __init__(self, commands: Iterable[Command]) -> None:
        """Raises ValueError where an id or a key appears twice."""
        self._commands: dict[str, Command] = {}
        keys: dict[str, str] = {}
        for command in commands:
            if command.id in self._commands:
                raise ValueError(f"two commands are called {command.id}")
            self._commands[command.id] = command
            for key in command.shortcuts:
                if key in keys:
                    raise ValueError(f"{key} belongs to {keys[key]} and to {command.id}")
                keys[key] = command.id

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def __getitem__(self, command_id: str) -> Command:
        return self._commands[command_id]

    def __contains__(self, command_id: object) -> bool:
        return command_id in self._commands

    def group(self, name: str) -> tuple[Command, ...]:
        """Return the commands of a group."""
        return tuple(command for command in self if command.group == name)
