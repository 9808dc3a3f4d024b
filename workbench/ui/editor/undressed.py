"""Messages that take a new look later, because nobody sees them when it comes.

Invariant: Qt passes by what is undressed when the look changes, and each of it is dressed before it is seen, else in
turns. What is seen meanwhile stays where it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from workbench.ui.dressing import dress, undress
from workbench.ui.widgets.turns import Turns

if TYPE_CHECKING:
    from workbench.ui.editor.block import MessageBlock
    from workbench.ui.editor.column import Column
    from workbench.ui.theme import Theme


class Undressed(QObject):
    """The undressed messages of one column."""

    def __init__(self, column: Column, theme: Theme, colour: Callable[[MessageBlock], None]) -> None:
        """`colour` colours the text of a message anew."""
        super().__init__(column)
        self._column, self._colour = column, colour
        self._parts: dict[MessageBlock, list[QWidget]] = {}
        theme.changing.connect(self._begin)
        theme.changed.connect(self._restyle)
        for moved in (column.verticalScrollBar().valueChanged, column.page_shown):
            moved.connect(self._catch_up)

    @property
    def count(self) -> int:
        """How many messages are still undressed."""
        return len(self._parts)

    def _begin(self) -> None:
        """Undress what nobody sees, because the look is about to change."""
        for block in self._column.blocks:
            if block not in self._parts and not self._is_seen(block):
                self._parts[block] = undress([block, *block.findChildren(QWidget)])
                block.is_undressed = True

    def _restyle(self) -> None:
        """Dress what can be seen by now, and the rest in turns; what was seen before is restyled already."""
        self._catch_up()
        if self._parts:
            Turns.of_application().ask(self, self._go_on)

    def _catch_up(self) -> None:
        # What is dressed can be smaller than before, and let others be seen.
        while seen := [block for block in self._parts if isValid(block) and self._is_seen(block)]:
            for block in seen:
                self._dress(block)
            self._column.arrange()

    def _go_on(self) -> bool:
        block = next(iter(self._parts), None)
        if block is not None:
            self._dress(block)
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

    def _arrange(self) -> None:
        """Let heights follow, around what is seen."""
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
