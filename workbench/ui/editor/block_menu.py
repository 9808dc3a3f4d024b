"""What can be done with one message, as a menu.

Invariant: an entry asks by the block's signals and changes nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from workbench.ui.editor.block import MessageBlock

Action = Literal["up", "down", "cache", "duplicate", "remove", "improve"]


def actions(block: MessageBlock, index: int, count: int, fill_roles: Callable[[QMenu], None]) -> QMenu:
    """Return a menu for the message at `index` of `count`; it deletes itself when it closes."""
    menu = QMenu(block)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    entries: tuple[tuple[str, Action, bool], ...] = (
        ("Move up", "up", index > 0),
        ("Move down", "down", index < count - 1),
        ("Cache up to here", "cache", True),
        ("Duplicate", "duplicate", True),
        ("Remove", "remove", True),
        *((("Improve this prompt…", "improve", True),) if block.role == "system" else ()),
    )
    for text, name, enabled in entries:
        action = menu.addAction(text)
        action.setEnabled(enabled)
        if name == "cache":
            action.setCheckable(True)
            action.setChecked(block.extras.cache)
        action.triggered.connect(lambda _=False, name=name: block.action_wanted.emit(block, name))
        if name == "down":
            fill_roles(menu.addMenu("Change role"))
            if block.role == "user":
                menu.addAction("Attach files…").triggered.connect(lambda: block.attach_wanted.emit(block))
    return menu
