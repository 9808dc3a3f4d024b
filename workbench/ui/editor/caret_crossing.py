"""Moves the caret between fields with the arrow keys and Tab.

Invariant: the caret leaves a field only from the edge line in its direction; the owner of the fields decides whether
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
"""Moves the caret out of a field, up (-1) or down (1), to a horizontal position in px or to the far end (None).

Returns False if there is no field to go to.
"""


def crosses(field: QPlainTextEdit, event: QKeyEvent, cross: Cross) -> bool:
    """Handle an arrow key at the edge of a field, or Ctrl and an arrow key to the edge; False if not handled."""
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
    """Focus a field whose caret comes from below (-1) or above (1), at `x` px or at the far end (None)."""
    down = direction > 0
    end = QTextCursor.MoveOperation.Start if down is (x is not None) else QTextCursor.MoveOperation.End
    cursor = field.textCursor()
    cursor.movePosition(end)
    field.setTextCursor(cursor)
    if x is not None:
        field.setTextCursor(field.cursorForPosition(QPoint(x, field.cursorRect().center().y())))
    field.setFocus(Qt.FocusReason.OtherFocusReason)


def leave(field: QPlainTextEdit, *, forward: bool) -> None:
    """Focus the next or the previous widget, also in a field where Tab inserts a tab."""
    before = field.tabChangesFocus()
    field.setTabChangesFocus(True)
    try:
        field.focusNextPrevChild(forward)
    finally:
        field.setTabChangesFocus(before)


def tab_leaves(field: QPlainTextEdit, event: QKeyEvent) -> bool:
    """Focus the next widget if the key is Tab; return whether it was. Selected lines are left to be indented."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.key() != Qt.Key.Key_Tab or held or "\u2029" in field.textCursor().selectedText():
        return False
    leave(field, forward=True)
    return True
