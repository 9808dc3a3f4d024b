"""Handling of pastes and drops that are not text.

Invariant: the owner of a field decides first. A pack file that it does not accept is left to the window, which opens
dropped packs; as text, the field would insert the path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from workbench.ui.editor.heights import MeasuredField


class DropField(MeasuredField):
    """A field whose owner may accept pastes and drops that are not text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Accepts data that is not text and returns whether it did; with False it only returns whether it would.
        self.takes: Callable[[QMimeData, bool], bool] = lambda _data, _act: False

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or self.takes(source, False)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not self.takes(event.mimeData(), False) and pack_in(event.mimeData()) is not None:
            event.ignore()
            return
        super().dragEnterEvent(event)


class DropSurround(QWidget):
    """A widget around a field: what is dropped on it, once drops are accepted, is offered to the owner of the field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.takes: Callable[[QMimeData, bool], bool] = lambda _data, _act: False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._offer(event, act=False)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._offer(event, act=False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._offer(event, act=True)

    def _offer(self, event: QDropEvent, *, act: bool) -> None:
        if self.takes(event.mimeData(), act):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()


def pack_in(data: QMimeData) -> Path | None:
    """Return the single pack being dragged, None for anything else."""
    if not data.hasUrls():
        return None
    paths: Sequence[Path] = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if len(paths) != 1:
        return None
    from workbench.app.packs.pack_imports import pack_at

    return pack_at(paths[0])
