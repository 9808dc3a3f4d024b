"""The messages of an editor, with and without widgets.

Invariant: all messages are held in order, each under its own key. Widgets are created for the first ones and reused, so
that other content is shown immediately.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from workbench.core.content import Content, Message
from workbench.ui.editor.block import MessageBlock
from workbench.ui.editor.column import MessageColumn
from workbench.ui.editor.exact_text import encodable
from workbench.ui.editor.journal import JournalBlock, MessageExtras, WholeContent
from workbench.ui.editor.waiting_messages import AT_ONCE, WaitingMessages


class BlockCache(QObject):
    """Fills a column with blocks; `make` creates the widget of a block."""

    def __init__(self, column: MessageColumn, make: Callable[[JournalBlock], MessageBlock], parent: QObject) -> None:
        super().__init__(parent)
        self._column, self._make = column, make
        self._blanks: set[int] = set()
        self.keys = itertools.count(1)
        self.is_loading = False
        """Whether texts are being loaded; signals of fields are not edits then."""
        self.waiting = WaitingMessages(self._show, self)
        column.more_wanted.connect(self.waiting.more)

    def whole_of(self, content: Content) -> WholeContent:
        """Return the blocks and parts of `content`; without messages, one blank user message."""
        blocks = tuple(
            JournalBlock(next(self.keys), m.role, encodable(m.text), MessageExtras(m.attachments, m.cache))
            for m in content.messages
        )
        if not blocks:
            blocks = (JournalBlock(next(self.keys), "user", ""),)
            self._blanks.add(blocks[0].key)
        return WholeContent(blocks, replace(content, messages=()))

    def blocks(self) -> tuple[JournalBlock, ...]:
        """Return all messages in their current state."""
        return tuple(block_of(block) for block in self._column.blocks) + self.waiting.blocks

    def messages(self) -> tuple[Message, ...]:
        """Return all messages as content, without a blank one that is still empty."""
        blocks = self.blocks()
        messages = tuple(block.message() for block in blocks)
        if len(blocks) == 1 and blocks[0].key in self._blanks and messages == (Message("user", ""),):
            return ()
        return messages

    def load(self, blocks: tuple[JournalBlock, ...]) -> None:
        """Show `blocks`, reusing the widgets."""
        column = self._column
        self.is_loading = True
        try:
            while len(column.blocks) > len(blocks):
                column.remove(len(column.blocks) - 1)
            for block, wanted in zip(column.blocks, blocks, strict=False):
                block.key = wanted.key
                block.extras = wanted.extras
                block.set_role(wanted.role)
                block.field.set_exact(wanted.text)
            for index in range(len(column.blocks), min(AT_ONCE, len(blocks))):
                column.insert(index, self._make(blocks[index]))
        finally:
            self.is_loading = False
        shown = len(column.blocks)
        self.waiting.load(blocks[shown:], shown)
        self._arrange()

    def _show(self, blocks: tuple[JournalBlock, ...]) -> None:
        self.is_loading = True
        try:
            for wanted in blocks:
                self._column.insert(len(self._column.blocks), self._make(wanted))
        finally:
            self.is_loading = False
        self._arrange()

    def _arrange(self) -> None:
        self._column.set_hidden(self.waiting.for_good)
        self._column.arrange()


def block_of(block: MessageBlock) -> JournalBlock:
    """Return the message shown by a widget."""
    return JournalBlock(block.key, block.role, block.field.exact(), block.extras)
