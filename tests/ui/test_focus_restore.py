"""When the focused widget goes away, the focus returns to where the user worked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton, QWidget
from shiboken6 import delete

from tests.ui.desk import Desk
from workbench.ui.shell.focus_restore import FocusRestore
from workbench.ui.shell.key_filters import KeyboardFilter

pytestmark = pytest.mark.window
Key = Qt.Key
DEEP = pytest.mark.deep(only=True)


def second_message(desk: Desk) -> QWidget:
    """Focus a field that is neither the first nor the last."""
    field = desk.window.editor.blocks[1].field
    field.setFocus()
    assert QApplication.focusWidget() is field
    return field


def button(desk: Desk, name: str) -> QWidget:
    kinds = (QPushButton, QToolButton)
    found = [one for kind in kinds for one in desk.window.notice.findChildren(kind)]
    return next(one for one in found if name in (one.text(), one.accessibleName()))


def by_enter(desk: Desk, pressed: QWidget) -> None:
    pressed.setFocus(Qt.FocusReason.TabFocusReason)
    desk.press(Key.Key_Return)


def by_tab_and_space(desk: Desk, pressed: QWidget) -> None:
    # Tab passes through the header on the way.
    desk.window.header.setFocus()
    desk.window.views.tabs.tab("rank").setFocus()
    pressed.setFocus(Qt.FocusReason.TabFocusReason)
    desk.press(Key.Key_Space)


def by_click(_: Desk, pressed: QWidget) -> None:
    pressed.setFocus(Qt.FocusReason.MouseFocusReason)
    QTest.mouseClick(pressed, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("press", "name"),
    [
        (by_tab_and_space, "Undo"),
        (by_click, "Dismiss this notice"),
        pytest.param(by_enter, "Undo", marks=DEEP),
        pytest.param(by_click, "Undo", marks=DEEP),
        pytest.param(by_enter, "Dismiss this notice", marks=DEEP),
        pytest.param(by_tab_and_space, "Dismiss this notice", marks=DEEP),
    ],
)
def test_focus_returns_after_a_notice_button_is_pressed(
    desk: Desk, name: str, press: Callable[[Desk, QWidget], None]
) -> None:
    window = desk.open()
    field = second_message(desk)
    window.notices.offer("It is gone.", "Undo", lambda: None)
    press(desk, button(desk, name))
    assert not window.notice.key
    assert QApplication.focusWidget() is field


@pytest.mark.parametrize("is_replaced", [False, True])
def test_focus_returns_after_a_notice_disappears_behind_a_dialog(desk: Desk, is_replaced: bool) -> None:
    window = desk.open()
    field = second_message(desk)
    window.notices.quiet("keys", "Add a key.", action="keys", label="Add a key…")
    by_enter(desk, button(desk, "Add a key…"))
    desk.until(lambda: (d := window.dialogs.settings) is not None and d.isActiveWindow())
    window.notice.clear("keys")
    if is_replaced:
        # The button of the next notice is the same widget.
        window.notices.offer("It is gone.", "Undo", lambda: None)
    desk.press(Key.Key_Escape)
    desk.until(lambda: window.dialogs.settings is None and window.frame.isActiveWindow())
    desk.until(lambda: QApplication.focusWidget() is field)


def test_focus_returns_after_the_focused_widget_is_deleted(desk: Desk) -> None:
    window = desk.open()
    field = second_message(desk)
    passing = QPushButton("passing", window.compose_view)
    passing.show()
    passing.setFocus()
    assert QApplication.focusWidget() is passing
    passing.deleteLater()
    QApplication.sendPostedEvents(passing, QEvent.Type.DeferredDelete.value)
    desk.until(lambda: QApplication.focusWidget() is field)


def test_deleted_widget_is_not_followed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    window = desk.open()
    field = second_message(desk)
    deleted = QPushButton("deleted")
    delete(deleted)
    # Qt may still report the focus of a widget whose Python object has lost it.
    monkeypatch.setattr(QApplication, "focusWidget", staticmethod(lambda: deleted))
    restore = FocusRestore(window.frame, window.header)
    KeyboardFilter(window.frame, lambda widget: widget.isVisible())
    monkeypatch.undo()
    assert not restore.back()
    field.clearFocus()
    field.setFocus()
    assert restore.back()
    assert QApplication.focusWidget() is field


def test_focus_returns_to_rank_after_leaving_the_view_while_judging(desk: Desk) -> None:
    window = desk.open()
    desk.run()
    window.actions["judge"].trigger()
    sittings, view = window.judging_session, window.rank_view
    assert view is not None
    desk.until(lambda: sittings.is_open and sittings.state != "opening")
    view.judging.enter()
    desk.press(Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert window.views.shown == "compose"
    desk.press(Key.Key_4, Qt.KeyboardModifier.AltModifier)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.isVisible()
    assert view.isAncestorOf(focused)


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Escape])
def test_focus_returns_after_renaming_a_prompt(desk: Desk, key: Qt.Key) -> None:
    window = desk.open()
    field = second_message(desk)
    desk.press(Key.Key_F2)
    desk.until(lambda: (f := QApplication.focusWidget()) is not None and f.accessibleName() == "Name of the prompt")
    desk.press(key)
    desk.until(lambda: QApplication.focusWidget() is field)
    assert window.views.shown == "compose"
