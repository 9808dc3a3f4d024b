"""The command registry of a window.

Invariant: an id appears once, and a key belongs to one command. A command with `after` is placed behind the command it
names, so that a feature can position its commands in a shared menu.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from workbench.app.commands import GROUPS, Command


class CommandRegistry:
    """All commands of a window, in menu order: by group, and by registration within a group."""

    def __init__(self, commands: Iterable[Command]) -> None:
        """Raises ValueError if an id or a key appears twice, if `after` names no command, or for an unknown group."""
        rows = tuple(commands)
        self._commands: dict[str, Command] = {}
        keys: dict[str, str] = {}
        for command in sorted(_ordered(rows), key=lambda row: GROUPS.index(row.group)):
            if command.id in self._commands:
                raise ValueError(f"two commands are called {command.id}")
            self._commands[command.id] = command
            for key in command.shortcuts:
                if key in keys:
                    raise ValueError(f"{key} belongs to {keys[key]} and to {command.id}")
                keys[key] = command.id
        if lost := sorted({row.id for row in rows} - self._commands.keys()):
            raise ValueError(f"these commands follow one that is not there: {lost}")

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def __getitem__(self, command_id: str) -> Command:
        return self._commands[command_id]

    def __contains__(self, command_id: object) -> bool:
        return command_id in self._commands

    def group(self, name: str) -> tuple[Command, ...]:
        """Return the commands of a group."""
        return tuple(command for command in self if command.group == name)


def _ordered(rows: tuple[Command, ...]) -> Iterator[Command]:
    """Yield every row, followed by those that name it with `after`, in registration order."""
    followers: defaultdict[str, list[Command]] = defaultdict(list)
    for row in rows:
        followers[row.after].append(row)

    def followed(row_id: str) -> Iterator[Command]:
        for row in followers.pop(row_id, ()):
            yield row
            yield from followed(row.id)

    yield from followed("")
