"""A text field whose text is exact.

Invariant: text entered by typing, pasting, dropping or `set_exact` is returned by `exact`, copy and drag byte for byte;
only pasted or dropped CRLF becomes LF. Keys with Ctrl or Alt that do not edit text are left to the window. Long
paragraphs are split by soft breaks (`long_lines`), which are internal to the field: its text and positions never count
them. A very long text is recorded immediately and inserted into the document in chunks (`chunked_insert`); pending
chunks are inserted before the next key is handled. A layer that is painted besides the text changes no text and no
height.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDropEvent,
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QMenu, QToolTip, QWidget

from workbench.ui.editor import paragraphs
from workbench.ui.editor.caret_crossing import Cross, crosses, enter, leave
from workbench.ui.editor.drop_handling import DropField
from workbench.ui.editor.edit_record import EditRecord
from workbench.ui.editor.exact_text import encodable, from_document, pasted, text_data, to_document
from workbench.ui.editor.history import FieldHistory
from workbench.ui.editor.journal import Kind
from workbench.ui.editor.keys import edits_text, is_redo, is_undo, plain_modifiers
from workbench.ui.editor.long_lines import SOFT, broken
from workbench.ui.editor.marks import VariableMarks
from workbench.ui.editor.menu import text_menu
from workbench.ui.editor.text_mirror import TextChange
from workbench.ui.widgets.theme import Theme, set_text_font

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData

    from workbench.ui.editor.chunked_insert import ChunkScheduler
    from workbench.ui.editor.menu import Offer


class HighlightLayer(Protocol):
    """Called by a field whenever it paints."""

    def prepare(self) -> None:
        """Prepare the visible paragraphs, before anything is painted."""
        ...

    def under(self, painter: QPainter, exposed: QRectF) -> None:
        """Paint below the text, in the exposed part of the viewport."""
        ...


_AT_ONCE = 250_000
"""Characters up to which text is inserted at once; Qt takes 15 ms for a million, its listeners the same."""


class ExactField(DropField):
    """A plain text field whose owner may let it grow with its text."""

    edited = Signal(object, str)
    """An `TextChange` by the user and its `Kind`, before the layout is updated; textChanged follows after that."""
    pasted = Signal(str)  # the text, after it was pasted or dropped
    undo_wanted = Signal()
    redo_wanted = Signal()
    focus_changed = Signal()

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, journaled: bool = False, mono: bool = True
    ) -> None:
        """`journaled`: the owner keeps the undo journal, which the field uses by signals. `mono`: fixed-width font."""
        super().__init__(parent)
        self._theme = theme
        self._mono = mono
        self.record = EditRecord(self.document())
        self._marks = VariableMarks(self, theme)
        self._text: str | None = ""
        self._quiet = False
        self._kind: Kind = "other"
        self._revision = 0
        self._is_dropping = False
        self._scheduler: ChunkScheduler | None = None
        self.cross: Cross | None = None
        self.layers: list[HighlightLayer] = []
        # Return entries of the context menu when it opens.
        self.offered: list[Callable[[], Iterable[Offer]]] = []
        # Key handlers that run first; one that returns True has handled the key.
        self.habits: list[Callable[[QKeyEvent], bool]] = []
        # Whether `habits` handle a key although the field is read-only.
        self.wakes: Callable[[QKeyEvent], bool] = lambda _: False
        self.history: Callable[[], tuple[bool, bool]] = lambda: (False, False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUndoRedoEnabled(False)
        self.document().contentsChange.connect(self._contents_change)
        self.textChanged.connect(lambda: self.record.settle(self.textCursor()))
        self._own = None if journaled else FieldHistory(self)
        if self._own is not None:
            self.history = self._own.state
        self.restyle()

    @property
    def own_history(self) -> FieldHistory | None:
        """The undo history of a stand-alone field, None if the owner keeps the journal."""
        return self._own

    @property
    def length(self) -> int:
        """The length of the text in UTF-16 units, known without reading it."""
        return len(self.record)

    @property
    def is_broken(self) -> bool:
        """Whether a paragraph is split by soft breaks."""
        return self.record.is_broken

    def caret(self) -> int:
        """Return the caret position, in UTF-16 units of the text."""
        return self.record.plain(self.textCursor().position())

    def exact(self) -> str:
        """Return the text; cached until it changes."""
        if self._text is None:
            self._text = from_document(self.record.text())
        return self._text

    def set_exact(self, text: str) -> None:
        """Replace the text without emitting `edited`; the caret goes to the start."""
        if encodable(text) == self.exact():
            return
        raw = broken(to_document(text))
        self.record.drop_chunks()
        self._quiet = True
        try:
            at_once = len(raw) <= _AT_ONCE
            self.setPlainText(raw if at_once and SOFT not in raw else "")
            if not at_once:
                self._insert_chunked(QTextCursor(self.document()), raw)
                self.moveCursor(QTextCursor.MoveOperation.Start)
            elif SOFT in raw:
                self.record.insert(QTextCursor(self.document()), raw)
        finally:
            self._quiet = False
        if self._own is not None:
            self._own.clear()

    def replace(self, position: int, removed: int, inserted: str, *, quiet: bool = True) -> None:
        """Replace `removed` units at `position` by document text; the caret follows. Quiet: without `edited`."""
        self.catch_up()
        cursor = self.record.select(position, removed)
        self._quiet = quiet
        try:
            self._put(cursor, paragraphs.fitted(cursor, inserted))
        finally:
            self._quiet = False

    def catch_up(self) -> None:
        """Insert all pending chunks of a long text now."""
        if self._scheduler is not None:
            self._scheduler.insert_more(whole=True)

    def document_text(self) -> str:
        """Return the text as the document holds it, to which positions refer; O(n)."""
        return self.record.text()

    def selection(self) -> tuple[int, int]:
        """Return the start and end of the selection, in UTF-16 units of the text."""
        cursor = self.textCursor()
        return self.record.plain(cursor.selectionStart()), self.record.plain(cursor.selectionEnd())

    def select(self, position: int, length: int) -> None:
        """Select a part of the text; the caret goes to its end."""
        self.catch_up()
        self.setTextCursor(self.record.select(position, length))

    def selectAll(self) -> None:
        self.catch_up()
        super().selectAll()

    def set_editable(self, editable: bool) -> None:
        """Set whether the text can be edited, or only selected and copied."""
        flag = Qt.TextInteractionFlag
        reading = flag.TextSelectableByMouse | flag.TextSelectableByKeyboard
        self.setTextInteractionFlags(flag.TextEditorInteraction if editable else reading)

    @property
    def editable(self) -> bool:
        """Whether the text can be edited."""
        return bool(self.textInteractionFlags() & Qt.TextInteractionFlag.TextEditable)

    def restyle(self) -> None:
        """Apply the theme's fonts and colours."""
        font = self._theme.mono() if self._mono else self._theme.font()
        set_text_font(self, font)
        self._layout.space(font, mono=self._mono)
        self.setTabStopDistance(4 * self.fontMetrics().horizontalAdvance(" "))
        self._marks.forget()
        self._fitted = None
        self.viewport().update()

    def context_menu(self) -> QMenu:
        """Return the context menu for the current text; it deletes itself when it closes."""
        can_undo, can_redo = self.history()
        offers = [offer for offered in self.offered for offer in offered()]
        undo, redo = self.undo_wanted.emit, self.redo_wanted.emit
        return text_menu(self, offers, undo if can_undo else None, redo if can_redo else None)

    def enter(self, direction: int, x: int | None) -> None:
        """Accept the caret from below (-1) or above (1), at `x` px or at the far end (None)."""
        enter(self, direction, x)

    # Qt event handlers

    def insertFromMimeData(self, source: QMimeData) -> None:
        if self.takes(source, True):
            return
        self.catch_up()
        self._kind = "other"
        cursor = self.textCursor()
        text = pasted(source.text())
        self._put(cursor, paragraphs.fitted(cursor, to_document(text)))
        self.ensureCursorVisible()
        self.pasted.emit(text)

    def dropEvent(self, event: QDropEvent) -> None:
        self.catch_up()
        # A move within the field inserts at the new place, then removes at the old one.
        self._is_dropping = True
        try:
            super().dropEvent(event)
        finally:
            self._is_dropping = False
        if self.takes(event.mimeData(), False):
            # On a move, the source of the drag would delete the file.
            event.setDropAction(Qt.DropAction.CopyAction)

    def createMimeDataFromSelection(self) -> QMimeData:
        return text_data(from_document(self.record.selected(self.textCursor())))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if (edits_text(event) and self.editable) or (not self.editable and self.wakes(event)):
                event.accept()
                return True
            if not plain_modifiers(event) and not edits_text(event):
                event.ignore()
                return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and (text := self._marks.describe(event.pos())):  # type: ignore[attr-defined]
            QToolTip.showText(event.globalPos(), text, self)  # type: ignore[attr-defined]
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        self.catch_up()
        is_ours = plain_modifiers(event) or edits_text(event)
        if is_ours and any(habit(event) for habit in self.habits):
            event.accept()
        elif key in (Qt.Key.Key_Backtab, Qt.Key.Key_Tab) and (key == Qt.Key.Key_Backtab or not plain_modifiers(event)):
            leave(self, forward=key == Qt.Key.Key_Tab)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.cross is not None and crosses(self, event, self.cross):
            event.accept()
        elif self.editable and (is_undo(event) or is_redo(event)):
            (self.undo_wanted if is_undo(event) else self.redo_wanted).emit()
        elif not is_ours:
            event.ignore()
        elif self.editable and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # Shift+Enter would put U+2028 into the text.
            self.record.insert(self.textCursor(), "\n")
            self.ensureCursorVisible()
        else:
            self._before_input(event)
            deletes = key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)
            self._as("deleting" if deletes else "typing", lambda: super(ExactField, self).keyPressEvent(event))

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._revision += 1
        self.catch_up()
        self._before_input()
        self._as("typing", lambda: super(ExactField, self).inputMethodEvent(event))

    def paintEvent(self, event: QPaintEvent) -> None:
        first = self.firstVisibleBlock()
        state = (self._revision, first.blockNumber(), self.contentOffset().y())
        for layer in self.layers:
            layer.prepare()
        paragraphs.align(self.visible_blocks())
        self._marks.refresh(state, self.viewport().size())
        exposed = QRectF(event.rect())
        with QPainter(self.viewport()) as painter:
            for layer in self.layers:
                layer.under(painter, exposed)
            self._marks.under(painter, exposed)
        super().paintEvent(event)
        with QPainter(self.viewport()) as painter:
            self._marks.over(painter, exposed)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.catch_up()
        self.context_menu().popup(event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()

    def _contents_change(self, position: int, removed: int, added: int) -> None:
        edit = self.record.follow(position, removed, added)
        self._revision += 1
        self._take_in(edit)

    def _take_in(self, edit: TextChange | None) -> None:
        if edit is None:
            return
        self._text = None
        if not self._quiet:
            self.edited.emit(edit, _kind(edit, self._kind))

    def _put(self, cursor: QTextCursor, raw: str) -> None:
        """Replace the selection of `cursor` by raw text; the caret goes after it."""
        if len(raw) <= _AT_ONCE or self._is_dropping:
            self.record.insert(cursor, raw)
        else:
            self._insert_chunked(cursor, raw)
        self.setTextCursor(cursor)

    def _insert_chunked(self, cursor: QTextCursor, raw: str) -> None:
        from workbench.ui.editor.chunked_insert import ChunkScheduler  # lazy: most texts are short

        self._scheduler = self._scheduler or ChunkScheduler(self, self.record)
        self._take_in(self.record.insert_chunked(cursor, raw))
        self._scheduler.begin()

    def _before_input(self, event: QKeyEvent | None = None) -> None:
        """Move the caret off a soft break before a key acts, and clear its format, which typed text would inherit."""
        if not self.is_broken:
            return
        cursor = self.textCursor()
        if event is not None and paragraphs.hop(cursor, event):
            self.setTextCursor(cursor)
        # A format set on a selection would also apply to the breaks in it.
        if self.editable and not cursor.hasSelection():
            self.setCurrentCharFormat(QTextCharFormat())

    def _as(self, kind: Kind, act: Callable[[], None]) -> None:
        self._kind = kind
        try:
            act()
        finally:
            self._kind = "other"


def _kind(edit: TextChange, kind: Kind) -> Kind:
    if kind == "typing":
        return "typing" if edit.inserted and "\n" not in edit.inserted else "other"
    if kind == "deleting":
        return "deleting" if not edit.inserted and "\n" not in edit.removed else "other"
    return "other"
