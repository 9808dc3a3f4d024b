"""Keys whose meaning depends on where they sit or on what has the focus.

Invariant: a letter or digit typed into a text field is text, and elsewhere acts only where the person put the focus
(`focus_origin`); a key of a command that types nothing means that command in every field.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from workbench.app.commands import STEPS, Command
from workbench.app.keymap import only_outside_text
from workbench.app.verdict_keys import VerdictKey, digit_of, verdict_key
from workbench.ui.shell.keys import pressed

_PRESSING = frozenset({Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter})
_EDITABLE = (QLineEdit, QAbstractSpinBox, QComboBox)


def takes_text(widget: QWidget | None) -> bool:
    """Whether keys typed at `widget` are text."""
    if isinstance(widget, QPlainTextEdit | QTextEdit):
        return not widget.isReadOnly()
    return isinstance(widget, _EDITABLE)


class Held:
    """Tells the keys that are pressed from those that are down still.

    X11 says that a key is held by a release and a press at the same moment. Qt tells them from others only when both
    were there as it looked; else it takes a key that is held for one that is pressed again and again.
    """

    def __init__(self) -> None:
        self._released = (0, 0)

    def release(self, event: QKeyEvent) -> None:
        """Take in that a key was let go, or seems to be."""
        self._released = (event.nativeScanCode(), event.timestamp())

    def goes_on(self, event: QKeyEvent) -> bool:
        """Whether the key of this press was down before."""
        at = event.timestamp()
        return event.isAutoRepeat() or (at > 0 and self._released == (event.nativeScanCode(), at))


class KeyboardFilter(QObject):
    """Filters the events of what has the keyboard, and of nothing else.

    A filter on the application would run for every event while answers stream.
    """

    def __init__(self, parent: QWidget, filters: Callable[[QWidget], bool]) -> None:
        """`filters` tells widgets that are filtered while they have the keyboard."""
        super().__init__(parent)
        self._filters = filters
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)
        self._follow(None, app.focusWidget())

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None:
            old.removeEventFilter(self)
        if new is not None and self._filters(new):
            new.installEventFilter(self)


class UndoKeys(Protocol):
    """Decides who gets the keys of undo and redo."""

    def typed(self, widget: QWidget) -> None:
        """Take in that the text of a field is about to change by a key."""

    def claims(self, command_id: str) -> bool:
        """Whether the key of "undo" or "redo" is for the window, although a field would take it."""


class BareKeys(Protocol):
    """Decides which keys without Ctrl act where the focus is."""

    def allows(self, command: Command) -> bool:
        """Whether a bare key may trigger `command` now."""

    def allows_press(self, button: QAbstractButton, key: int) -> bool:
        """Whether Space or Enter (`key`) may press `button`."""


class CommandKeys(KeyboardFilter):
    """Lets keys of commands pass through whatever has the keyboard in `window`, however Qt would use them there.

    A key that is held does its command or presses its button once, but for commands that go on step by step. A bare
    letter is a command's, and Space or Enter presses a button that judges or opens a menu, only where the person put
    the focus.

    Qt's bindings of X11 delete and move in text with Ctrl+D, Ctrl+E, Ctrl+K and Ctrl+U, and a field that has one of
    them takes it from the window. Keys that are the same for everybody (undo) stay with the field, unless `undo` claims
    them.
    """

    def __init__(self, window: QWidget, owner: Callable[[str], Command | None], bare: BareKeys, undo: UndoKeys) -> None:
        """`owner` returns the command that a key belongs to now."""
        super().__init__(window, lambda widget: widget.window() is window)
        self._window, self._owner, self._bare, self._undo = window, owner, bare, undo
        self._held = Held()
        # Shortcuts go to the window itself while nothing in it has the focus.
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.KeyRelease:
            self._held.release(event)
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if not (overrides or event.type() == QEvent.Type.KeyPress):
            return False
        if isinstance(watched, QAbstractButton) and not overrides and event.key() in _PRESSING:
            return self._held.goes_on(event) or not self._bare.allows_press(watched, event.key())
        key = pressed(event)
        command = self._owner(key)
        if not overrides and isinstance(watched, QWidget) and takes_text(watched) and _edits(event):
            self._undo.typed(watched)
        if command is None or not isinstance(watched, QWidget):
            return False
        is_typed = _is_typed(event, key)
        if is_typed and overrides and not takes_text(watched) and not self._bare.allows(command):
            event.accept()
            return True
        if watched is self._window and QApplication.focusWidget() is not watched:
            return False
        if command.id not in STEPS and self._held.goes_on(event) and not (is_typed and takes_text(watched)):
            # As a shortcut it becomes a key press, and as that it ends here.
            event.accept()
            return True
        if command.fixed:
            if overrides and self._undo.claims(command.id):
                event.ignore()
                return True
            return False
        if is_typed:
            if overrides and takes_text(watched):
                event.accept()
                return True
            return False
        if not overrides and not takes_text(watched):
            return False
        # As a key press only where the command is not possible now: it does nothing then, in every field.
        event.ignore()
        return True


def _edits(event: QKeyEvent) -> bool:
    """Whether a key changes the text of a field."""
    types = bool(event.text()) and event.text().isprintable()
    changes = (QKeySequence.StandardKey.Paste, QKeySequence.StandardKey.Cut)
    return types or event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete) or any(map(event.matches, changes))


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
    """Sees the keys that reach the window because nothing inside it took them."""

    def __init__(self, window: QWidget, judge: Callable[[VerdictKey], bool], allows_bare: Callable[[], bool]) -> None:
        """`judge` returns whether it took a key; `allows_bare` tells whether one without Ctrl may give a verdict."""
        super().__init__(window)
        self._judge, self._allows_bare = judge, allows_bare
        self._held = Held()
        # On the window alone: a filter on the application would run for every event while answers stream in.
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease:
            self._held.release(event)
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or self._held.goes_on(event):
            return False
        modifiers = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        ctrl = modifiers == Qt.KeyboardModifier.ControlModifier
        if not ctrl and (modifiers != Qt.KeyboardModifier.NoModifier or takes_text(QApplication.focusWidget())):
            return False
        if not ctrl and not self._allows_bare():
            return False
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        found = verdict_key(event.key(), event.nativeScanCode(), ctrl=ctrl, shift=shift)
        return found is not None and self._judge(found)
