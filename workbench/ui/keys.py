"""Keys whose meaning depends on where they sit or on what has the focus.

Invariant: a letter or digit typed into a text field is text; a key of a command that types nothing means that command
in every field.
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

from workbench.app.commands import Command, VerdictKey, digit_of, verdict_key
from workbench.app.keymap import only_outside_text
from workbench.ui.shell.keys import pressed

_EDITABLE = (QLineEdit, QAbstractSpinBox, QComboBox)


def takes_text(widget: QWidget | None) -> bool:
    """Whether keys typed at `widget` are text."""
    if isinstance(widget, QPlainTextEdit | QTextEdit):
        return not widget.isReadOnly()
    return isinstance(widget, _EDITABLE)


class CommandKeys(QObject):
    """Lets keys of commands pass through whatever has the keyboard in `window`, however Qt would use them there.

    Qt's bindings of X11 delete and move in text with Ctrl+D, Ctrl+E, Ctrl+K and Ctrl+U, and a field that has one of
    them takes it from the window. Keys that are the same for everybody (undo) stay with the field.
    """

    def __init__(self, window: QWidget, owner: Callable[[str], Command | None]) -> None:
        """`owner` returns the command that a key belongs to now."""
        super().__init__(window)
        self._window, self._owner = window, owner
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)
        self._follow(None, app.focusWidget())

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        # On what has the keyboard alone: a filter on the application would run for every event while answers stream.
        if old is not None:
            old.removeEventFilter(self)
        if new is not None and new.window() is self._window:
            new.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if not (overrides or event.type() == QEvent.Type.KeyPress) or not isinstance(event, QKeyEvent):
            return False
        key = pressed(event)
        command = self._owner(key)
        if command is None or command.fixed or not isinstance(watched, QWidget):
            return False
        if _is_typed(event, key):
            if overrides and takes_text(watched):
                event.accept()
                return True
            return False
        if not overrides and not takes_text(watched):
            return False
        # As a key press only where the command is not possible now: it does nothing then, in every field.
        event.ignore()
        return True


def _is_typed(event: QKeyEvent, key: str) -> bool:
    """Whether a key types a character; AltGr does too, which some systems report as Ctrl+Alt."""
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    is_altgr = event.modifiers() & both == both and bool(event.text()) and event.text().isprintable()
    return only_outside_text(key) or is_altgr


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
        self._released = (0, 0)
        # On the window alone: a filter on the application would run for every event while answers stream in.
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease:
            self._released = (event.nativeScanCode(), event.timestamp())
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or self._is_held(event):
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

    def _is_held(self, event: QKeyEvent) -> bool:
        """Whether a key was not pressed again, but is down still.

        X11 says so by a release and a press at the same moment. Qt tells them from others only when both were there as
        it looked, and then a key that is held would judge pair after pair that nobody has read.
        """
        at = event.timestamp()
        return event.isAutoRepeat() or (at > 0 and self._released == (event.nativeScanCode(), at))
