"""Handles packs dropped on the window.

Invariant: a pack is accepted anywhere, unless a widget there handles the drop itself; the subscribers of `PackChosen`
decide what happens.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QDropEvent

from workbench.ui.editor.drop_handling import pack_in
from workbench.ui.shell.events import PackChosen
from workbench.ui.shell.services import Events


def take_pack(events: Events, data: QMimeData, *, act: bool) -> bool:
    """Publish a dropped pack and return True; with `act` False only return whether `data` is a pack."""
    path = pack_in(data)
    if path is not None and act:
        events.publish(PackChosen(path))
    return path is not None


class PackDrops:
    """Handles the drop events that reach the frame of one window."""

    def __init__(self, events: Events) -> None:
        self._events = events

    def offer(self, event: QDropEvent) -> bool:
        """Accept a dragged or dropped pack, and open a dropped one; return False for anything else."""
        if not take_pack(self._events, event.mimeData(), act=event.type() == QEvent.Type.Drop):
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True
