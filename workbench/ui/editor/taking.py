"""What comes into a field from outside and is no text.

Invariant: the owner of a field is asked first; a pack that is dragged over a field which has no use for it goes by, to
the window, which takes packs wherever they are dropped. Here it would be a path among words.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QWidget

from workbench.ui.editor.heights import MeasuredField


class TakingField(MeasuredField):
    """A field whose owner may take what is no text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Takes what is no text from the clipboard or a drag, and says so; with False it only says whether it would.
        self.takes: Callable[[QMimeData, bool], bool] = lambda _data, _act: False

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or self.takes(source, False)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        from workbench.ui.dropped import pack_in  # nothing is dragged before the first paint

        if not self.takes(event.mimeData(), False) and pack_in(event.mimeData()) is not None:
            event.ignore()
            return
        super().dragEnterEvent(event)
