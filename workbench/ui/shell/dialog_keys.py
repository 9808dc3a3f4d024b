"""Keys in dialogs: Enter presses the focused button, and a held key acts once.

Invariant: Enter acts on the button with the focus ring. By default Qt lets it press the primary button if the focused
one does not accept Enter, so that Enter on Cancel would confirm.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QToolButton,
    QWidget,
)

from workbench.ui.shell.key_filters import HeldKeys, KeyboardFilter, takes_text

CATCHES = "catches"
"""Property of a button that handles the next key itself, whatever it is."""
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class DialogKeys(KeyboardFilter):
    """Filters keys in all windows except `main`, where it only blocks an Enter that began in a dialog."""

    def __init__(self, main: QWidget) -> None:
        super().__init__(main, lambda _: True)
        self._main = main
        self._held = HeldKeys()
        self._began_in: QWidget | None = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        if event.type() == QEvent.Type.KeyRelease:
            self._held.release(event)
            return False
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if not overrides and event.type() != QEvent.Type.KeyPress:
            return False
        if self._held.goes_on(event):
            if not self._is_once(watched, event):
                return False
            # Accepted as a shortcut override, it comes again as a key press, which is consumed here.
            event.accept()
            return True
        if event.key() not in _ENTER or overrides:
            return False
        window = watched.window()
        self._began_in = window
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if window is self._main or not plain or not isinstance(watched, QPushButton | QToolButton):
            return False
        if watched.property(CATCHES):
            return False
        watched.click()
        return True

    def _is_once(self, watched: QWidget, event: QKeyEvent) -> bool:
        """Whether the auto-repeat of a held key must be ignored at `watched`."""
        key, window = event.key(), watched.window()
        if key in _ENTER:
            # It closed one window, and would press, choose or type in the one focused since.
            if window is not self._began_in:
                return True
            is_line = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
            types_lines = is_line and isinstance(watched, QPlainTextEdit | QTextEdit) and takes_text(watched)
            return window is not self._main and not types_lines
        if window is self._main:
            return False
        return (
            key == Qt.Key.Key_Escape
            or (key == Qt.Key.Key_Space and isinstance(watched, QAbstractButton))
            or (key == Qt.Key.Key_Delete and isinstance(watched, QAbstractItemView))
        )
