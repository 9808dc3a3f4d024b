"""Returns the focus to the text field it was in before a button was clicked, after the window that the button opened
closes.

Invariant: the focus changes only in a window that becomes active again, and only while it is still on that button; a
focus moved by keyboard stays.
"""

from __future__ import annotations

import weakref
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from shiboken6 import getCppPointer, isValid

from workbench.ui.shell.dialog_keys import DialogKeys
from workbench.ui.shell.focus_restore import can_have_keyboard
from workbench.ui.shell.key_filters import takes_text


class _Click(NamedTuple):
    button: int
    field: weakref.ref[QWidget]


class FocusReturn(QObject):
    """Tracks the focus through all windows of the program; `keys` reports why a widget loses it."""

    def __init__(self, keys: DialogKeys) -> None:
        super().__init__(keys)
        self._reason = Qt.FocusReason.NoFocusReason
        self._clicks: dict[int, _Click] = {}
        keys.left.connect(self._left)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)

    def _left(self, reason: Qt.FocusReason) -> None:
        self._reason = reason

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        reason, self._reason = self._reason, Qt.FocusReason.NoFocusReason
        if new is None or not isValid(new):
            return
        window = _address(new.window())
        click = self._clicks.pop(window, None)
        if old is not None and isValid(old) and old.window() is new.window():
            clicked = reason == Qt.FocusReason.MouseFocusReason and isinstance(new, QAbstractButton)
            if clicked and takes_text(old):
                self._clicks[window] = _Click(_address(new), weakref.ref(old))
        elif click is not None and click.button == _address(new):
            field = click.field()
            if field is not None and can_have_keyboard(field):
                field.setFocus(Qt.FocusReason.OtherFocusReason)


def _address(widget: QWidget) -> int:
    return int(getCppPointer(widget)[0])
