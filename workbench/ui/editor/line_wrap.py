"""Wraps the long lines of messages, or scrolls them.

Invariant: all messages of all followed editors have the same mode, including later ones. Unwrapped, a field reserves
room for its horizontal scroll bar, visible or not, so that no text moves because of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QPlainTextEdit

if TYPE_CHECKING:
    from workbench.ui.editor.block import MessageBlock
    from workbench.ui.editor.editor import ContentEditor

_Mode = QPlainTextEdit.LineWrapMode
_Policy = Qt.ScrollBarPolicy


class LineWrap(QObject):
    """Sets the wrap mode of the messages of editors; `wraps` is the current one."""

    def __init__(self, parent: QObject | None = None, *, wraps: bool = True) -> None:
        super().__init__(parent)
        self.wraps = wraps
        self._editors: list[ContentEditor] = []

    def follow(self, editor: ContentEditor) -> None:
        """Apply the mode to the messages of `editor`, existing and later ones."""
        self._editors.append(editor)
        editor.block_made.connect(self._set)
        self._set_all(editor)

    def toggle(self) -> None:
        """Switch between wrapping and scrolling."""
        self.wraps = not self.wraps
        for editor in self._editors:
            self._set_all(editor)

    def _set_all(self, editor: ContentEditor) -> None:
        for block in editor.blocks:
            self._set(block)
        # One signal is enough: it lays out all blocks.
        for block in editor.blocks[-1:]:
            block.note_changed.emit()
        for block in editor.blocks:
            if block.field.hasFocus():
                block.field.ensureCursorVisible()
                block.field.cursorPositionChanged.emit()

    def _set(self, block: MessageBlock) -> None:
        mode = _Mode.WidgetWidth if self.wraps else _Mode.NoWrap
        if block.field.lineWrapMode() != mode:
            block.field.setLineWrapMode(mode)
            block.field.setHorizontalScrollBarPolicy(
                _Policy.ScrollBarAlwaysOff if self.wraps else _Policy.ScrollBarAsNeeded
            )
            block.forget()
