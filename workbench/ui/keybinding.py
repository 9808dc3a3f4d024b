"""The keys in force in the window.

Invariant: actions, and every sentence of the window that names a key, follow one keymap; a change holds at once and is
kept in the settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.app.keymap import Keymap, read
from workbench.app.settings.source import save_settings
from workbench.ui.composition import commands
from workbench.ui.shell.keys import clean

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


class KeyBindings(QObject):
    """Made once the window's widgets are there."""

    changed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.commands = commands()
        found = read(self.commands, dict(window.frame.settings.keys), clean)
        self.keymap = found.keymap
        self.notice = found.notice

    def name(self, command_id: str) -> str:
        """Return the key of a command as people read it, "" when it has none."""
        return self.keymap.name(command_id)

    def apply(self) -> None:
        """Let everything that names a key name the one in force."""
        window = self._window
        window.actions_.bind(self.keymap)
        window.header.name_keys(self.name)
        window.views.name_keys(self.name)
        window.sidebar.name_keys(self.name)
        window.view.runbar.name_keys(self.name)
        window.view.viewing.name_keys(self.name)
        window.view.lanes.name_keys(self.name)
        window.view.pager.name_keys(self.name)
        window.view.blind.name_keys(self.name)

    def rebind(self, keymap: Keymap) -> None:
        """Put other keys in force, and keep them."""
        if keymap.stored == self.keymap.stored:
            return
        self.keymap = keymap
        frame, places = self._window.frame, self._window.workbench.places
        frame.settings = frame.settings._replace(keys=keymap.stored)
        self.apply()
        self._window.tasks.watch(save_settings(places.config, keys=keymap.stored))
        self.changed.emit()
