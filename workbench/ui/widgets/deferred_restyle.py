"""Widgets that take a new look later, because nobody sees them when it comes.

Invariant: Qt passes by what is undressed when the look changes, and all of it is dressed soon. Undressing and dressing
change nothing but the look. What Enter would do is the same before and after: a row of buttons that takes other styles
in is laid out anew by Qt, which hides each of them for a moment, and the keyboard would be at the first one then.

Qt takes a stylesheet into all widgets at once, 65 µs each, and a message of the editor has nine. What is marked as not
polished, and as having a style of its own, is left out of that; to dress it is what Qt does for one that gets another
role.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget
from shiboken6 import isValid

from workbench.ui.widgets.idle_queue import IdleQueue

_POLISHED, _OWN = Qt.WidgetAttribute.WA_WState_Polished, Qt.WidgetAttribute.WA_SetStyle
_FONT = Qt.WidgetAttribute.WA_SetFont
_SLICE = 10


def undress(widgets: Iterable[QWidget]) -> list[QWidget]:
    """Let the next look pass by `widgets`; return what has to be dressed."""
    # What was never shown takes the look when it is; what has a style of its own is none of ours.
    parts = [one for one in widgets if one.testAttribute(_POLISHED) and not one.testAttribute(_OWN)]
    for part in parts:
        part.setAttribute(_POLISHED, False)
        part.setAttribute(_OWN)
    return parts


def dress(parts: Iterable[QWidget]) -> None:
    """Give what `undress` returned the look in force."""
    for part in parts:
        if isValid(part):
            part.setAttribute(_OWN, False)
            style = part.style()
            style.unpolish(part)
            style.polish(part)
            part.setAttribute(_POLISHED)
            QCoreApplication.sendEvent(part, QEvent(QEvent.Type.StyleChange))


def change_look(change: Callable[[], None]) -> None:
    """Change the look of what is visible, and of the rest in turns; the keyboard stays where it is."""
    hidden = undress(one for one in QApplication.allWidgets() if not one.isVisible() and _can_wait(one))
    try:
        _keeping_focus(change)
    finally:
        _Hidden(hidden)


def _can_wait(widget: QWidget) -> bool:
    # By the size of one that keeps its room its neighbours lie. One with a font of its own, or a text with colours of
    # its own, gets others from its owner as soon as the look has changed, and would lose them when it is dressed.
    is_given = widget.testAttribute(_FONT) or isinstance(widget, QAbstractScrollArea)
    return not is_given and not widget.sizePolicy().retainSizeWhenHidden()


class _Hidden(QObject):
    """Dresses hidden widgets."""

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
    """Do `act`, and give the keyboard back to what had it."""
    before = QApplication.focusWidget()
    act()
    if before is not None and QApplication.focusWidget() is not before and before.isVisible():
        before.setFocus(Qt.FocusReason.OtherFocusReason)
