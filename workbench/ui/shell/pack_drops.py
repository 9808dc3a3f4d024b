"""Packs that are dropped on the window.

Invariant: a pack is taken wherever it is dropped, unless a widget there has a use for it; what is done with it is up to
the subscribers of `PackChosen`.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QDropEvent

from workbench.ui.shell.events import PackChosen
from workbench.ui.shell.services import Events
from workbench.ui.widgets.dropped_pack import pack_in


def take_pack(events: Events, data: QMimeData, *, act: bool) -> bool:
    """Publish that a pack was dropped and return True; with `act` False only return whether `data` is a pack."""
    path = pack_in(data)
    if path is not None and act:
        events.publish(PackChosen(path))
    return path is not None


class PackDrops:
    """Answers the frame of one window, which is asked where nothing else takes what is dragged."""

    def __init__(self, events: Events) -> None:
        self._events = events

    def offer(self, event: QDropEvent) -> bool:
        """Take a dropped pack, or accept one that is dragged over the window; False for anything else."""
        if not take_pack(self._events, event.mimeData(), act=event.type() == QEvent.Type.Drop):
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True
