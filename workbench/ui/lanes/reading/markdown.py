"""An answer as rendered Markdown.

Invariant: what a model wrote is shown and never obeyed: the document is built of text and formats, HTML stays text, and
nothing is loaded. What was written stays where it is: only the last block is written anew when more of it arrives.
"""

from __future__ import annotations

import time
from collections import deque

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QBrush,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QWidget

from workbench.ui.lanes.answer import MARGIN
from workbench.ui.lanes.reading import grounds
from workbench.ui.lanes.reading.build import CODE_PADDING, OFFSET, Builder, block_at
from workbench.ui.lanes.reading.linked import LinkedText
from workbench.ui.lanes.reading.parts import Part, definitions, parse
from workbench.ui.lanes.reading.turns import TURNS
from workbench.ui.theme import Theme

_SLICE = 2_000
_BLOCK_LIMIT = 40_000
"""Characters of one block beyond which writing it anew would hold up the window."""
_MOST_S = 0.25
"""Seconds of the processor, not of the clock: a busy computer says nothing about the text."""
_QUICK_MS = 2.0
_SHARE = 6
"""A block that took a millisecond to write is not written again for this many."""


class MarkdownView(LinkedText):
    """Read-only rich text that grows at its end."""

    following_changed = Signal(bool)
    too_much = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._build = Builder(theme)
        self._text = ""
        self._tail = ""
        self._backlog: deque[str] = deque()
        self._open: tuple[Part, ...] = ()
        self._open_at = 0
        self._line_end = 0
        self._is_first = True
        self._is_stale = False
        self._written = 0
        self._place: int | None = None
        """Where a person read when all began to be written anew, until it is written."""
        self._links: dict[str, str] = {}
        self._streaming = False
        self._following = True
        self._writing = False
        self._wash: tuple[float, float] | None = None
        self._block = QRect()
        self._ground = QBrush()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._next_slice)
        self._colorist = QTimer(self)
        self._colorist.setSingleShot(True)
        self._colorist.timeout.connect(self._color)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.changed.connect(self._restyle)
        self._choose_ground()

    @property
    def is_following(self) -> bool:
        """Whether new text is followed."""
        return self._following

    @property
    def is_whole(self) -> bool:
        """Whether all of the text is written and coloured."""
        return not self._backlog and not self._later.isActive() and not self._build.coloring

    @property
    def written(self) -> int:
        """How many characters of the answer are written, counting marks that wait for what they mean."""
        return self._written

    def set_text(self, text: str) -> None:
        """Show another answer."""
        if text == self._text:
            return
        if self._text and text.startswith(self._text):
            self.append(text[len(self._text) :])
            return
        self._begin()
        self._follow(self._streaming)
        self._links = {} if self._streaming else definitions(text)
        self.append(text)

    def append(self, piece: str) -> None:
        """Take the next piece."""
        self._text += piece
        self._backlog.extend(piece[at : at + _SLICE] for at in range(0, len(piece), _SLICE))
        if not self._later.isActive():
            if wait_ms := TURNS.wait_ms(id(self)) if self._streaming else 0:
                self._later.start(wait_ms)
            else:
                self._next_slice()

    def set_streaming(self, streaming: bool) -> None:
        """Say whether more is to come."""
        if streaming != self._streaming:
            self._streaming = streaming
            if streaming:
                self.go_to_end()
            elif self._text:
                links = definitions(self._text)
                if links != self._links:
                    # They stand at the end as a rule, and what leads there was written as text.
                    self._links = links
                    following = self._following
                    self._write_again()
                    if following:
                        self.go_to_end()
                else:
                    self._write()
            self.viewport().update()

    def set_wash(self, wash: tuple[float, float] | None) -> None:
        """Fade gold between two heights."""
        if wash != self._wash:
            self._wash = wash
            self._choose_ground()

    def go_to_end(self) -> None:
        """Show the end and follow it."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())
        self._follow(True)

    def place(self) -> int:
        """Return about where in the answer the first visible block begins."""
        return int(self.cursorForPosition(QPoint(MARGIN, 2)).blockFormat().property(OFFSET) or 0)

    def set_place(self, offset: int) -> None:
        """Show the block at about `offset` first."""
        best = block_at(self.document(), offset)
        top = self.document().documentLayout().blockBoundingRect(best).top()
        self.verticalScrollBar().setValue(0 if best == self.document().begin() else round(top))

    def resizeEvent(self, event: QResizeEvent) -> None:
        # Also when it has just ended: what is said about a failure takes room below its last words.
        lower = event.size().height() < event.oldSize().height() and self.verticalScrollBar().value() > 0
        following = self._following and (self._streaming or lower)
        super().resizeEvent(event)
        if following:
            self.go_to_end()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if self._wash is not None:
            self.viewport().update()
        else:
            # What has only moved is not painted again, but the block that says that more is to come leaves its place.
            self.viewport().update(self._block.translated(dx, dy))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            painter.fillRect(event.rect(), self._ground)
            grounds.paint(painter, self, event.rect(), self._theme, self._build.extra)
        super().paintEvent(event)
        if self._streaming:
            self._block = grounds.paint_end(self, self._theme)

    def _begin(self) -> None:
        self._text = self._tail = ""
        self._backlog.clear()
        self._later.stop()
        self._build.coloring.clear()
        self._open, self._open_at, self._line_end, self._is_first = (), 0, 0, True
        self._written, self._place = 0, None
        self._writing = True
        self.document().clear()
        self._writing = False

    def _next_slice(self) -> None:
        if self._backlog:
            self._tail += self._backlog.popleft()
            self._is_stale = True
        if not self._is_stale:
            return
        if len(self._tail) > _BLOCK_LIMIT + _SLICE:
            self._backlog.clear()
            self.too_much.emit()
            return
        # What other programs take of the processor says nothing about how long the block takes.
        began = time.thread_time()
        self._write()
        spent = time.thread_time() - began
        if not self._backlog:
            self._find_place()
        if spent > _MOST_S:
            # Some texts take the square of their length to parse: the next piece of such a one would take longer yet.
            self._backlog.clear()
            self.too_much.emit()
            return
        if self._backlog:
            self._later.start(0)
        elif (ms := spent * 1000) > _QUICK_MS:
            self._later.start(round(ms * _SHARE))

    def _write(self) -> None:
        """Write what is new; the last block, which may go on, is written anew."""
        marked = self.textCursor()
        if self._streaming and marked.hasSelection() and marked.selectionEnd() > self._open_at:
            return
        self._is_stale = False
        parsed = parse(self._tail, more_to_come=self._streaming or bool(self._backlog), links=self._links)
        settled, rest = parsed.parts[: parsed.settled], parsed.parts[parsed.settled :]
        if self._backlog:
            # More of the last block is here already: it is written when it has all of that.
            rest = ()
        if not settled and self._backlog:
            return
        self._written = len(self._text) - sum(map(len, self._backlog))
        if not settled and rest == self._open and self._streaming:
            return
        bar = self.verticalScrollBar()
        value, self._writing = bar.value(), True
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        changed = self._open_at
        if not settled and (more := _more_code(self._open, rest)) is not None and self._streaming:
            changed = cursor.position()
            self._build.more_code(cursor, more)
        else:
            self._rewrite(cursor, settled, rest, parsed.line)
        self._open = rest
        cursor.endEditBlock()
        self._repaint_from(changed)
        bar.setValue(bar.maximum() if self._following else value)
        self._writing = False
        if self._build.coloring:
            self._colorist.start()

    def _repaint_from(self, position: int) -> None:
        """Paint what was written anew, and the ground around it."""
        block = self.document().findBlock(position)
        top = self.document().documentLayout().blockBoundingRect(block).top() - self.verticalScrollBar().value()
        room = self.viewport().rect()
        self.viewport().update(room.adjusted(0, max(0, int(top) - 2 * CODE_PADDING), 0, 0))
        self.viewport().update(self._block)

    def _color(self) -> None:
        """Colour some of the code that was written; its place on the screen stays."""
        if not self._build.coloring:
            return
        bar = self.verticalScrollBar()
        value, self._writing = bar.value(), True
        self._build.coloring.step()
        bar.setValue(value)
        self._writing = False
        if self._build.coloring:
            self._colorist.start()

    def _rewrite(self, cursor: QTextCursor, settled: tuple[Part, ...], rest: tuple[Part, ...], line: int) -> None:
        cursor.setPosition(self._open_at)
        before_it = cursor.blockFormat()
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        if cursor.blockFormat() != before_it:
            # The block below a table is empty, and takes the looks of what was removed after it.
            cursor.setBlockFormat(before_it)
        before = len(self._text) - len(self._tail) - sum(map(len, self._backlog))
        starts = _line_starts(self._tail)
        end, first = self._line_end, self._is_first
        for number, part in enumerate((*settled, *rest)):
            if number == len(settled):
                self._open_at, self._line_end, self._is_first = cursor.position(), end - line, first
            self._build.write(
                cursor,
                part,
                before + starts[min(part.line, len(starts) - 1)],
                first=first,
                apart=part.line > end,
                final=number < len(settled) or not self._streaming,
            )
            first, end = False, part.end
        if settled:
            self._tail = self._tail[starts[line] :]
            if not rest:
                self._open_at, self._line_end, self._is_first = cursor.position(), end - line, first

    def _scrolled(self) -> None:
        if not self._writing:
            self._place = None
            bar = self.verticalScrollBar()
            self._follow(bar.value() >= bar.maximum() - 2)

    def _follow(self, following: bool) -> None:
        if following != self._following:
            self._following = following
            self.following_changed.emit(following)

    def _choose_ground(self) -> None:
        self._ground = grounds.brush(self._theme, self._wash)
        self.viewport().update()

    def _restyle(self) -> None:
        self._build = Builder(self._theme)
        self._choose_ground()
        self._write_again()

    def _write_again(self) -> None:
        text, following = self._text, self._following and self._streaming
        place = self.place() if self._place is None else self._place
        self._begin()
        self._follow(following)
        self.append(text)
        if following:
            self.go_to_end()
        else:
            self._place = place
            if not self._backlog and not self._is_stale:
                self._find_place()

    def _find_place(self) -> None:
        if self._place is not None:
            place, self._place = self._place, None
            self.set_place(place)


def _more_code(before: tuple[Part, ...], now: tuple[Part, ...]) -> str | None:
    """Return what an open code block got more, None when something else happened."""
    if [part.kind for part in (*before, *now)] != ["code", "code"] or not now[0].text.startswith(before[0].text):
        return None
    return now[0].text[len(before[0].text) :]


def _line_starts(text: str) -> list[int]:
    starts, at = [0], text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts
