"""What a right click offers in the side bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


def prompt_menu(window: MainWindow, uid: str, at: QPoint) -> None:
    """Open the menu of one prompt at a global position."""
    position = window.prompts.model.position(uid)
    if position < 0:
        return
    menu = QMenu(window.frame)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction("Rename", lambda: window.sidebar.edit_prompt_name(uid))
    menu.addAction("Duplicate", lambda: window.handlers.duplicate_prompt(uid))
    archived = window.prompts.model.row(position).archived
    menu.addAction("Bring back" if archived else "Archive", lambda: window.archive(uid))
    menu.popup(at)


def iteration_menu(window: MainWindow, at: QPoint) -> None:
    """Open the menu of the shown iteration at a global position."""
    menu = window.actions_.submenu(window.frame, "restore", "branch", "note", "back")
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(at)
