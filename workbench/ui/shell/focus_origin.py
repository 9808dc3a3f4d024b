"""Tracks whether the user placed the keyboard focus, or it fell back to where it is.

Invariant: the focus is placed after a mouse press, Tab, or one of the product's navigation keys (F6, Ctrl+Page Down).
It is no longer placed after it moved by itself (a widget was hidden, a menu or dialog closed, the window became active
again, code moved it), or after the user typed letters that have no meaning there. Within one lane, or the judged pair,
code may move a placed focus. Bare keys of commands that record, send or change something, and Space on buttons that
judge or open menus, act only while the focus is placed.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QFocusEvent, QKeyEvent, QMouseEvent, QWindow
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QApplication, QWidget
from shiboken6 import getCppPointer, isValid

from workbench.app.commands import Command, View, acts_on_lanes
from workbench.app.verdict_keys import verdict_key
from workbench.ui.shell.focus_restore import can_have_keyboard
from workbench.ui.shell.key_filters import KeyboardFilter, takes_text
from workbench.ui.widgets.controls import JUDGED_AREA, OPENS_MENU

_BY_PERSON = frozenset(
    {
        Qt.FocusReason.MouseFocusReason,
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)
_TABS = frozenset({Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason})
_TAB_KEYS = frozenset({Qt.Key.Key_Tab, Qt.Key.Key_Backtab})
_HELD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class FocusOrigin(KeyboardFilter):
    """Tracks the focus of `window`."""

    placed_changed = Signal(bool)
    """Whether the focus is placed now."""

    def __init__(self, window: QWidget, shown_view: Callable[[], View]) -> None:
        self._window, self._shown_view = window, shown_view
        # The focus widget by address, because Python sees a new wrapper object each time for a widget created by Qt.
        self._here = 0
        self._area: weakref.ref[QWidget] | None = None
        self._viewport: QWidget | None = None
        self._reason = Qt.FocusReason.NoFocusReason
        self._tabs = self._placed = self._is_coming = self.is_typing = False
        self._left: weakref.ref[QWidget] | None = None
        super().__init__(window, lambda widget: widget.window() is window)
        # A focus that code moves out of an area may return to it until the current events are processed.
        self._settled = QTimer(self, singleShot=True, interval=0)
        self._settled.timeout.connect(self._forget_left)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusWindowChanged.connect(self._window_changed)

    def place(self) -> None:
        """Mark the focus as placed, because a key of the user moved it.

        A command of the palette may move it before the window is active again; then it counts from that moment.
        """
        focused = QApplication.focusWidget()
        self._is_coming = focused is None
        if focused is not None and self._window.isAncestorOf(focused):
            self._set_here(focused, placed=True)

    @property
    def is_placed(self) -> bool:
        """Whether the user placed the focus, and no menu or other window of the program is open."""
        return self._placed and self._is_reached()

    @property
    def is_in_area(self) -> bool:
        """Whether bare verdict keys act: the focus is placed in a lane, or in the judged pair."""
        return self.is_placed and self._has_area()

    def allows(self, command: Command) -> bool:
        """Whether a bare key may trigger `command` now."""
        if acts_on_lanes(command) and not self._has_area():
            return False
        return self._is_reached() if self._shown_view() in command.navigates_in else self.is_placed

    def allows_press(self, button: QAbstractButton, key: int) -> bool:
        """Whether Space or Enter (`key`) may press `button`."""
        has_menu = button.property(OPENS_MENU)
        if not has_menu and _area_of(button) is None:
            return True
        return self.is_placed if key == Qt.Key.Key_Space else not self.is_typing

    # Overrides of Qt methods.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent):
            self._focus_event(event)
        elif isinstance(event, QMouseEvent):
            if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
                self._set_placed(True)
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self._tabs = event.key() in _TAB_KEYS
            if isinstance(watched, QWidget) and not takes_text(watched) and _means_nothing(event):
                self._fall_back()
                self.is_typing = True
        return False

    def _focus_event(self, event: QFocusEvent) -> None:
        if event.type() != QEvent.Type.FocusOut:
            return
        reason = event.reason()
        if reason == Qt.FocusReason.PopupFocusReason:
            # Qt reports no focus change when a menu opens; closing it returns the keys to where they were.
            self._fall_back()
        # Qt also reports Tab as the reason when it looks for another widget because one is hidden.
        is_fallback = reason in _TABS and not self._tabs
        self._reason = Qt.FocusReason.OtherFocusReason if is_fallback else reason

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        super()._follow(old, new)
        self._watch_viewport(new)
        reason, self._reason = self._reason, Qt.FocusReason.NoFocusReason
        self._tabs = False
        if new is None:
            # Also between two widgets of a lane, when another page of an answer is raised.
            self._here = 0
            if reason == Qt.FocusReason.ActiveWindowFocusReason:
                self._fall_back()
        elif new.window() is not self._window:
            self._is_coming = False
            self._fall_back()
        elif self._here != _address(new):
            area = _area_of(new)
            stays = area is not None and area in (self._placed_area(), self._left and self._left())
            by_press = old is None and (self._is_coming or _is_pressed(new))
            self._is_coming = False
            if self._is_right_click(old, new, reason):
                return
            left = self._placed_area()
            self._set_here(new, placed=stays or by_press or reason in _BY_PERSON)
            if left is not None and not self._placed:
                self._left = weakref.ref(left)
                self._settled.start()

    def _is_reached(self) -> bool:
        """Whether keys reach the last known focus, and no menu or other window of the program is open."""
        is_here = self._here != 0 and self._here == _address(QApplication.focusWidget())
        return is_here and self._window.isActiveWindow() and not self._is_covered()

    def _has_area(self) -> bool:
        area = self._area() if self._area is not None else None
        return area is not None and can_have_keyboard(area)

    def _placed_area(self) -> QWidget | None:
        return self._area() if self._placed and self._area is not None else None

    def _forget_left(self) -> None:
        self._left = None

    def _window_changed(self, window: QWindow | None) -> None:
        if window is not self._window.windowHandle():
            self._fall_back()

    def _is_right_click(self, old: QWidget | None, new: QWidget, reason: Qt.FocusReason) -> bool:
        """Return the focus to `old` if a right click would move it into a lane, because that only opens a menu."""
        if (
            reason != Qt.FocusReason.MouseFocusReason
            or QApplication.mouseButtons() != Qt.MouseButton.RightButton
            or _area_of(new) is None
            or old is None
            or not can_have_keyboard(old)
        ):
            return False
        # Still the recorded focus widget, so it stays placed or not as before.
        old.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def _set_here(self, widget: QWidget, *, placed: bool) -> None:
        area = _area_of(widget)
        self._here = _address(widget)
        self._area = weakref.ref(area) if area is not None else None
        self._set_placed(placed)

    def _fall_back(self) -> None:
        self._left = None
        self._set_placed(False)

    def _set_placed(self, placed: bool) -> None:
        changed, self._placed = placed != self._placed, placed
        if placed:
            self.is_typing = False
        if changed:
            self.placed_changed.emit(placed)

    def _watch_viewport(self, widget: QWidget | None) -> None:
        """Watch mouse presses on the focused widget, except in editable text, where bare keys are text."""
        if self._viewport is not None and isValid(self._viewport):
            self._viewport.removeEventFilter(self)
        self._viewport = None
        if isinstance(widget, QAbstractScrollArea) and widget.window() is self._window and not takes_text(widget):
            self._viewport = widget.viewport()
            self._viewport.installEventFilter(self)

    def _is_covered(self) -> bool:
        if QApplication.activePopupWidget() is not None or QApplication.activeModalWidget() is not None:
            return True
        # A window that just opened does not have the focus yet: keys on their way to it arrive here.
        return any(self._covers(other) for other in QApplication.topLevelWidgets())

    def _covers(self, other: QWidget) -> bool:
        return other is not self._window and other.isVisible() and other.windowType() != Qt.WindowType.ToolTip


def _address(widget: QWidget | None) -> int:
    """Return the address that identifies a widget, 0 for none."""
    return 0 if widget is None else int(getCppPointer(widget)[0])


def _area_of(widget: QWidget) -> QWidget | None:
    """Return the lane, or the page of a judged pair, that contains `widget`."""
    around: QWidget | None = widget
    while around is not None and not around.property(JUDGED_AREA):
        around = None if around.isWindow() else around.parentWidget()
    return around


def _is_pressed(widget: QWidget) -> bool:
    """Whether `widget` is being pressed with the mouse; the press that activates a window moves no focus in it."""
    pointer = widget.mapFromGlobal(QCursor.pos())
    return QApplication.mouseButtons() == Qt.MouseButton.LeftButton and widget.rect().contains(pointer)


def _means_nothing(event: QKeyEvent) -> bool:
    """Whether a key that reached a widget types a character that is no verdict; keys of commands reach none."""
    if event.modifiers() & _HELD or event.key() == Qt.Key.Key_Space:
        return False
    text, shift = event.text(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    meant = verdict_key(event.key(), event.nativeScanCode(), ctrl=False, shift=shift)
    return bool(text) and text.isprintable() and meant is None
