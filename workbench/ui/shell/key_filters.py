"""Event filters for keys whose meaning depends on their physical position or on the focus.

Invariant: a letter or digit is text in a text field, and elsewhere acts only if the user placed the focus
(`focus_origin`). The key of a command that types no character triggers that command in every field.
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
from shiboken6 import isValid

from workbench.app.commands import Command
from workbench.app.keymap import Keymap, only_outside_text
from workbench.app.verdict_keys import VerdictKey, digit_of, verdict_key
from workbench.ui.shell.key_events import pressed

_PRESSING = frozenset({Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter})
_MODIFIERS = frozenset({Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta})
_EDITABLE = (QLineEdit, QAbstractSpinBox, QComboBox)


def takes_text(widget: QWidget | None) -> bool:
    """Whether keys at `widget` are text input."""
    if isinstance(widget, QPlainTextEdit | QTextEdit):
        return not widget.isReadOnly()
    return isinstance(widget, _EDITABLE)


class HeldKeys:
    """Distinguishes a new key press from the auto-repeat of a held key.

    X11 reports auto-repeat as a release and a press with the same timestamp. Qt recognises that only when both events
    are queued at once; otherwise it reports a new press each time.
    """

    def __init__(self) -> None:
        self._released = (0, 0)

    def release(self, event: QKeyEvent) -> None:
        """Record a key release, real or of an auto-repeat."""
        self._released = (event.nativeScanCode(), event.timestamp())

    def goes_on(self, event: QKeyEvent) -> bool:
        """Whether this press is an auto-repeat."""
        at = event.timestamp()
        return event.isAutoRepeat() or (at > 0 and self._released == (event.nativeScanCode(), at))


class KeyboardFilter(QObject):
    """Filters the events of the focus widget only.

    A filter on the application would run for every event while answers stream.
    """

    def __init__(self, parent: QWidget, filters: Callable[[QWidget], bool]) -> None:
        """`filters` returns whether a widget is filtered while it has the focus."""
        super().__init__(parent)
        self._filters = filters
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)
        self._follow(None, app.focusWidget())

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        # A widget that is being deleted may have lost its Python object already.
        if old is not None and isValid(old):
            old.removeEventFilter(self)
        if new is not None and isValid(new) and self._filters(new):
            new.installEventFilter(self)


class UndoKeys(Protocol):
    """Decides whether a text field or the window gets the undo and redo keys."""

    def typed(self, widget: QWidget) -> None:
        """Record that a key is about to change the text of a field."""

    def claims(self, command_id: str) -> bool:
        """Whether the window takes the key of "undo" or "redo" from a text field."""


class BareKeys(Protocol):
    """Decides which keys without Ctrl act on the focused widget."""

    def allows(self, command: Command) -> bool:
        """Whether a bare key may trigger `command` now."""

    def allows_press(self, button: QAbstractButton, key: int) -> bool:
        """Whether Space or Enter (`key`) may press `button`."""


class OwnedKeys(Protocol):
    """The keys in force; another keymap replaces the one before when a person chooses other keys."""

    @property
    def keymap(self) -> Keymap:
        """Which key belongs to which command."""
        ...


class CommandKeys(KeyboardFilter):
    """Passes keys of commands from the focus widget to `window`, overriding Qt's own handling of them.

    A held key triggers its command or presses its button once, except commands that move step by step. A bare letter
    triggers its command, and Space or Enter presses a button that judges or opens a menu, only if the user placed the
    focus.

    Qt's X11 bindings edit text with Ctrl+D, Ctrl+E, Ctrl+K and Ctrl+U, so a field would take these keys from the
    window. Fixed keys (undo) stay with the field, unless `undo` claims them.
    """

    def __init__(self, window: QWidget, keys: OwnedKeys, bare: BareKeys, undo: UndoKeys) -> None:
        super().__init__(window, lambda widget: widget.window() is window)
        self._window, self._keys, self._bare, self._undo = window, keys, bare, undo
        self._held = HeldKeys()
        # Without a focus widget, shortcuts go to the window itself.
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
        command = self._keys.keymap.owner(key)
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
        if not command.repeats and self._held.goes_on(event) and not (is_typed and takes_text(watched)):
            # Accepted as a shortcut override, it comes again as a key press, which is consumed here.
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
        # It comes as a key press only while the command is disabled; then it does nothing, in any field.
        event.ignore()
        return True


def _edits(event: QKeyEvent) -> bool:
    """Whether a key changes the text of a field."""
    types = bool(event.text()) and event.text().isprintable()
    changes = (QKeySequence.StandardKey.Paste, QKeySequence.StandardKey.Cut)
    return types or event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete) or any(map(event.matches, changes))


def _is_typed(event: QKeyEvent, key: str) -> bool:
    """Whether a key types a character, also with AltGr, which some systems report as Ctrl+Alt."""
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    is_altgr = event.modifiers() & both == both and bool(event.text()) and event.text().isprintable()
    return only_outside_text(key) or is_altgr


class ViewKeys(QObject):
    """Shows a view on Alt and a digit, also on keyboards that type digits with Shift, where a shortcut does not match.

    `show` takes the digit and returns whether there is a view of that number.
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
    """Gives verdicts on keys that reach the window because no widget handled them."""

    def __init__(self, window: QWidget, judge: Callable[[VerdictKey], bool], allows_bare: Callable[[], bool]) -> None:
        """`judge` returns whether it handled a key; `allows_bare`, whether a key without Ctrl may give a verdict."""
        super().__init__(window)
        self._judge, self._allows_bare = judge, allows_bare
        self._held = HeldKeys()
        # On the window alone: a filter on the application would run for every event while answers stream in.
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease:
            self._held.release(event)
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or event.key() in _MODIFIERS:
            return False
        if self._held.goes_on(event):
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
