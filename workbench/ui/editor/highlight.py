"""Syntax colours in a text field, paragraph by paragraph.

Invariant: edited text is coloured before it is painted, at the cost of its own paragraph; the states after an edit are
propagated in slices of a few ms, and only visible paragraphs get colours. The text is never changed: colours are
formats in the layout of a paragraph.

Qt keeps one integer per paragraph and moves it with the paragraph. It packs the numbers of the states in which the
paragraph begins and ends, the generation of the colours, and whether the layout has them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QTextBlock, QTextCharFormat, QTextLayout

from workbench.ui.editor import paragraphs
from workbench.ui.editor.exact_text import units
from workbench.ui.editor.grammar import (
    LONGEST_CODE,
    PROSE,
    GrammarState,
    Kind,
    Languages,
    Piece,
    is_left_plain,
    leads_on,
    read,
)
from workbench.ui.widgets.stylesheet import ThemeTokens
from workbench.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from workbench.ui.editor.field import ExactField

_SLICE_S = 0.003
_PLAIN_DELAY_MS = 250
_AT_ONCE = 60
"""Paragraphs of one edit up to which all are coloured immediately."""
_NEAR = 400
"""Paragraphs above the visible ones whose states are computed immediately."""
_BITS, _MOST_STATES = 12, 1 << 12
_EPOCHS = 32
_COLORED = 1 << 29
_INKS: dict[Kind, str] = {
    "structure": "teal",
    "tag": "teal",
    "literal": "green",
    "keyword": "accent",
    "comment": "muted",
    "variable": "violet",
}


class Highlighter(QObject):
    """The colours of one field. `is_jinja` returns whether the text is a Jinja2 template."""

    left_plain = Signal(bool)
    """Whether there is a line of code too long to be coloured."""

    def __init__(
        self, field: ExactField, theme: Theme, languages: Languages, is_jinja: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__(field)
        self._field, self._theme, self._languages, self._is_jinja = field, theme, languages, is_jinja
        self._document = field.document()
        self._states: list[GrammarState] = [PROSE]
        self._numbers: dict[GrammarState, int] = {PROSE: 0}
        self._formats = _inks(self._theme.tokens)
        self._epoch = 0
        self._stale: tuple[int, int] | None = None
        # States after the first position may be wrong; from the second on they are right if those before them are.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._slice)
        self._document.contentsChange.connect(self._follow)
        self._has_plain = False
        self._plain_timer = QTimer(self)
        self._plain_timer.setSingleShot(True)
        self._plain_timer.setInterval(_PLAIN_DELAY_MS)
        self._plain_timer.timeout.connect(self._look_for_plain)
        self.again()

    def again(self) -> None:
        """Colour everything again, after a change of colours, languages or template."""
        self._formats = _inks(self._theme.tokens)
        self._epoch = (self._epoch + 1) % _EPOCHS
        self._mark(0, self._document.characterCount())
        self._field.viewport().update()

    @property
    def is_settled(self) -> bool:
        """Whether the state of every paragraph is known."""
        return self._stale is None

    # Layer protocol

    def prepare(self) -> None:
        blocks = list(self._field.visible_blocks())
        if not blocks:
            return
        if self._stale is not None and self._stale[0] < blocks[0].position():
            first = self._document.findBlock(self._stale[0])
            if blocks[0].blockNumber() - first.blockNumber() <= _NEAR:
                self._carry_on(blocks[0].position(), time.perf_counter() + _SLICE_S)
        number = self._end_before(blocks[0])
        for block in blocks:
            wanted = self._head(number) | _COLORED
            if block.userState() & ~(_MOST_STATES - 1) != wanted:
                self._color(block, number, dirty=True)
            number = block.userState() & (_MOST_STATES - 1)

    def under(self, painter: QPainter, exposed: QRectF) -> None:
        pass

    # States

    def _follow(self, position: int, removed: int, added: int) -> None:
        """Colour the edited paragraphs, before Qt lays them out."""
        end = min(position + added, self._document.characterCount() - 1)
        if self._has_plain and not self._plain_timer.isActive():
            self._plain_timer.start()
        if self._stale is not None:
            start, stop = self._stale
            shift = added - removed
            self._stale = (
                min(start, position) if start >= position else start,
                max(stop + shift, end) if stop >= position else stop,
            )
        block, last = self._document.findBlock(position), self._document.findBlock(end)
        if last.blockNumber() - block.blockNumber() >= _AT_ONCE:
            while block.isValid():
                block.setUserState(-1)
                if block == last:
                    break
                block = block.next()
            self._mark(self._document.findBlock(position).position(), end + 1)
            return
        number, before = self._end_before(block), -1
        while block.isValid():
            before = block.userState()
            self._color(block, number, dirty=False)
            number = block.userState() & (_MOST_STATES - 1)
            if block == last:
                break
            block = block.next()
        following = last.next()
        if following.isValid() and (before == -1 or before & (_MOST_STATES - 1) != number):
            self._mark(following.position(), following.position())

    def _mark(self, start: int, stop: int) -> None:
        """Mark states from `start` on as possibly wrong; those from `stop` on are right if those before them are."""
        if self._stale is not None:
            start, stop = min(start, self._stale[0]), max(stop, self._stale[1])
        self._stale = (start, stop)
        self._timer.start()

    def _slice(self) -> None:
        if self._stale is None:
            return
        self._carry_on(self._document.characterCount(), time.perf_counter() + _SLICE_S)
        if self.is_settled:
            self._field.viewport().update()
        else:
            self._timer.start()

    def _carry_on(self, until: int, deadline: float) -> None:
        """Correct the states up to a position, or until the deadline."""
        if self._stale is None:
            return
        start, stop = self._stale
        block = self._document.findBlock(start)
        number = self._end_before(block)
        count = 0
        while block.isValid():
            if block.position() >= until or (count % 16 == 15 and time.perf_counter() > deadline):
                self._stale = (block.position(), max(stop, block.position()))
                return
            count += 1
            known = block.userState()
            if known == -1 or known & ~(_COLORED | (_MOST_STATES - 1)) != self._head(number):
                self._count(block, number)
            elif block.position() >= stop:
                break
            number = block.userState() & (_MOST_STATES - 1)
            block = block.next()
        self._stale = None

    def _count(self, block: QTextBlock, number: int) -> None:
        """Compute the end state of a paragraph without colouring it."""
        text = block.text()
        if number == 0 and not leads_on(text):
            end = 0
        else:
            end = self._number(self._read(block, text, number)[1])
        block.setUserState(self._head(number) | end)

    def _color(self, block: QTextBlock, number: int, *, dirty: bool) -> None:
        """Colour a paragraph; with `dirty`, Qt has yet to be told to lay it out again."""
        layout = block.layout()
        text = block.text()
        pieces, after = self._read(block, text, number)
        state = self._head(number) | self._number(after)
        if layout.preeditAreaText():
            # While an input method composes, it sets the formats.
            block.setUserState(state)
            return
        if pieces or layout.formats():
            layout.setFormats(self._ranges(text, pieces))
            if dirty:
                self._document.markContentsDirty(block.position(), block.length())
        block.setUserState(state | _COLORED)

    def _read(self, block: QTextBlock, text: str, number: int) -> tuple[list[Piece], GrammarState]:
        begins = not paragraphs.is_soft(block)
        if len(text) > LONGEST_CODE and not self._has_plain and not self._plain_timer.isActive():
            self._plain_timer.start()
        return read(text, self._states[number], self._languages, jinja=self._is_jinja(), begins=begins)

    def _look_for_plain(self) -> None:
        has_plain, block = False, self._document.firstBlock()
        while block.isValid() and not has_plain:
            if block.length() > LONGEST_CODE:
                state = self._states[self._end_before(block)]
                has_plain = is_left_plain(block.text(), state, begins=not paragraphs.is_soft(block))
            block = block.next()
        if has_plain != self._has_plain:
            self._has_plain = has_plain
            self.left_plain.emit(has_plain)

    def _ranges(self, text: str, pieces: list[Piece]) -> list[QTextLayout.FormatRange]:
        ranges = []
        wide = not text.isascii() and units(text) != len(text)
        for position, length, kind in pieces:
            one = QTextLayout.FormatRange()
            one.start = units(text[:position]) if wide else position
            one.length = units(text[position : position + length]) if wide else length
            one.format = self._formats[kind]
            ranges.append(one)
        return ranges

    def _end_before(self, block: QTextBlock) -> int:
        before = block.previous()
        known = before.userState() if before.isValid() else 0
        return 0 if known == -1 else known & (_MOST_STATES - 1)

    def _head(self, number: int) -> int:
        return number << _BITS | self._epoch << 2 * _BITS

    def _number(self, state: GrammarState) -> int:
        """Return the number of a state; 0 (prose) if there are too many states, which real code does not reach."""
        if state not in self._numbers:
            if len(self._states) >= _MOST_STATES:
                return 0
            self._numbers[state] = len(self._states)
            self._states.append(state)
        return self._numbers[state]


@cache
def _inks(tokens: ThemeTokens) -> dict[Kind, QTextCharFormat]:
    made: dict[Kind, QTextCharFormat] = {}
    for kind, token in _INKS.items():
        made[kind] = QTextCharFormat()
        made[kind].setForeground(QColor(getattr(tokens, token)))
    return made
