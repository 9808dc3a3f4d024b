"""The keys in force in the window.

Invariant: actions, and every sentence of the window that names a key, follow one keymap; a change holds at once and is
kept in the settings by whoever follows `changed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from workbench.app.command_registry import CommandRegistry
from workbench.app.keymap import Keymap, read
from workbench.ui.shell.key_events import clean


class KeyBindings(QObject):
    """The commands of a window and their keys. `notice` says which stored keys could not be used, "" for none."""

    changed = Signal()
    """Other keys are in force."""

    def __init__(
        self, commands: CommandRegistry, stored: Mapping[str, Sequence[str]], parent: QObject | None = None
    ) -> None:
        """`stored` are the keys that a person chose, by the ids of commands."""
        super().__init__(parent)
        self.commands = commands
        found = read(commands, stored, clean)
        self.keymap = found.keymap
        self.notice = found.notice

    def name(self, command_id: str) -> str:
        """Return the key of a command as people read it, "" when it has none."""
        return self.keymap.name(command_id)

    def rebind(self, keymap: Keymap) -> None:
        """Put other keys in force."""
        if keymap.stored != self.keymap.stored:
            self.keymap = keymap
            self.changed.emit()
