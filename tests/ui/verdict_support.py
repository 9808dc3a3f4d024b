"""Verdicts in the real window: giving them, reading their notices, undo and redo."""

from __future__ import annotations

from concurrent.futures import Future

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from tests.ui.desk import ECHO, Desk
from tests.ui.driver import WindowDriver
from workbench.core.lanes import ECHO as ECHO_ENDPOINT
from workbench.core.lanes import ECHO_MODEL, Lane
from workbench.store import StoreError

Key = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
NAMED = (Lane("s0", ECHO_ENDPOINT, ECHO_MODEL, label="strict"), Lane("s1", ECHO_ENDPOINT, ECHO_MODEL))


def verdicts(desk: Desk) -> list[str]:
    """Return the kinds of the stored verdicts, once all pending ones are written."""
    desk.window.store.set_meta("written", "").result(60)
    return [kind for (kind,) in desk.rows("SELECT kind FROM verdicts ORDER BY id")]


def ran(desk: Desk) -> WindowDriver:
    """Run a prompt in one lane with a label and one without."""
    window = desk.open(ECHO)
    window.lane_list.replace_all(NAMED)
    window.editor.focus_first()
    desk.run()
    return window


def said(desk: Desk) -> str:
    """Return the notice about a verdict, "" if another one is shown."""
    return desk.notice() if desk.window.notice.key in ("verdict", "pair_verdict", "revealed") else ""


def notice_button(window: WindowDriver) -> QPushButton:
    return next(one for one in window.notice.findChildren(QPushButton) if one.text() in ("Undo", "Redo"))


def press_notice(window: WindowDriver) -> None:
    QTest.mouseClick(notice_button(window), Qt.MouseButton.LeftButton)


def press_as_the_window_system(button: QPushButton) -> None:
    """Click so that Qt moves the focus like for a real click."""
    place = button.mapTo(button.window(), button.rect().center())
    QTest.mouseClick(button.window().windowHandle(), Qt.MouseButton.LeftButton, pos=place)


def undo(desk: Desk) -> None:
    desk.ctrl(Key.Key_Z)


def redo(desk: Desk) -> None:
    desk.press(Key.Key_Z, CTRL, SHIFT)


def in_the_message(desk: Desk) -> QWidget:
    field = desk.window.editor.blocks[0].field
    field.setFocus()
    desk.press(Key.Key_End, CTRL)
    return field


def in_a_lane(desk: Desk) -> None:
    desk.window.focus_lane(0)


def in_find(desk: Desk) -> None:
    desk.window.actions["find"].trigger()
    desk.type("order")
    desk.press(Key.Key_Escape)


def in_the_name_of_a_lane(desk: Desk) -> None:
    desk.window.lanes.rename("s1")
    desk.type("quick")
    desk.press(Key.Key_Return)


def texts(desk: Desk) -> str:
    return desk.window.editor.content().messages[0].text


def failing_store(*_: object) -> Future[None]:
    broken: Future[None] = Future()
    broken.set_exception(StoreError("The disk is full.", "", "full"))
    return broken
