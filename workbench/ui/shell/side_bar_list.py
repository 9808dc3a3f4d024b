"""The flat lists of the side bar.

Invariant: digits and minus are verdicts and never select rows; a right click only opens a menu.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QFrame, QListView, QMenu, QWidget

from workbench.ui.shell.focus_restore import way_back
from workbench.ui.shell.side_bar_delegates import MARGIN

_VERDICT_TEXTS = frozenset("0123456789-")
_ARROWS: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_PRESSING = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})
_MARKING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class SideList(QListView):
    """A flat list on the sunken surface. Enter and Space activate like a click; a right click only opens a menu."""

    menu_wanted = Signal(QModelIndex, QPoint)
    """A row, and the global position for its menu."""
    mark_wanted = Signal(QModelIndex)
    extend_wanted = Signal(int)
    """Mark the current row and the next one (1) or the previous one (-1)."""
    pressed_by_key = Signal(QModelIndex)
    """Enter or Space was pressed on a row."""

    def __init__(self, name: str, parent: QWidget, *, marks: bool = False) -> None:
        """With `marks`, a click or arrow with Ctrl or Shift marks rows and opens none."""
        super().__init__(parent)
        self._marks, self._swallows = marks, False
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setMouseTracking(True)
        self.setStyleSheet("QListView { background: transparent; }")
        self._pointed = QPersistentModelIndex()
        self._then: Callable[[], None] | None = None

    def is_pointed(self, index: QModelIndex | QPersistentModelIndex) -> bool:
        """Whether the menu of this row is open."""
        return self._pointed.isValid() and self._pointed.row() == index.row()

    def point_at(self, index: QModelIndex, menu: QMenu) -> None:
        """Highlight a row as the target of `menu`, until the menu closes."""
        self._pointed = QPersistentModelIndex(index)
        menu.aboutToHide.connect(self._point_nowhere)
        self.viewport().update()

    def _point_nowhere(self) -> None:
        self._pointed = QPersistentModelIndex()
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # The base class would make the row current, which opens it.
        self._swallows = self._marks and bool(event.modifiers() & _MARKING)
        if event.button() == Qt.MouseButton.LeftButton and self._swallows:
            if (index := self.indexAt(event.position().toPoint())).isValid():
                self.mark_wanted.emit(index)
        elif event.button() != Qt.MouseButton.RightButton:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not (self._swallows and event.buttons()):
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._swallows:
            super().mouseReleaseEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            at = self.visualRect(index).bottomLeft() + QPoint(MARGIN, 0) if by_key else event.pos()
            self.menu_wanted.emit(index, self.viewport().mapToGlobal(at))

    def rename(self, index: QModelIndex, then: Callable[[], None] | None = None) -> None:
        """Edit a name in place, unless another edit is open; afterwards `then` moves the focus, or it returns."""
        if self.state() != QAbstractItemView.State.EditingState:
            self._then = then or way_back()
            self.edit(index)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        then, self._then = self._then, None
        # After a click elsewhere, the focus is there.
        if then is not None and self.hasFocus():
            then()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow = _ARROWS.get(event.key(), 0)
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        # Digits and minus are verdicts; a list would search its rows for them.
        if event.text() in _VERDICT_TEXTS:
            event.ignore()
        elif self._marks and arrow and held == Qt.KeyboardModifier.ShiftModifier:
            self.extend_wanted.emit(arrow)
        else:
            super().keyPressEvent(event)
            if event.key() in _PRESSING and not held and self.currentIndex().isValid():
                self.pressed_by_key.emit(self.currentIndex())
