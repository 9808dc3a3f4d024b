"""Text typed after a menu or a dialog has closed goes to the field where the person was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPushButton

from tests.ui.desk import Desk
from tests.ui.focus_support import (
    by_keyboard,
    by_mouse,
    by_right_click,
    choose,
    click,
    dots,
    key,
    open_menu,
    picker,
    ran,
    verdicts,
)
from workbench.ui.widgets.controls import OPENS_MENU

pytestmark = [
    pytest.mark.window,
    # A menu that a click opens grabs the keyboard, which only a real window system can provide.
    pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True),
]
Key, Left, Right = Qt.Key, Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.mark.parametrize(
    "way", [by_right_click, *(pytest.param(way, marks=pytest.mark.deep(only=True)) for way in (by_mouse, by_keyboard))]
)
def test_text_typed_after_closing_settings_is_entered_in_the_picker_search(
    desk: Desk, way: Callable[[Desk], None]
) -> None:
    ran(desk)
    way(desk)
    choose(desk, "Change model…")
    dialog = picker(desk)
    QTest.keyClicks(QApplication.focusWidget(), "http://127.0.0.1:9")
    button = next(one for one in dialog.findChildren(QPushButton) if one.text() == "Add endpoint…")
    click(button)
    settings = desk.window.dialogs.settings
    assert settings is not None
    desk.until(settings.isActiveWindow)
    assert settings.parentWidget() is dialog
    key(desk, Key.Key_Escape)
    click(next(one for one in settings.findChildren(QPushButton) if one.text() == "Close anyway"))
    desk.until(lambda: desk.window.dialogs.settings is None)
    desk.until(dialog.isActiveWindow)
    desk.until(lambda: QApplication.focusWidget() in dialog.findChildren(QLineEdit))
    QTest.keyClicks(QApplication.focusWidget(), "acme-l")
    assert dialog.findChildren(QLineEdit)[0].text().endswith("acme-l")
    assert verdicts(desk) == []


@pytest.mark.parametrize("way", [by_mouse, pytest.param(by_right_click, marks=pytest.mark.deep(only=True))])
def test_text_typed_after_closing_the_picker_is_entered_in_the_previous_field(
    desk: Desk, way: Callable[[Desk], None]
) -> None:
    field = ran(desk)
    before = desk.window.draft()
    way(desk)
    choose(desk, "Change model…")
    picker(desk)
    key(desk, Key.Key_Escape)
    desk.until(lambda: desk.window.dialogs.picker is None and desk.window.frame.isActiveWindow())
    assert QApplication.focusWidget() is field
    QTest.keyClicks(QApplication.focusWidget(), "Where - is my order 1")
    assert QApplication.activePopupWidget() is None
    assert "Where - is my order 1" in desk.window.draft().content.messages[0].text
    assert desk.window.draft().lanes == before.lanes
    assert verdicts(desk) == []


def test_text_typed_on_a_menu_button_opens_no_menu(desk: Desk) -> None:
    ran(desk)
    before = desk.window.draft()
    by_keyboard(desk)
    choose(desk, "Change model…")
    picker(desk)
    key(desk, Key.Key_Escape)
    desk.until(lambda: desk.window.dialogs.picker is None and desk.window.frame.isActiveWindow())
    for typed in ("Where", "\r", " ", "rename-1", " ", "\r", "0"):
        QTest.keyClicks(QApplication.focusWidget(), typed)
        if typed == "\r":
            key(desk, Key.Key_Return)
        assert QApplication.activePopupWidget() is None
    assert desk.window.draft() == before
    assert verdicts(desk) == []
    key(desk, Key.Key_Tab)
    key(desk, Key.Key_Tab, SHIFT)
    assert QApplication.focusWidget() is dots(desk)
    key(desk, Key.Key_Space)
    open_menu(desk).close()


def test_menu_buttons_take_no_focus_from_the_mouse(desk: Desk) -> None:
    ran(desk)
    found: dict[str, QAbstractButton] = {}
    for view in (Key.Key_1, Key.Key_3, Key.Key_4):
        key(desk, view, Qt.KeyboardModifier.AltModifier)
        buttons = [one for one in desk.window.frame.findChildren(QAbstractButton) if one.text() in ("⋯", "Menu ▾")]
        found |= {one.accessibleName(): one for one in buttons}
    assert {"Menu of lane 1", "More actions for the selected runs", "Menu of the cases in Compose"} <= found.keys()
    for name, button in found.items():
        assert button.focusPolicy() == Qt.FocusPolicy.TabFocus, name
        assert button.property(OPENS_MENU), name


def test_renaming_a_lane_returns_the_focus_to_the_previous_field(desk: Desk) -> None:
    field = ran(desk)
    by_mouse(desk)
    choose(desk, "Rename…")
    desk.until(lambda: QApplication.focusWidget().accessibleName() == "Name of the lane")
    QTest.keyClicks(QApplication.focusWidget(), "quick")
    key(desk, Key.Key_Return)
    desk.until(lambda: QApplication.focusWidget() is field)
    assert desk.window.lane_heads[0].title == "quick"
