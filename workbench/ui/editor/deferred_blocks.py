"""Deferred restyling of invisible messages.

Invariant: Qt skips undressed widgets when the theme changes. Each is restyled before it becomes visible, otherwise in
turns. Visible messages do not move meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from workbench.ui.widgets.deferred_restyle import dress, undress
from workbench.ui.widgets.idle_queue import IdleQueue

if TYPE_CHECKING:
    from workbench.ui.editor.block import MessageBlock
    from workbench.ui.editor.column import MessageColumn
    from workbench.ui.widgets.theme import Theme


class DeferredBlocks(QObject):
    """The messages of one column whose restyling is deferred."""

    def __init__(self, column: MessageColumn, theme: Theme, colour: Callable[[MessageBlock], None]) -> None:
        """`colour` colours the text of a message again."""
        super().__init__(column)
        self._column, self._colour = column, colour
        self._parts: dict[MessageBlock, list[QWidget]] = {}
        theme.changing.connect(self._begin)
        theme.changed.connect(self._restyle)
        for moved in (column.verticalScrollBar().valueChanged, column.page_shown):
            moved.connect(self._catch_up)

    @property
    def count(self) -> int:
        """Number of messages still to be restyled."""
        return len(self._parts)

    def _begin(self) -> None:
        """Detach invisible messages from the coming theme change."""
        for block in self._column.blocks:
            if block not in self._parts and not self._is_seen(block):
                self._parts[block] = undress([block, *block.findChildren(QWidget)])
                block.is_undressed = True

    def _restyle(self) -> None:
        """Restyle newly visible messages, and the rest in turns; those visible before are already restyled."""
        self._catch_up()
        if self._parts:
            IdleQueue.of_application().ask(self, self._go_on)

    def _catch_up(self) -> None:
        # A restyled message may be smaller than before and make others visible.
        while seen := [block for block in self._parts if isValid(block) and self._is_seen(block)]:
            for block in seen:
                self._dress(block)
            self._column.arrange()

    def _go_on(self) -> bool:
        block = next(iter(self._parts), None)
        if block is not None:
            self._dress(block)
            if isValid(block):
                self._measure(block)
        if self._parts:
            return True
        self._arrange()
        return False

    def _dress(self, block: MessageBlock) -> None:
        parts = self._parts.pop(block)
        if isValid(block):
            dress(parts)
            block.is_undressed = False
            block.restyle()
            self._colour(block)

    def _measure(self, block: MessageBlock) -> None:
        """Measure a restyled message, so that there is less to do when all of them are arranged."""
        block.set_width(self._column.width(), self._column.verticalScrollBar().sizeHint().width())
        block.natural_height(self._column.height())

    def _arrange(self) -> None:
        """Update the heights, keeping the first visible message in place."""
        bar = self._column.verticalScrollBar()
        first = next((block for block in self._column.blocks if self._is_seen(block)), None)
        above = 0 if first is None else first.y() - bar.value()
        self._column.arrange()
        if first is not None:
            bar.setValue(first.y() - above)

    def _is_seen(self, block: MessageBlock) -> bool:
        column = self._column
        if not column.page.isVisible():
            return False
        top, place = column.verticalScrollBar().value(), block.geometry()
        return (place.bottom() >= top and place.top() <= top + column.viewport().height()) or block.field.hasFocus()
