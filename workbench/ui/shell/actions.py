"""Actions and menus from the table of commands.

Invariant: an action exists for every row of the table and for nothing else; its shortcuts are those of the keymap and
work anywhere in the window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from workbench.app.command_registry import CommandRegistry
from workbench.app.commands import GROUPS, WindowState
from workbench.app.keymap import Keymap
from workbench.app.palette.palette import PaletteEntry, PaletteSource
from workbench.app.unavailability import why_not
from workbench.ui.shell.key_bindings import KeyBindings


class CommandActions(QObject):
    """Builds the actions once and updates their enabled state; all are disabled before the first `update`."""

    def __init__(
        self,
        window: QWidget,
        commands: CommandRegistry,
        handlers: Mapping[str, Callable[[], object]],
        keymap: Keymap | None = None,
        checks: Mapping[str, Callable[[], bool]] | None = None,
    ) -> None:
        """`checks` return whether a toggle is on, by command id."""
        super().__init__(window)
        self._commands, self._checks = commands, checks or {}
        missing = {command.id for command in commands} ^ set(handlers)
        if missing:
            raise ValueError(f"commands without a handler, or handlers without a command: {sorted(missing)}")
        self._actions: dict[str, QAction] = {}
        self._state: WindowState | None = None
        for command in commands:
            action = QAction(command.title, self)
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.setEnabled(False)
            action.setAutoRepeat(command.repeats)
            action.setCheckable(command.checked is not None)
            handler = handlers[command.id]
            action.triggered.connect(lambda _=False, call=handler: call())
            window.addAction(action)
            self._actions[command.id] = action
        self._rows = [(command, self._actions[command.id]) for command in commands]
        self.bind(keymap or Keymap(commands))

    def __getitem__(self, command_id: str) -> QAction:
        self._check(command_id)
        return self._actions[command_id]

    def _check(self, *command_ids: str) -> None:
        for one in command_ids:
            if one in self._checks:
                self._actions[one].setChecked(self._checks[one]())

    def bind(self, keymap: Keymap) -> None:
        """Set the shortcuts of all actions from a keymap."""
        for command in self._commands:
            self._actions[command.id].setShortcuts([QKeySequence(key) for key in keymap.keys(command.id)])

    def update(self, state: WindowState) -> None:
        """Enable and disable the actions for a state."""
        if state == self._state:
            return
        self._state = state
        for command, action in self._rows:
            action.setEnabled(command.possible(state))

    def update_undo(self, *, can_undo: bool, can_redo: bool) -> None:
        """Enable what depends on whether something can be undone or redone; no effect before the first `update`."""
        if self._state is not None:
            self.update(replace(self._state, can_undo=can_undo, can_redo=can_redo))

    def press(self, command_id: str) -> None:
        """Trigger a command that was queued before the actions existed, if it is enabled now."""
        if self._actions[command_id].isEnabled():
            self._actions[command_id].trigger()

    def menu(self, parent: QWidget) -> QMenu:
        """Return a menu of all commands, a submenu per group."""
        menu = QMenu(parent)
        for group in GROUPS:
            sub = menu.addMenu(group)
            rows = self._commands.group(group)
            for command in rows:
                sub.addAction(self._actions[command.id])
            toggles = [command.id for command in rows if command.id in self._checks]
            sub.aboutToShow.connect(lambda toggles=toggles: self._check(*toggles))
        return menu


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
