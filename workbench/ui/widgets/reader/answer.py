"""The text of an answer: appended while it streams, read, selected and copied.

Invariant: text being read never moves. New text is followed only while the end is in view; a selection never grows on
its own; copying yields the exact text of the answer, not what the document made of it.
"""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QEvent, QMimeData, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QShowEvent,
    QTextCursor,
    QTextDocument,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from workbench.ui.editor.exact_text import encodable, text_data
from workbench.ui.widgets.idle_queue import IdleQueue
from workbench.ui.widgets.reader.background_painter import BackgroundPainter
from workbench.ui.widgets.reader.discarded import MANY, DiscardedParts
from workbench.ui.widgets.reader.scroll_following import ScrollFollowing
from workbench.ui.widgets.reader.shown_text import ShownText
from workbench.ui.widgets.reader.spaced_layout import SpacedLayout
from workbench.ui.widgets.theme import Theme, set_text_font

MARGIN = 12
_EXTRA_SPACING = 0.2
_SLICE = 16_000
"""Characters inserted at a time; more would block the UI thread."""


class AnswerView(QPlainTextEdit):
    """Read-only text that grows. `color` is a theme token, `delta` an offset in points from the theme's font size."""

    following_changed = Signal(bool)
    """Whether new text is followed; False once the reader has scrolled up."""

    def __init__(
        self,
        theme: Theme,
        *,
        color: str = "text",
        delta: float = 0.0,
        mono: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._color, self._delta, self._mono = theme, color, delta, mono
        self._shown = ShownText()
        self._placeholder = ""
        self._backlog: deque[str] = deque()
        self._laid_out = -1
        """The width of the last layout (pixels)."""
        self._turns = IdleQueue.of_application()
        make_read_only(self)
        self._spacing, self._tail = self._prepare(self.document())
        self.following = ScrollFollowing(self, self._is_at_end)
        self.following.changed.connect(self.following_changed)
        self._ground = BackgroundPainter(self, theme)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def exact_text(self) -> str:
        """The whole answer so far, exactly as it arrived."""
        return self._shown.text + "".join(self._backlog)

    @property
    def is_empty(self) -> bool:
        """Whether there is no text."""
        return self._shown.is_empty

    @property
    def is_following(self) -> bool:
        """Whether new text is followed."""
        return self.following.is_on

    def append(self, piece: str) -> None:
        """Append a chunk."""
        if self._backlog or len(piece) > _SLICE:
            waits = bool(self._backlog)
            self._backlog.extend(piece[at : at + _SLICE] for at in range(0, len(piece), _SLICE))
            if not waits and self._insert_slice():
                self._turns.ask(self, self._insert_slice)
        elif piece:
            self._insert(piece)

    def set_text(self, text: str) -> None:
        """Show `text`. A continuation of the current text is appended, which keeps the reading position."""
        shown = self.exact_text
        if text == shown:
            return
        if shown and text.startswith(shown):
            self.append(text[len(shown) :])
            return
        self._clear()
        self.following.set(self.following.is_streaming)
        self.append(text)
        if not self.following.is_streaming:
            self.setTextCursor(QTextCursor(self.document()))
            self.following.look()

    def reset(self) -> None:
        """Clear the text and follow the end again."""
        self.set_text("")
        self.following.set(True)

    def setPlaceholderText(self, text: str) -> None:
        self._placeholder = text
        self.viewport().update()

    def placeholderText(self) -> str:
        return self._placeholder

    def set_streaming(self, streaming: bool) -> None:
        """Show or hide the block that marks an unfinished text; a stream is followed from its start."""
        if self.following.stream(streaming):
            self.viewport().update()

    def go_to_end(self) -> None:
        """Show the end and follow it."""
        self.following.go_to_end()

    def place(self) -> int:
        """Return the approximate offset of the first visible line, in characters of the answer."""
        position = self.cursorForPosition(QPoint(MARGIN, 1)).position()
        return len(self._shown.exact(0, position))

    def set_place(self, offset: int) -> None:
        """Scroll so that the line at about `offset` is first."""
        cursor = self.textCursor()
        cursor.setPosition(min(self._shown.position(offset), self.document().characterCount() - 1))
        self.setTextCursor(cursor)
        line = (
            cursor.block().firstLineNumber()
            + cursor.block().layout().lineForTextPosition(cursor.positionInBlock()).lineNumber()
        )
        self.verticalScrollBar().setValue(line)

    def set_wash(self, wash: tuple[float, float] | None) -> None:
        """Set a gold gradient between two heights of this widget (pixels, may lie outside), or None for none."""
        self._ground.set_wash(wash)

    def createMimeDataFromSelection(self) -> QMimeData:
        cursor = self.textCursor()
        return text_data(encodable(self._shown.exact(cursor.selectionStart(), cursor.selectionEnd())))

    def event(self, event: QEvent) -> bool:
        # A text control accepts ShortcutOverride for every letter, even when read-only; the window's keys 1…9 must
        # pass.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and types(event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if types(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier):
            event.ignore()  # horizontal scrolling is handled by the view around the columns, zoom by the window
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._laid_out = event.size().width()
        with self.following.resizing(event):
            super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # While a widget is being shown, Qt does not report the width that a new scroll bar takes.
        if 0 <= self._laid_out != self.viewport().width():
            self.resizeEvent(QResizeEvent(self.viewport().size(), QSize(self._laid_out, self.viewport().height())))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if self._ground.is_washed:
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            self._ground.paint(painter, event.rect())
            paint_placeholder(self, painter, self._placeholder)
        super().paintEvent(event)
        if self.following.is_streaming:
            caret = self.cursorRect(self._tail)
            if caret.intersects(self.viewport().rect()):
                self._ground.paint_end(self._ground.end(caret))

    def _prepare(self, document: QTextDocument) -> tuple[SpacedLayout, QTextCursor]:
        spacing = SpacedLayout(document)
        document.setDocumentLayout(spacing)
        document.setDocumentMargin(MARGIN)
        return spacing, QTextCursor(document)

    def _clear(self) -> None:
        self._shown = ShownText()
        self._backlog.clear()
        self._turns.drop(self)
        old = self.document()
        if old.blockCount() <= MANY:
            self._tail.select(QTextCursor.SelectionType.Document)
            self._tail.removeSelectedText()
            return
        fresh = QTextDocument(self)
        self._spacing, self._tail = self._prepare(fresh)
        fresh.setDefaultFont(old.defaultFont())
        fresh.setDefaultTextOption(old.defaultTextOption())
        fresh.setUndoRedoEnabled(False)
        self._space()
        DiscardedParts(old)
        self.setDocument(fresh)

    def _insert(self, piece: str) -> None:
        before = self.textCursor()
        anchor, position = before.anchor(), before.position()
        self._spacing.append(self._tail, self._shown.append(piece), following=self.following.is_on)
        if anchor != position and (before.anchor(), before.position()) != (anchor, position):
            self._select_again(anchor, position)
        if self.following.is_on:
            self.go_to_end()

    def _select_again(self, anchor: int, position: int) -> None:
        """Restore a selection that ended at the old end of the text and grew with it."""
        with self.following.writing():
            cursor = self.textCursor()
            cursor.setPosition(anchor)
            cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(cursor)

    def _insert_slice(self) -> bool:
        """Insert one slice of the backlog; return whether more remain."""
        if self._backlog:
            self._insert(self._backlog.popleft())
        return bool(self._backlog)

    def _is_at_end(self) -> bool:
        bar = self.verticalScrollBar()
        return bar.value() == bar.maximum() or self.cursorRect(self._tail).bottom() <= self.viewport().height()

    def _space(self) -> None:
        self._spacing.set_extra(round(self.fontMetrics().lineSpacing() * _EXTRA_SPACING))

    def _restyle(self) -> None:
        set_text_font(self, self._theme.mono(self._delta) if self._mono else self._theme.font(self._delta))
        self._space()
        palette = self.palette()
        palette.setColor(palette.ColorRole.Text, self._theme.color(self._color))
        self.setPalette(palette)
        self._ground.restyle()


def types(event: QKeyEvent) -> bool:
    """Whether a key press would type a character into an editable field."""
    held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    return held == Qt.KeyboardModifier.NoModifier and event.text().isprintable() and bool(event.text())


def make_read_only(view: QPlainTextEdit | QTextEdit) -> None:
    """Set up a view for text that is read, selected and copied, and wraps anywhere."""
    view.setReadOnly(True)
    view.setUndoRedoEnabled(False)
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setTabChangesFocus(True)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    view.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )


def paint_placeholder(view: QPlainTextEdit | QTextEdit, painter: QPainter, text: str) -> None:
    """Paint `text` while the document is empty. Qt's own placeholder has no right margin."""
    if not text or not view.document().isEmpty():
        return
    margin = round(view.document().documentMargin())
    room = view.viewport().rect().adjusted(margin, margin, -margin, -margin)
    painter.setFont(view.font())
    painter.setPen(view.palette().color(QPalette.ColorRole.PlaceholderText))
    painter.drawText(room, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, text)
