"""The note that a run needs text.

Invariant: at most one message has the note, and only until something is written.
"""

from __future__ import annotations

from PySide6.QtCore import Qt

from workbench.ui.editor.block import MessageBlock
from workbench.ui.editor.column import MessageColumn


class MissingValueMarks:
    """Marks the message in which a run needs text."""

    def __init__(self, column: MessageColumn) -> None:
        self._column = column
        self._block: MessageBlock | None = None

    def want(self) -> None:
        """Mark and focus the first empty user message, else the first empty one."""
        empty = [block for block in self._column.blocks if not block.field.length]
        if empty:
            block = next((block for block in empty if block.role == "user"), empty[0])
            block.want()
            self._block = block
            block.field.setFocus(Qt.FocusReason.OtherFocusReason)
            self._column.reveal(block)

    def written(self) -> None:
        """Remove the note, after something was written in some message."""
        block, self._block = self._block, None
        if block is not None and block in self._column.blocks:
            block.want(wanted=False)
