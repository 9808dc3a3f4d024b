"""Whether long lines of messages are wrapped.

Invariant: all messages of all editors that are followed do the same, also those that come later. Unwrapped, a field
keeps room for its lower scroll bar whether it is there or not, so that no text moves because of it.
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


class Wrapping(QObject):
    """Follows editors; `wraps` says whether lines end where the field ends."""

    def __init__(self, parent: QObject | None = None, *, wraps: bool = True) -> None:
        super().__init__(parent)
        self.wraps = wraps
        self._editors: list[ContentEditor] = []

    def follow(self, editor: ContentEditor) -> None:
        """See that `editor` wraps lines, or does not."""
        self._editors.append(editor)
        editor.block_made.connect(self._set)
        self._set_all(editor)

    def toggle(self) -> None:
        """Wrap lines that are not, and the other way round."""
        self.wraps = not self.wraps
        for editor in self._editors:
            self._set_all(editor)

    def _set_all(self, editor: ContentEditor) -> None:
        for block in editor.blocks:
            self._set(block)
        # One arrangement lays out all blocks.
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
