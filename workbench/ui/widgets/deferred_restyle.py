"""Restyles widgets when the theme changes: visible ones once, hidden ones later.

Invariant: Qt skips undressed widgets when the style changes, and all of them are restyled soon after. Undressing and
dressing change nothing but the appearance. Enter would do the same before and after: when buttons in a row are
restyled, Qt lays the row out again and hides each of them for a moment, which would move the focus to the first one.

Qt restyles all widgets when a stylesheet is removed and again when one is set, 65 µs each, and a message of the editor
has nine. Widgets marked as not polished and as having a style of their own are skipped; `dress` then does what Qt does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget
from shiboken6 import isValid

from workbench.ui.widgets.idle_queue import IdleQueue

_MEASURED = "measured"
"""The property of widgets that are restyled at once even while they are hidden."""
_POLISHED, _OWN = Qt.WidgetAttribute.WA_WState_Polished, Qt.WidgetAttribute.WA_SetStyle
_FONT = Qt.WidgetAttribute.WA_SetFont
_SLICE = 10


def undress(widgets: Iterable[QWidget]) -> list[QWidget]:
    """Exclude `widgets` from the next style change; return those to pass to `dress`."""
    # Widgets never shown are polished when shown; widgets with a style of their own are not affected.
    parts = [one for one in widgets if one.testAttribute(_POLISHED) and not one.testAttribute(_OWN)]
    for part in parts:
        part.setAttribute(_POLISHED, False)
        part.setAttribute(_OWN)
    return parts


def dress(parts: Iterable[QWidget]) -> None:
    """Apply the current style to the widgets returned by `undress`."""
    parts = [part for part in parts if isValid(part)]
    for part in parts:
        part.setAttribute(_OWN, False)
        style = part.style()
        style.unpolish(part)
        style.polish(part)
        part.setAttribute(_POLISHED)
    # As in Qt: a widget that handles the event finds all others in the new style.
    for part in parts:
        QCoreApplication.sendEvent(part, QEvent(QEvent.Type.StyleChange))


class Restyle:
    """One change of the look: `apply`, `dress_visible` and `end`, each called once and in a turn of its own.

    All widgets are excluded from the change until they are restyled, which keeps each turn short. Nothing is painted
    until `end`, so a partly restyled window is never visible.
    """

    def __init__(self) -> None:
        self._parts = undress(QApplication.allWidgets())
        self._visible: list[QWidget] = []
        self._windows: list[QWidget] = []

    def apply(self, change: Callable[[], None]) -> None:
        """Stop painting and call `change`; the keyboard focus stays."""
        self._windows = [one for one in QApplication.topLevelWidgets() if one.isVisible() and one.updatesEnabled()]
        for window in self._windows:
            window.setUpdatesEnabled(False)
        _keeping_focus(change)

    def dress_visible(self) -> None:
        """Restyle visible widgets, and hidden ones in slices from now on; the keyboard focus stays."""
        hidden: list[QWidget] = []
        for part in filter(isValid, self._parts):
            (self._visible if part.isVisible() or not _can_wait(part) else hidden).append(part)
        try:
            _keeping_focus(lambda: dress(self._visible))
        finally:
            _Hidden(hidden)

    def end(self) -> None:
        """Lay the visible widgets out once more and paint again."""
        # A layout between two turns may have asked for sizes without the style, and Qt would keep them.
        for part in filter(isValid, self._visible):
            part.updateGeometry()
        for window in filter(isValid, self._windows):
            window.setUpdatesEnabled(True)


def measure_hidden(widget: QWidget) -> None:
    """Have a widget and its children restyled at once even while hidden: whether they fit is decided by their size."""
    for one in (widget, *widget.findChildren(QWidget)):
        one.setProperty(_MEASURED, True)


def _can_wait(widget: QWidget) -> bool:
    # A hidden widget that retains its size, or is measured, affects its neighbours. A widget with its own font, or a
    # text area with its own colours, gets new ones from its owner right after the change, and would lose them when
    # restyled.
    is_given = widget.testAttribute(_FONT) or isinstance(widget, QAbstractScrollArea)
    return not is_given and not widget.sizePolicy().retainSizeWhenHidden() and not widget.property(_MEASURED)


class _Hidden(QObject):
    """Restyles hidden widgets in slices."""

    def __init__(self, parts: list[QWidget]) -> None:
        turns = IdleQueue.of_application()
        super().__init__(turns)
        self._parts = parts
        turns.ask(self, self._go_on)

    def _go_on(self) -> bool:
        dress(self._parts[-_SLICE:])
        del self._parts[-_SLICE:]
        if not self._parts:
            self.deleteLater()
        return bool(self._parts)


def _keeping_focus(act: Callable[[], None]) -> None:
    """Call `act`, and restore the keyboard focus."""
    before = QApplication.focusWidget()
    act()
    if before is not None and QApplication.focusWidget() is not before and before.isVisible():
        before.setFocus(Qt.FocusReason.OtherFocusReason)
