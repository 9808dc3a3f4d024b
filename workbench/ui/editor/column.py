"""The layout of message blocks.

Invariant: heights follow the text before the next paint, and no scroll bar changes a width: its width is reserved while
it is hidden. A block grows into the free height, and at least to a share of the view, before it scrolls. The buttons
that add something stay in view, however long the messages are.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from workbench.core.content import Template
from workbench.ui.editor.add_buttons import AddButtons, AddOffer
from workbench.ui.editor.block import LEFT, MessageBlock
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.page import EditorPage, around_caret, make_plain, show_between
from workbench.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from workbench.ui.editor.section import PartSection

SHARE = 0.6
_FEWEST_LINES = 3
_PAD = 7
_GAP = 4


class MessageColumn(QScrollArea):
    """Message blocks from top to bottom, and the buttons that add one."""

    add_wanted = Signal()
    system_wanted = Signal()
    more_wanted = Signal()
    techniques_wanted = Signal()
    part_wanted = Signal(str)
    """The kind of part to add: example, tool, output."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._blocks: list[MessageBlock] = []
        self._sections: list[PartSection] = []
        self._tail: list[PartSection] = []
        self._section_heights: dict[PartSection, int] = {}
        self._editable = True
        self._order_is_new = False
        self._arranged = QSize()
        """The size at the last `arrange`."""
        make_plain(self)
        self._page = EditorPage("surface", self.viewport())
        self._page.clicked.connect(self._focus_last)
        self._page.shown.connect(self.arrange)
        self.page_shown = self._page.shown
        self.setWidget(self._page)
        self._adders = AddButtons(LEFT, self)
        self._adders.wanted.connect(self._wanted)
        self._hidden = 0
        self._has_output = self._held = self._put_off = False
        self._template: Template = "plain"

    @property
    def blocks(self) -> tuple[MessageBlock, ...]:
        """The blocks from top to bottom."""
        return tuple(self._blocks)

    def by_key(self, key: int) -> MessageBlock:
        """Return the block with this journal key; KeyError when there is none."""
        for block in self._blocks:
            if block.key == key:
                return block
        raise KeyError(key)

    @property
    def page(self) -> QWidget:
        """The parent of the blocks. Reparenting a widget polishes it again, which is slow."""
        return self._page

    def insert(self, index: int, block: MessageBlock) -> None:
        """Insert a new block, a child of `page`."""
        self._blocks.insert(index, block)
        self._order_is_new = True
        block.controls_changed.connect(self.reorder)
        block.show()

    def remove(self, index: int) -> MessageBlock | None:
        """Delete a block; return its neighbour, None if it was the only one."""
        gone = self._blocks.pop(index)
        gone.hide()
        gone.setParent(None)
        gone.deleteLater()
        self._order_is_new = True
        return self._blocks[min(index, len(self._blocks) - 1)] if self._blocks else None

    def reorder(self) -> None:
        """Update the tab order with the next `arrange`."""
        self._order_is_new = True

    def relocate(self, source: int, target: int) -> MessageBlock:
        """Move a block; `target` counts without it."""
        block = self._blocks.pop(source)
        self._blocks.insert(target, block)
        self._order_is_new = True
        return block

    def set_sections(self, sections: Sequence[PartSection], tail: Sequence[PartSection] = ()) -> None:
        """Show these sections, children of `page`: after the leading system messages, and after all messages."""
        self._order_is_new |= (self._sections, self._tail) != (list(sections), list(tail))
        self._sections, self._tail = list(sections), list(tail)
        for section in (*sections, *tail):
            section.show()
        self.arrange()

    def set_state(self, template: Template, *, has_output: bool) -> None:
        """Set how variables are written, and whether there is an output format."""
        self._template, self._has_output = template, has_output

    def drop(self, section: PartSection) -> None:
        """Delete a section."""
        self._sections = [one for one in self._sections if one is not section]
        self._tail = [one for one in self._tail if one is not section]
        self._order_is_new = True
        section.hide()
        section.setParent(None)
        section.deleteLater()

    def set_hidden(self, count: int) -> None:
        """Set the number of messages after the shown ones; while there are some, none can be added at the end."""
        if count != self._hidden:
            self._hidden = count
            self.arrange()

    def set_counts(self, counts: tuple[str, ...]) -> None:
        """Show the token count of each message; () if unknown."""
        for index, block in enumerate(self._blocks):
            block.set_count(counts[index] if index < len(counts) else "")

    def counts(self) -> tuple[str, ...]:
        """Return the token counts of the shown messages, as text."""
        return tuple(block.count() for block in self._blocks)

    def set_editable(self, editable: bool) -> None:
        """Show or hide the buttons that add messages."""
        self._editable = editable
        self.arrange()

    def restyle(self) -> None:
        """Apply the theme's fonts and colours."""
        for block in self._blocks:
            block.restyle()
        for section in (*self._sections, *self._tail):
            section.restyle()
        self.arrange()

    def follow(self, block: MessageBlock) -> None:
        """Arrange if the text height of `block` changed."""
        if not self._page.isVisible():
            block.forget()
        elif block.grew():
            self.arrange()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Coalesce all `arrange` calls within the context into one."""
        self._held, self._put_off = True, False
        try:
            yield
        finally:
            self._held = False
            if self._put_off:
                self.arrange()

    def arrange(self) -> None:
        """Set number, position and height of every block; call this after blocks were added, removed or moved."""
        if self._order_is_new:
            self._order_is_new = False
            self._renumber()
        if self._held:
            self._put_off = True
            return
        if not self._page.isVisible():
            bar = self.verticalScrollBar().sizeHint().width()
            for block in self._blocks:
                block.set_width(self.width(), bar)
            return  # Qt does not lay out hidden widgets; the page signals when it is shown.
        self._arranged = self.size()
        has_system = any(block.role == "system" for block in self._blocks)
        self._adders.offer(AddOffer(self._editable, has_system, self._has_output, self._hidden, self._template))
        width, view = self.width(), self.height()
        bar = self.verticalScrollBar().sizeHint().width()
        for block in self._blocks:
            block.set_width(width, bar)
        self._section_heights = {section: section.measure(width, bar) for section in (*self._sections, *self._tail)}
        fixed = self._fixed_height()
        heights, naturals = _heights(self._blocks, view, fixed)
        total = fixed + sum(heights)
        scrolls = total > view
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOn if scrolls else policy.ScrollBarAlwaysOff)
        y, before = 0, self._first_turn()
        for index, (block, height, natural) in enumerate(zip(self._blocks, heights, naturals, strict=True)):
            if index == before:
                y = self._place_sections(self._sections, y, width, bar)
            y = block.arrange(y, height, scrolls=natural > height)
        if before == len(self._blocks):
            y = self._place_sections(self._sections, y, width, bar)
        y = self._place_sections(self._tail, y, width, bar)
        self._place_adders(y, width - bar, view, scrolls=scrolls)

    def _place_adders(self, bottom: int, narrow: int, view: int, *, scrolls: bool) -> None:
        """Place the buttons below the messages, which end at `bottom`; at the lower edge of the view if that scrolls.

        `narrow` is the width beside the scroll bar.
        """
        row = self._adders.height_for(narrow)
        self._adders.place(view - row if scrolls else bottom, narrow if scrolls else self.width(), over=scrolls)
        self.setViewportMargins(0, 0, 0, row if scrolls else 0)
        self._page.resize(narrow if scrolls else self.width(), bottom if scrolls else view)

    def reveal_all(self, block: MessageBlock) -> None:
        """Scroll to show all of `block`, and what is below it if it is the last; if it is too high, its caret."""
        bottom = self._page.height() if block is self._blocks[-1] else block.geometry().bottom() + 1
        bar, view = self.verticalScrollBar(), self.viewport().height()
        if bottom - block.y() <= view:
            bar.setValue(min(block.y(), max(bar.value(), bottom - view)))
        else:
            self.reveal(block)

    def reveal_section(self, section: PartSection) -> None:
        """Scroll to show all of a section."""
        bar, view, place = self.verticalScrollBar(), self.viewport().height(), section.geometry()
        bar.setValue(min(place.y(), max(bar.value(), place.bottom() + 1 - view)))

    def reveal(self, block: MessageBlock) -> None:
        """Scroll to show the caret of `block`, and its header if the caret is on the first line."""
        top, bottom = around_caret(block.field, self._page)
        show_between(self, block.y() if _on_top(block.field) else top, bottom)

    def reveal_caret(self, section: PartSection) -> None:
        """Scroll to show the caret if it is in a section, and the error note below it."""
        field = next((field for field in section.fields if field.hasFocus()), None)
        if field is not None:
            top, bottom = around_caret(field, self._page)
            end = section.geometry().bottom() + 1
            told = not section.note.isHidden() and end - top <= self.viewport().height()
            show_between(self, top, end if told else bottom)

    def cross(self, block: MessageBlock, direction: int, x: int | None) -> bool:
        """Move the caret to the next message (1) or the previous one (-1); False at the ends."""
        index = self._blocks.index(block) + direction
        if not 0 <= index < len(self._blocks):
            return False
        self._blocks[index].field.enter(direction, x)
        self.reveal(self._blocks[index])
        return True

    # Qt event handlers

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # zoom is handled by the window
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # A scroll bar that appears or disappears changes the viewport's width, but no block's.
        if self.size() != self._arranged:
            self.arrange()
        # A new value row below may take height from here, where the user is typing.
        for block in self._blocks:
            if block.field.hasFocus():
                self.reveal(block)
        for section in (*self._sections, *self._tail):
            self.reveal_caret(section)

    def _fixed_height(self) -> int:
        buttons = self._adders.height_for(self.width() - self.verticalScrollBar().sizeHint().width())
        return sum(block.frame_height() for block in self._blocks) + sum(self._section_heights.values()) + buttons

    def _first_turn(self) -> int:
        """Return the index of the first message after the leading system messages."""
        return next((i for i, block in enumerate(self._blocks) if block.role != "system"), len(self._blocks))

    def _place_sections(self, sections: Sequence[PartSection], y: int, width: int, bar: int) -> int:
        for section in sections:
            y = section.place(y, width, bar, self._section_heights[section])
        return y

    def _wanted(self, kind: str) -> None:
        signals = {
            "message": self.add_wanted,
            "system": self.system_wanted,
            "more": self.more_wanted,
            "techniques": self.techniques_wanted,
        }
        if kind in signals:
            signals[kind].emit()
        else:
            self.part_wanted.emit(kind)

    def _renumber(self) -> None:
        """Number the blocks and set the tab order of their controls, before the buttons."""
        for index, block in enumerate(self._blocks):
            block.set_place(index, len(self._blocks))
        turn = self._first_turn()
        system, rest = self._blocks[:turn], self._blocks[turn:]
        parts: list[MessageBlock | PartSection] = [*system, *self._sections, *rest, *self._tail]
        controls = [control for part in parts for control in part.controls()]
        # Qt treats the last and first control of the focus ring as neighbours and would leave the buttons at the front.
        controls[1:1] = [*self._adders.buttons]
        for before, after in itertools.pairwise(controls):
            QWidget.setTabOrder(before, after)
        for before, after in itertools.pairwise([*controls[-1:], *self._adders.buttons]):
            QWidget.setTabOrder(before, after)

    def _focus_last(self) -> None:
        if self._blocks:
            field = self._blocks[-1].field
            field.moveCursor(QTextCursor.MoveOperation.End)
            field.setFocus(Qt.FocusReason.MouseFocusReason)


def _heights(blocks: Sequence[MessageBlock], view: int, fixed: int) -> tuple[list[int], list[int]]:
    """Return the heights of the text fields, at most a share of the view or its free height, and of all text.

    `fixed` is the height of everything else.
    """
    line = blocks[0].field.fontMetrics().lineSpacing() if blocks else 0
    share = max(int(SHARE * view), _FEWEST_LINES * line)
    natural = [block.natural_height(max(view, share)) for block in blocks]
    modest = [min(height, share) for height in natural]
    free = view - fixed - sum(modest)
    most = max(share, share + free)
    heights = [
        height if height <= most else block.field.whole_lines(most)
        for block, height in zip(blocks, natural, strict=True)
    ]
    return heights, natural


def _on_top(field: ExactField) -> bool:
    return field.textCursor().blockNumber() == 0 and field.verticalScrollBar().value() == 0


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
