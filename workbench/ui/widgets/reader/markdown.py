"""An answer as rendered Markdown.

Invariant: model output is displayed and never executed: the document consists of text and formats, HTML stays text, and
nothing is loaded. Written text does not move, and all work is done in short slices.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QWidget

from workbench.ui.widgets.idle_queue import IdleQueue
from workbench.ui.widgets.reader.answer import MARGIN, paint_placeholder
from workbench.ui.widgets.reader.background_painter import BackgroundPainter
from workbench.ui.widgets.reader.build import CODE, CODE_PADDING, DocumentBuilder
from workbench.ui.widgets.reader.discarded import MANY, DiscardedParts
from workbench.ui.widgets.reader.document_growth import DocumentGrowth
from workbench.ui.widgets.reader.linked_text import LinkedText
from workbench.ui.widgets.reader.part_backgrounds import PartBackgrounds
from workbench.ui.widgets.reader.parts import definitions
from workbench.ui.widgets.reader.scroll_following import ScrollFollowing
from workbench.ui.widgets.reader.sheet import ReadingSheet
from workbench.ui.widgets.theme import Theme

_SLICE = 1_500
_MOST_S = 0.1
"""CPU seconds per slice, not wall-clock time, which depends on other load. One slow slice does not count, because
garbage may have been collected in it; a text that takes too long exceeds the limit in each slice."""


class MarkdownView(LinkedText):
    """Read-only rich text that grows at its end."""

    following_changed = Signal(bool)
    too_much = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._build, self._grounds = self._dress()
        self._text = self._placeholder = ""
        self._backlog: deque[str] = deque()
        self._waiting = 0
        self._written = 0
        self._was_long = False
        self._links: dict[str, str] = {}
        self._wanted: int | None = None
        self._mark = QRect()
        self._turns = IdleQueue.of_application()
        self._growth, self._sheet = DocumentGrowth(), self._blank()
        self.following = ScrollFollowing(self, self._is_at_end)
        self.following.changed.connect(self.following_changed)
        self.following.moved.connect(self._moved)
        self._ground = BackgroundPainter(self, theme)
        self.selectionChanged.connect(self._go_on)
        theme.changed.connect(self._restyle)

    @property
    def is_following(self) -> bool:
        """Whether new text is followed."""
        return self.following.is_on

    @property
    def is_whole(self) -> bool:
        """Whether all of the text is written, with its colours and column widths."""
        return not self._backlog and self._sheet.is_whole

    @property
    def written(self) -> int:
        """Number of characters of the answer written, including marks held back until their meaning is known."""
        return self._written

    def set_text(self, text: str) -> None:
        """Show another answer."""
        if text == self._text:
            return
        if self._text and text.startswith(self._text):
            self.append(text[len(self._text) :])
            return
        self._begin({} if self.following.is_streaming else definitions(text))
        self.following.set(self.following.is_streaming)
        self.append(text)

    def append(self, piece: str) -> None:
        """Append a chunk; a short one is shown immediately, a long one in slices."""
        self._text += piece
        if self._relink():
            return
        waits = bool(self._backlog)
        self._backlog.extend(_slices(piece))
        self._waiting += len(piece)
        if not waits and self._turn():
            self._turns.ask(self, self._turn)

    def set_streaming(self, streaming: bool) -> None:
        """Set whether more text is expected."""
        if self.following.stream(streaming):
            if not streaming and self._text and not self._relink():
                self._write()
                self._go_on()
            self.viewport().update()

    def set_wash(self, wash: tuple[float, float] | None) -> None:
        """Set a gold gradient between two heights, or None for none."""
        self._ground.set_wash(wash)

    def go_to_end(self) -> None:
        """Show the end and follow it."""
        self.following.go_to_end()

    def place(self) -> int:
        """Return the approximate offset of the first visible block, in characters of the answer."""
        at, lines = self._sheet.source(self.cursorForPosition(QPoint(MARGIN, 2)).position())
        for _ in range(lines):
            at = self._text.find("\n", at) + 1 or at
        return at

    def set_place(self, offset: int) -> None:
        """Scroll so that the block at about `offset` is first, once it is written."""
        self._wanted = offset
        self._go_to_wanted()

    def selected(self) -> str:
        return self._sheet.copied(self.textCursor())

    def resizeEvent(self, event: QResizeEvent) -> None:
        with self.following.resizing(event):
            super().resizeEvent(event)
            with self.following.writing(is_more=False):
                self._sheet.fit(self._room(), self.cursorForPosition(QPoint(MARGIN, 2)).position())
        self._go_on()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if self._ground.is_washed:
            self.viewport().update()
        else:
            # Scrolled content is not repainted, but the block at the end must be erased from its old position.
            self.viewport().update(self._mark.translated(dx, dy))

    def setPlaceholderText(self, text: str) -> None:
        self._placeholder = text
        self.viewport().update()

    def placeholderText(self) -> str:
        return self._placeholder

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            self._ground.paint(painter, event.rect())
            self._grounds.paint(painter, self, event.rect())
            paint_placeholder(self, painter, self._placeholder)
        super().paintEvent(event)
        if self.following.is_streaming:
            end = QTextCursor(self.document())
            end.movePosition(QTextCursor.MoveOperation.End)
            place = self._ground.end(self.cursorRect(end))
            self._mark = place.toAlignedRect()
            self._ground.paint_end(place)

    def _dress(self) -> tuple[DocumentBuilder, PartBackgrounds]:
        """Create the builder and the backgrounds from the theme."""
        build = DocumentBuilder(self._theme)
        return build, PartBackgrounds(self._theme.color("sunken"), self._theme.color("border"), build.extra)

    def _blank(self) -> ReadingSheet:
        """Return a sheet for an empty document; a long document is replaced, not cleared."""
        if self.document().blockCount() > MANY:
            fresh = QTextDocument(self)
            fresh.setUndoRedoEnabled(False)
            fresh.setDocumentMargin(MARGIN)
            fresh.setDefaultTextOption(self.document().defaultTextOption())
            DiscardedParts(self.document())
            self.setDocument(fresh)
        return ReadingSheet(self.document(), self._build, self._room())

    def _room(self) -> float:
        return self.viewport().width() - 2.0 * MARGIN

    def _begin(self, links: dict[str, str]) -> None:
        self._turns.drop(self)
        self._text, self._written, self._waiting, self._was_long = "", 0, 0, False
        self._backlog.clear()
        self._wanted = None
        self._links, self._growth = links, DocumentGrowth(links)
        with self.following.writing():
            # Replace the sheet first: when the scroll bar disappears, the view fits the sheet to the new width.
            self._sheet = self._blank()
            self.document().clear()

    def _turn(self) -> bool:
        """Do one slice of work; return whether there is more to do now."""
        if self._backlog and not self._is_held():
            # CPU time of this thread, so that the load of other programs does not count.
            began = time.thread_time()
            piece = self._backlog.popleft()
            self._waiting -= len(piece)
            self._growth.take(piece)
            if not self._growth.is_stuck:
                self._write()
            was_long, self._was_long = self._was_long, time.thread_time() - began > _MOST_S
            if self._growth.is_stuck or (was_long and self._was_long):
                self._backlog.clear()
                self.too_much.emit()
                return False
            self._go_to_wanted()
        elif not self._sheet.is_whole:
            with self.following.writing(is_more=False):
                self._sheet.step()
        return not self._sheet.is_whole or (bool(self._backlog) and not self._is_held())

    def _go_on(self) -> None:
        """Request a turn if there is work left."""
        if not self.is_whole:
            self._turns.ask(self, self._turn)

    def _is_held(self) -> bool:
        """Whether the reader has selected text that the next chunk would change."""
        marked = self.textCursor()
        return self.following.is_streaming and marked.hasSelection() and marked.selectionEnd() > self._sheet.open_at

    def _write(self) -> None:
        """Write the new parts."""
        final = not self.following.is_streaming and not self._backlog
        with self.following.writing():
            changed = self._sheet.update(self._growth.step(more_to_come=not final), final=final)
            if changed is not None:
                self._repaint_from(changed)
        self._written = len(self._text) - self._waiting

    def _repaint_from(self, position: int) -> None:
        """Repaint what was rewritten, and the background around it."""
        block = self.document().findBlock(position)
        top = self.document().documentLayout().blockBoundingRect(block).top() - self.verticalScrollBar().value()
        room = self.viewport().rect()
        self.viewport().update(room.adjusted(0, max(0, int(top) - 2 * CODE_PADDING), 0, 0))
        self.viewport().update(self._mark)

    def _is_at_end(self) -> bool:
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - 2

    def _moved(self) -> None:
        self._wanted = None

    def _go_to_wanted(self) -> None:
        """Scroll to the wanted offset; until it and the text below it are written, as near as possible."""
        if self._wanted is None:
            return
        number, at = self._sheet.place(self._wanted)
        document, lines = self.document(), self._text.count("\n", at, self._wanted)
        block = document.findBlockByNumber(number + lines)
        if lines and not block.blockFormat().hasProperty(CODE):
            block = document.findBlockByNumber(number)
        top = document.documentLayout().blockBoundingRect(block).top()
        self.following.go_to(0 if block == document.begin() else round(top))
        if self._backlog:
            self.following.set(False)
        else:
            self._wanted = None
            self.following.look()

    def _restyle(self) -> None:
        self._build, self._grounds = self._dress()
        self._ground.restyle()
        self._write_again(self._links, followed=self.following.is_on and self.following.is_streaming)

    def _relink(self) -> bool:
        """Rewrite everything if the link definitions changed, once streaming has ended; return whether they did.

        Definitions usually come last, after the references to them were written as text.
        """
        if self.following.is_streaming or (links := definitions(self._text)) == self._links:
            return False
        self._write_again(links, followed=self.following.is_on)
        return True

    def _write_again(self, links: dict[str, str], *, followed: bool) -> None:
        text, place = self._text, self.place() if self._wanted is None else self._wanted
        self._begin(links)
        self.following.set(followed)
        self.append(text)
        if followed:
            self.go_to_end()
        else:
            self.set_place(place)


def _slices(text: str) -> Iterator[str]:
    """Yield a text in slices, each ending with a line where possible."""
    at = 0
    while at < len(text):
        end = at + _SLICE
        if end < len(text):
            end = text.rfind("\n", at, end) + 1 or end
        yield text[at:end]
        at = end
