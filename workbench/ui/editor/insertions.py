"""Inserts a block of text, such as a technique, into the messages of an editor.

Invariant: an insertion is one step of the journal; any other step closes its gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from workbench.ui.editor.column import MessageColumn
from workbench.ui.editor.insertion_gaps import InsertionGaps, caret_of, selected, text_step
from workbench.ui.editor.journal import BlockStep, JournalBlock, Step
from workbench.ui.editor.waiting_messages import WaitingMessages

if TYPE_CHECKING:
    from workbench.core.techniques import CaretPlace, Insertion


class Insertions(QObject):
    """Inserts into one editor: `do` applies a step, `focused` returns the index of the message with the caret."""

    def __init__(
        self,
        column: MessageColumn,
        waiting: WaitingMessages,
        keys: Iterator[int],
        do: Callable[[Step], None],
        focused: Callable[[], int | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._column, self._waiting, self._keys, self._do, self._focused = column, waiting, keys, do, focused
        self.gaps = InsertionGaps(self)

    def caret(self) -> CaretPlace | None:
        """Return the current or last caret position, None if no message has had the focus."""
        index = self._focused()
        return None if index is None else caret_of(self._column.blocks[index].field, index)

    def selected(self) -> str:
        """Return the selected text of the message with the caret, "" for none."""
        index = self._focused()
        return "" if index is None else selected(self._column.blocks[index].field)

    def focus_last(self) -> None:
        """Focus the end of the last message."""
        self._waiting.hurry()
        if self._column.blocks:
            block = self._column.blocks[-1]
            block.field.select(block.field.length, 0)
            block.field.setFocus(Qt.FocusReason.OtherFocusReason)
            self._column.reveal_all(block)

    def insert(self, found: Insertion) -> None:
        """Insert text or a message, and select its first gap."""
        self._waiting.hurry(found.index + 1)
        if found.new or not self._column.blocks:
            self._do(BlockStep(found.index, JournalBlock(next(self._keys), found.role, found.text), added=True))
        else:
            self._do(text_step(self._column.blocks[found.index], found))
        self.gaps.open(self._column.blocks[found.index], found)
