"""The menu of one message.

Invariant: an entry emits a signal of the message and changes nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QMenu

from workbench.core.content import Role
from workbench.ui.editor.journal import MessageExtras

Action = Literal["up", "down", "cache", "duplicate", "remove", "improve"]


class MenuMessage(Protocol):
    """The message that a menu is about."""

    @property
    def role(self) -> Role:
        """The role of the message."""
        ...

    @property
    def extras(self) -> MessageExtras:
        """What the message has besides its text."""
        ...

    @property
    def action_wanted(self) -> SignalInstance:
        """Emitted with the message and an `Action`."""
        ...

    @property
    def attach_wanted(self) -> SignalInstance:
        """Emitted with the message, to choose files for it."""
        ...


def fill_actions(
    menu: QMenu, message: MenuMessage, index: int, count: int, fill_roles: Callable[[QMenu], None]
) -> None:
    """Add the actions of the message at `index` of `count`; `fill_roles` adds the roles."""
    entries: tuple[tuple[str, Action, bool], ...] = (
        ("Move up", "up", index > 0),
        ("Move down", "down", index < count - 1),
        ("Cache up to here", "cache", True),
        ("Duplicate", "duplicate", True),
        ("Remove", "remove", True),
        *((("Improve this prompt…", "improve", True),) if message.role == "system" else ()),
    )
    for text, name, enabled in entries:
        action = menu.addAction(text)
        action.setEnabled(enabled)
        if name == "cache":
            action.setCheckable(True)
            action.setChecked(message.extras.cache)
        action.triggered.connect(lambda _=False, name=name: message.action_wanted.emit(message, name))
        if name == "down":
            fill_roles(menu.addMenu("Change role"))
            if message.role == "user":
                menu.addAction("Attach files…").triggered.connect(lambda: message.attach_wanted.emit(message))
