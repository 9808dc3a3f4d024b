"""The effective key bindings of the window.

Invariant: actions, and every text of the window that names a key, follow one keymap. A change applies at once and is
stored in the settings by the receiver of `changed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from workbench.app.command_registry import CommandRegistry
from workbench.app.keymap import Keymap, read
from workbench.ui.shell.key_events import clean


class KeyBindings(QObject):
    """The commands of a window and their keys. `notice` names stored keys that could not be used, "" for none."""

    changed = Signal()
    """The bindings have changed."""

    def __init__(
        self, commands: CommandRegistry, stored: Mapping[str, Sequence[str]], parent: QObject | None = None
    ) -> None:
        """`stored` are the keys chosen by the user, by command id."""
        super().__init__(parent)
        self.commands = commands
        found = read(commands, stored, clean)
        self.keymap = found.keymap
        self.notice = found.notice

    def name(self, command_id: str) -> str:
        """Return the key of a command in readable form, "" if it has none."""
        return self.keymap.name(command_id)

    def rebind(self, keymap: Keymap) -> None:
        """Replace the keymap."""
        if keymap.stored != self.keymap.stored:
            self.keymap = keymap
            self.changed.emit()
