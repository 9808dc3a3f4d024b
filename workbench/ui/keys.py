"""Verdict keys, which depend on where the key sits and on what has the focus.

Invariant: a digit typed into a text field is text; with Ctrl it is a verdict everywhere.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from workbench.app.commands import VerdictKey, digit_of, verdict_key

_EDITABLE = (QLineEdit, QAbstractSpinBox, QComboBox)


def takes_text(widget: QWidget | None) -> bool:
    """Whether keys typed at `widget` are text."""
    if isinstance(widget, QPlainTextEdit | QTextEdit):
        return not widget.isReadOnly()
    return isinstance(widget, _EDITABLE)


class ViewKeys(QObject):
    """Alt with a digit leads to a view, also on keyboards that type digits with Shift, whose shortcuts do not match.

    `show` gets the digit and returns whether there is a view of that number.
    """

    def __init__(self, window: QWidget, show: Callable[[int], bool]) -> None:
        super().__init__(window)
        self._show = show
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or event.isAutoRepeat():
            return False
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != Qt.KeyboardModifier.AltModifier:
            return False
        digit = digit_of(event.key(), event.nativeScanCode())
        return digit is not None and self._show(digit)


class VerdictKeys(QObject):
    """Sees the keys that reach the window because nothing inside it took them. `judge` returns whether it took one."""

    def __init__(self, window: QWidget, judge: Callable[[VerdictKey], bool]) -> None:
        super().__init__(window)
        self._judge = judge
        # On the window alone: a filter on the application would run for every event while answers stream in.
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or event.isAutoRepeat():
            return False
        modifiers = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        ctrl = modifiers == Qt.KeyboardModifier.ControlModifier
        if not ctrl and (modifiers != Qt.KeyboardModifier.NoModifier or takes_text(QApplication.focusWidget())):
            return False
        # Shift with Ctrl means something else, but for layouts that type digits with it, as the French one does.
        is_digit = Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_9
        if ctrl and event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not is_digit:
            return False
        found = verdict_key(event.key(), event.nativeScanCode(), ctrl=ctrl)
        return found is not None and self._judge(found)
