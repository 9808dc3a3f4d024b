"""Saying that a run needs text.

Invariant: it is said at one message at most, and no longer than until something is written.
"""

from __future__ import annotations

from PySide6.QtCore import Qt

from workbench.ui.editor.block import MessageBlock
from workbench.ui.editor.column import Column


class Wanting:
    """Marks the message that a run needs text in."""

    def __init__(self, column: Column) -> None:
        self._column = column
        self._block: MessageBlock | None = None

    def want(self) -> None:
        """Mark the first empty message of the user, else the first empty one, and put the caret there."""
        empty = [block for block in self._column.blocks if not block.field.length]
        if empty:
            block = next((block for block in empty if block.role == "user"), empty[0])
            block.want()
            self._block = block
            block.field.setFocus(Qt.FocusReason.OtherFocusReason)
            self._column.reveal(block)

    def written(self) -> None:
        """Take in that something was written, wherever: there is something to send."""
        block, self._block = self._block, None
        if block is not None and block in self._column.blocks:
            block.want(wanted=False)
