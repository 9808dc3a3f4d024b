"""How the caret goes from one field to the next.

Invariant: it leaves a field only where there is no line left in its direction; the owner of the fields decides whether
there is a next one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from workbench.ui.editor import paragraphs

Cross = Callable[[Literal[-1, 1], int | None], bool]
"""Asked to take the caret out of a field, up or down, at a horizontal position or to the far end (None)."""


def crosses(field: QPlainTextEdit, event: QKeyEvent, cross: Cross) -> bool:
    """Do what an arrow key does at the edge of a field, or to it with Ctrl; False when it does nothing special."""
    direction: Literal[-1, 1] = -1 if event.key() == Qt.Key.Key_Up else 1
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if modifiers == Qt.KeyboardModifier.ControlModifier:
        cursor = field.textCursor()
        if not (cursor.atStart() if direction < 0 else cursor.atEnd()):
            operation = QTextCursor.MoveOperation
            cursor.movePosition(operation.Start if direction < 0 else operation.End)
            field.setTextCursor(cursor)
            return True
        return cross(direction, None)
    if modifiers == Qt.KeyboardModifier.NoModifier and paragraphs.on_edge_line(field.textCursor(), direction):
        return cross(direction, field.cursorRect().left())
    return False


def enter(field: QPlainTextEdit, direction: int, x: int | None) -> None:
    """Give a field the caret, which comes from below (-1) or above (1), at `x` or at the end far from there."""
    down = direction > 0
    end = QTextCursor.MoveOperation.Start if down is (x is not None) else QTextCursor.MoveOperation.End
    cursor = field.textCursor()
    cursor.movePosition(end)
    field.setTextCursor(cursor)
    if x is not None:
        field.setTextCursor(field.cursorForPosition(QPoint(x, field.cursorRect().center().y())))
    field.setFocus(Qt.FocusReason.OtherFocusReason)


def leave(field: QPlainTextEdit, *, forward: bool) -> None:
    """Give the focus to the next or the previous widget, also where Tab types."""
    before = field.tabChangesFocus()
    field.setTabChangesFocus(True)
    try:
        field.focusNextPrevChild(forward)
    finally:
        field.setTabChangesFocus(before)
