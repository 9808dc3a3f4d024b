"""Read-only rich text with links.

Invariant: nothing in the text is loaded or run, copying yields plain text, and a link opens only after a confirmation
that shows its target.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QMimeData, Qt, QUrl
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QTextEdit, QWidget

from workbench.ui.editor.exact_text import text_data
from workbench.ui.widgets.reader import links
from workbench.ui.widgets.reader.answer import MARGIN, make_read_only, types

_TURNS = str.maketrans({"\u2029": "\n", "\u2028": "\n", "\ufdd0": "\n", "\ufdd1": "\n"})

_TABLE_GOES_ON = "\ufdd1\ufdd0"
"""The boundary between the tables of which a long one consists, with nothing between them."""


class LinkedText(QTextEdit):
    """Read-only rich text; unused keys are passed to the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        make_read_only(self)
        self.document().setDocumentMargin(MARGIN)
        self.viewport().setMouseTracking(True)

    def link_at_caret(self) -> str:
        """Return the target of the link at the caret, "" for none."""
        return self.textCursor().charFormat().anchorHref()

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        return None

    def createMimeDataFromSelection(self) -> QMimeData:
        return text_data(self.selected().replace(_TABLE_GOES_ON, "\n").translate(_TURNS))

    def selected(self) -> str:
        """Return the selected text, with the document's separators of blocks and cells."""
        return self.textCursor().selectedText()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and types(event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers()
        if enter and (address := self.link_at_caret()):
            links.ask(self.window(), address)
        elif types(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier):
            event.ignore()
        else:
            super().wheelEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        over = bool(self.anchorAt(event.position().toPoint()))
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.IBeamCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        address = self.anchorAt(event.position().toPoint())
        if address and event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            links.ask(self.window(), address)
