"""Handles packs dropped on the window.

Invariant: a pack is accepted anywhere, unless a widget there handles the drop itself; the subscribers of `PackChosen`
decide what happens.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from workbench.ui.editor.drop_handling import pack_in
from workbench.ui.shell.events import PackChosen
from workbench.ui.shell.services import Events


def take_pack(events: Events, data: QMimeData, *, act: bool) -> bool:
    """Publish a dropped pack and return True; with `act` False only return whether `data` is a pack."""
    path = pack_in(data)
    if path is not None and act:
        events.publish(PackChosen(path))
    return path is not None


class PackDrops(QObject):
    """Filters drop events of one window's frame."""

    def __init__(self, frame: QWidget, events: Events) -> None:
        super().__init__(frame)
        self._events = events
        frame.setAcceptDrops(True)
        frame.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Accept a pack dropped where no widget handles it."""
        # All three are drop events; the drag events repeatedly query whether the drop would be accepted.
        if isinstance(event, QDragEnterEvent | QDragMoveEvent | QDropEvent):
            dropped = event.type() == QEvent.Type.Drop
            if take_pack(self._events, event.mimeData(), act=dropped):
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                return True
        return super().eventFilter(watched, event)
