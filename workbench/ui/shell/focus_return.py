"""Returns the focus to the text field it was in before a button was clicked, after the window that the button opened
closes.

Invariant: the focus changes only in a window that becomes active again, and only while it is still on that button; a
focus moved by keyboard stays.
"""

from __future__ import annotations

import weakref
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QAbstractButton, QWidget
from shiboken6 import getCppPointer

from workbench.ui.shell.focus_restore import can_have_keyboard
from workbench.ui.shell.key_filters import KeyboardFilter, takes_text


class _Click(NamedTuple):
    button: int
    field: weakref.ref[QWidget]


class FocusReturn(KeyboardFilter):
    """Tracks the focus through all windows of the program."""

    def __init__(self, parent: QWidget) -> None:
        self._reason = Qt.FocusReason.NoFocusReason
        self._clicks: dict[int, _Click] = {}
        super().__init__(parent, lambda _: True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            self._reason = event.reason()
        return False

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        super()._follow(old, new)
        reason, self._reason = self._reason, Qt.FocusReason.NoFocusReason
        if new is None:
            return
        window = _address(new.window())
        click = self._clicks.pop(window, None)
        if old is not None and old.window() is new.window():
            clicked = reason == Qt.FocusReason.MouseFocusReason and isinstance(new, QAbstractButton)
            if clicked and takes_text(old):
                self._clicks[window] = _Click(_address(new), weakref.ref(old))
        elif click is not None and click.button == _address(new):
            field = click.field()
            if field is not None and can_have_keyboard(field):
                field.setFocus(Qt.FocusReason.OtherFocusReason)


def _address(widget: QWidget) -> int:
    return int(getCppPointer(widget)[0])
