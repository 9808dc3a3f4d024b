"""The text of an answer: streams in at the end, is read, selected and copied.

Invariant: what a person reads never moves. New text is followed only while the end is in view; a selection never grows
by itself; what is copied is the answer's text to the byte, not what the document made of it.
"""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QBrush,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from workbench.ui.fonts import set_text_font
from workbench.ui.lanes.shown import ShownText, for_clipboard
from workbench.ui.lanes.spacing import SpacedLayout
from workbench.ui.theme import Theme

MARGIN = 12
_EXTRA_SPACING = 0.2
_SLICE = 16_000
"""Characters put into the document at a time; more would hold up the window."""


class AnswerView(QPlainTextEdit):
    """Read-only text that grows. `color` is the token of its text, `delta` its size in points beside the theme's."""

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
        self._backlog: deque[str] = deque()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._insert_slice)
        self._streaming = False
        self._following = True
        self._wash: tuple[float, float] | None = None
        self._ground = QBrush()
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._spacing = SpacedLayout(self.document())
        self.document().setDocumentLayout(self._spacing)
        self.document().setDocumentMargin(MARGIN)
        self._tail = QTextCursor(self.document())
        # The stylesheet would leave the viewport transparent: every letter would repaint the column behind it, and
        # every new line the whole text instead of moving it.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
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
        return self._following

    def append(self, piece: str) -> None:
        """Add the next piece at the end."""
        if self._backlog or len(piece) > _SLICE:
            self._backlog.extend(piece[at : at + _SLICE] for at in range(0, len(piece), _SLICE))
            self._insert_slice()
        elif piece:
            self._insert(piece)

    def set_text(self, text: str) -> None:
        """Show `text`. Text that only continues what is shown is appended; the place of reading stays."""
        shown = self.exact_text
        if text == shown:
            return
        if shown and text.startswith(shown):
            self.append(text[len(shown) :])
            return
        self._shown = ShownText()
        self._backlog.clear()
        self._tail.select(QTextCursor.SelectionType.Document)
        self._tail.removeSelectedText()
        self._follow(self._streaming)
        self.append(text)
        if not self._streaming:
            self.setTextCursor(QTextCursor(self.document()))
            self._scrolled()

    def reset(self) -> None:
        """Drop the text and follow the end again."""
        self.set_text("")
        self._follow(True)

    def setPlaceholderText(self, text: str) -> None:
        super().setPlaceholderText(text)
        # Qt paints a first placeholder, and not another one that takes its place.
        self.viewport().update()

    def set_streaming(self, streaming: bool) -> None:
        """Show or hide the block at the end that says that more is to come; a stream is followed from its start."""
        if streaming != self._streaming:
            self._streaming = streaming
            if streaming:
                self.go_to_end()
            self.viewport().update()

    def go_to_end(self) -> None:
        """Show the end and follow it."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())
        self._follow(True)

    def place(self) -> int:
        """Return about where in the answer (offset in characters) the first visible line begins."""
        position = self.cursorForPosition(QPoint(MARGIN, 1)).position()
        return len(self._shown.exact(0, position))

    def set_place(self, offset: int) -> None:
        """Show the line at about `offset` first."""
        cursor = self.textCursor()
        cursor.setPosition(min(self._shown.position(offset), self.document().characterCount() - 1))
        self.setTextCursor(cursor)
        line = (
            cursor.block().firstLineNumber()
            + cursor.block().layout().lineForTextPosition(cursor.positionInBlock()).lineNumber()
        )
        self.verticalScrollBar().setValue(line)

    def set_wash(self, wash: tuple[float, float] | None) -> None:
        """Fade gold between two heights of this widget (pixels, may lie outside), or not at all."""
        if wash != self._wash:
            self._wash = wash
            self._choose_ground()

    def createMimeDataFromSelection(self) -> QMimeData:
        cursor = self.textCursor()
        data = QMimeData()
        data.setText(for_clipboard(self._shown.exact(cursor.selectionStart(), cursor.selectionEnd())))
        return data

    def event(self, event: QEvent) -> bool:
        # A text control claims every letter for itself, even when it is read-only; the window's keys 1…9 must pass.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and types(event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if types(event):
            event.ignore()
        elif event.matches(QKeySequence.StandardKey.Copy) and self.textCursor().hasSelection():
            # As text that Qt owns: an object of ours left on the clipboard would outlive the interpreter.
            QGuiApplication.clipboard().setText(self.createMimeDataFromSelection().text())
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier):
            event.ignore()  # sideways scrolling belongs to the view around the columns, larger text to the window
        else:
            super().wheelEvent(event)

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
            self.viewport().update()  # the gold stays where it is while the text moves

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            painter.fillRect(event.rect(), self._ground)
        super().paintEvent(event)
        if self._streaming:
            self._paint_block()

    def _choose_ground(self) -> None:
        surface = self._theme.color("surface")
        self._ground = QBrush(surface)
        if self._wash is not None:
            gradient = QLinearGradient(0, self._wash[0], 0, self._wash[1])
            gradient.setColorAt(0, self._theme.color("gold_soft"))
            gradient.setColorAt(1, surface)
            self._ground = QBrush(gradient)
        self.viewport().update()

    def _paint_block(self) -> None:
        rect = self.cursorRect(self._tail)
        viewport = self.viewport().rect()
        if not rect.intersects(viewport):
            return
        width = self.fontMetrics().horizontalAdvance("n") * 0.8
        left = min(float(rect.left()) + 1, viewport.width() - width - 2)
        painter = QPainter(self.viewport())
        painter.fillRect(QRectF(left, rect.top() + 1, width, rect.height() - 2), self._theme.color("accent"))

    def _insert(self, piece: str) -> None:
        before = self.textCursor()
        anchor, position = before.anchor(), before.position()
        self._spacing.append(self._tail, self._shown.append(piece), following=self._following)
        if anchor != position and (before.anchor(), before.position()) != (anchor, position):
            self._select_again(anchor, position)
        if self._following:
            self.go_to_end()

    def _select_again(self, anchor: int, position: int) -> None:
        """Bring back a selection that reached the old end of the text and grew with it."""
        bar, following = self.verticalScrollBar(), self._following
        value = bar.value()
        cursor = self.textCursor()
        cursor.setPosition(anchor)
        cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        bar.setValue(value)
        self._following = following

    def _insert_slice(self) -> None:
        if self._backlog:
            self._insert(self._backlog.popleft())
        if self._backlog:
            self._later.start()

    def _scrolled(self) -> None:
        bar = self.verticalScrollBar()
        at_end = bar.value() == bar.maximum()
        self._follow(at_end or self.cursorRect(self._tail).bottom() <= self.viewport().height())

    def _follow(self, following: bool) -> None:
        if following != self._following:
            self._following = following
            self.following_changed.emit(following)

    def _restyle(self) -> None:
        set_text_font(self, self._theme.mono(self._delta) if self._mono else self._theme.font(self._delta))
        self._spacing.set_extra(round(self.fontMetrics().lineSpacing() * _EXTRA_SPACING))
        palette = self.palette()
        palette.setColor(palette.ColorRole.Text, self._theme.color(self._color))
        self.setPalette(palette)
        self._choose_ground()


def types(event: QKeyEvent) -> bool:
    """Whether a key press would write a letter into a field that can be edited."""
    held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    return held == Qt.KeyboardModifier.NoModifier and event.text().isprintable() and bool(event.text())
