"""Bare keys act on a lane only after the user moved the focus there, and focus returns to where they typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from tests.ui.desk import Desk
from tests.ui.focus_support import answer, by_right_click, click, closed, column, key, open_menu, ran, verdicts

pytestmark = [
    pytest.mark.window,
    # A menu that a click opens grabs the keyboard, which only a real window system can provide.
    pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True),
]
Key, Left, Right = Qt.Key, Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_text_typed_on_the_winner_button_records_no_verdict(desk: Desk) -> None:
    ran(desk)
    winner = column(desk).footer.winner  # type: ignore[attr-defined] # a column
    winner.setFocus(Qt.FocusReason.OtherFocusReason)
    key(desk, Key.Key_Space)
    assert verdicts(desk) == []
    QTest.keyClicks(winner, "Which is 1 - 0")
    assert verdicts(desk) == []
    winner.setFocus(Qt.FocusReason.OtherFocusReason)
    key(desk, Key.Key_Tab)
    key(desk, Key.Key_Tab, SHIFT)
    assert QApplication.focusWidget() is winner
    key(desk, Key.Key_Space)
    assert verdicts(desk) == ["winner"]


def fell_back_from_a_hidden_one(desk: Desk) -> None:
    passing = QPushButton("passing", column(desk))
    passing.show()
    answer(desk).setFocus()
    passing.setFocus()
    passing.hide()


def by_the_program(desk: Desk) -> None:
    answer(desk).setFocus()


def came_back_from_another_window(desk: Desk) -> None:
    click(answer(desk).viewport())  # type: ignore[attr-defined] # a scroll area
    desk.window.dialogs.show_shortcuts()
    desk.until(lambda: (sheet := desk.window.dialogs.shortcuts) is not None and sheet.isActiveWindow())
    key(desk, Key.Key_Escape)
    desk.until(desk.window.frame.isActiveWindow)


def closed_a_menu(desk: Desk) -> None:
    click(answer(desk).viewport())  # type: ignore[attr-defined] # a scroll area
    key(desk, Key.Key_F10, SHIFT)
    open_menu(desk)
    key(desk, Key.Key_Escape)
    closed(desk)


def typed_letters(desk: Desk) -> None:
    click(answer(desk).viewport())  # type: ignore[attr-defined] # a scroll area
    QTest.keyClicks(QApplication.focusWidget(), "acme")


@pytest.mark.parametrize(
    "come",
    [
        fell_back_from_a_hidden_one,
        came_back_from_another_window,
        closed_a_menu,
        *(pytest.param(come, marks=pytest.mark.deep(only=True)) for come in (by_the_program, typed_letters)),
    ],
)
def test_bare_keys_record_no_verdict_after_automatic_focus_changes(desk: Desk, come: Callable[[Desk], None]) -> None:
    ran(desk)
    come(desk)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert column(desk).isAncestorOf(focused)
    for bare in (Key.Key_1, Key.Key_2, Key.Key_0, Key.Key_Minus, Key.Key_J, Key.Key_Z):
        key(desk, bare)
    assert verdicts(desk) == []
    assert desk.window.views.shown == "compose"
    assert answer(desk, 1).isVisible(), "no lane has the whole width"
    key(desk, Key.Key_F)
    assert not answer(desk, 1).isVisible(), "a key that records nothing works in a visible lane"
    key(desk, Key.Key_F)
    key(desk, Key.Key_1, CTRL)
    assert verdicts(desk) == ["winner"], "with Ctrl it works wherever the focus is"
    click(answer(desk).viewport())  # type: ignore[attr-defined] # a scroll area
    key(desk, Key.Key_2)
    assert verdicts(desk) == ["winner", "winner"], "a click counts even if the widget has the focus"


def clicked_the_answer(desk: Desk) -> None:
    click(answer(desk).viewport())  # type: ignore[attr-defined] # a scroll area


def clicked_the_head(desk: Desk) -> None:
    click(column(desk).header, at=QPoint(20, 12))  # type: ignore[attr-defined] # a column


def clicked_the_foot(desk: Desk) -> None:
    click(column(desk).footer.copy)  # type: ignore[attr-defined] # a column


def went_by_tab(desk: Desk) -> None:
    answer(desk, 1).setFocus()
    for _ in range(9):
        key(desk, Key.Key_Tab, SHIFT)
        if (focused := QApplication.focusWidget()) is not None and column(desk).isAncestorOf(focused):
            return
    raise AssertionError("Tab does not come to the lane")


def went_by_pane(desk: Desk) -> None:
    for _ in range(9):
        key(desk, Key.Key_F6)
        if (focused := QApplication.focusWidget()) is not None and column(desk).isAncestorOf(focused):
            return
    raise AssertionError("F6 does not come to the lane")


def went_by_lane(desk: Desk) -> None:
    key(desk, Key.Key_PageDown, CTRL)


@pytest.mark.parametrize(
    "come",
    [
        clicked_the_foot,
        went_by_tab,
        went_by_lane,
        *(
            pytest.param(come, marks=pytest.mark.deep(only=True))
            for come in (clicked_the_answer, clicked_the_head, went_by_pane)
        ),
    ],
)
def test_bare_keys_record_verdicts_after_the_user_moves_to_a_lane(desk: Desk, come: Callable[[Desk], None]) -> None:
    ran(desk)
    come(desk)
    key(desk, Key.Key_1)
    assert verdicts(desk) == ["winner"]
    key(desk, Key.Key_0)
    key(desk, Key.Key_Minus)
    assert verdicts(desk) == ["winner", "tie", "all_bad"]
    key(desk, Key.Key_F)
    assert not (answer(desk).isVisible() and answer(desk, 1).isVisible())


def test_bare_keys_in_the_iteration_list_record_no_verdict(desk: Desk) -> None:
    ran(desk)
    click(desk.window.sidebar.iteration_list.viewport())
    for bare in (Key.Key_1, Key.Key_0, Key.Key_Minus, Key.Key_F):
        key(desk, bare)
    assert verdicts(desk) == []
    assert answer(desk).isVisible()
    assert answer(desk, 1).isVisible()


def test_bare_keys_record_no_verdict_while_another_window_is_open(desk: Desk) -> None:
    ran(desk)
    desk.window.dialogs.show_shortcuts()
    desk.until(lambda: (sheet := desk.window.dialogs.shortcuts) is not None and sheet.isActiveWindow())
    desk.window.frame.activateWindow()
    desk.until(desk.window.frame.isActiveWindow)
    click(answer(desk).viewport())  # type: ignore[attr-defined] # a scroll area
    key(desk, Key.Key_1)
    assert verdicts(desk) == []
    assert desk.window.dialogs.shortcuts is not None
    desk.window.dialogs.shortcuts.close()
    click(answer(desk).viewport())  # type: ignore[attr-defined] # a scroll area
    key(desk, Key.Key_1)
    assert verdicts(desk) == ["winner"]


@pytest.mark.parametrize(
    "opens",
    [
        lambda desk: desk.window.dialogs.show_palette(),
        pytest.param(lambda desk: desk.window.dialogs.show_shortcuts(), marks=pytest.mark.deep(only=True)),
        pytest.param(lambda desk: desk.window.dialogs.show_settings("keys"), marks=pytest.mark.deep(only=True)),
    ],
)
def test_keys_typed_while_a_dialog_opens_record_no_verdict(desk: Desk, opens: Callable[[Desk], None]) -> None:
    ran(desk)
    click(answer(desk).viewport())  # type: ignore[attr-defined] # a scroll area
    lane = QApplication.focusWidget()
    opens(desk)
    # A window system activates the dialog later than it is shown, and sends keys typed before that to the lane.
    for bare in (Key.Key_1, Key.Key_0, Key.Key_Minus):
        desk.press(bare, on=lane)
    assert verdicts(desk) == []
    key(desk, Key.Key_Escape)
    desk.until(desk.window.frame.isActiveWindow)


def test_lane_focused_through_the_palette_accepts_bare_keys(desk: Desk) -> None:
    ran(desk)
    key(desk, Key.Key_K, CTRL)
    desk.until(lambda: (palette := desk.window.dialogs.palette) is not None and palette.isActiveWindow())
    QTest.keyClicks(QApplication.focusWidget(), "Focus the next lane")
    palette = desk.window.dialogs.palette
    assert palette is not None
    desk.until(lambda: palette.list.currentIndex().isValid())
    key(desk, Key.Key_Return)
    lanes = desk.window.lanes
    desk.until(lambda: (f := QApplication.focusWidget()) is not None and lanes.isAncestorOf(f))
    key(desk, Key.Key_1)
    assert verdicts(desk) == ["winner"]


def test_focus_origin_is_valid_only_while_the_focus_stays_in_its_area(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = ran(desk)
    by_right_click(desk)
    assert QApplication.focusWidget() is field, "a right click only opens a menu"
    open_menu(desk).close()
    closed(desk)
    click(answer(desk))
    frame = desk.window.frame
    origin = frame.focus_origin
    assert origin.is_in_area
    column(desk).footer.copy.setFocus(Qt.FocusReason.OtherFocusReason)  # type: ignore[attr-defined] # a column
    assert origin.is_in_area, "the program may move the focus within the lane"
    answer(desk, 1).setFocus(Qt.FocusReason.OtherFocusReason)
    assert not origin.is_in_area
    answer(desk).setFocus(Qt.FocusReason.OtherFocusReason)
    assert origin.is_in_area, "leaving and returning at once, as for another page, is allowed"
    key(desk, Key.Key_Space)
    assert origin.is_in_area, "scrolling does not count as typing"
    QTest.keyClicks(QApplication.focusWidget(), "1a")
    assert not origin.is_in_area, "typed letters end it"
    assert verdicts(desk) == ["winner"]
    click(answer(desk))
    answer(desk, 1).setFocus(Qt.FocusReason.OtherFocusReason)
    QApplication.processEvents()
    # Qt also reports the Tab reason when it moves the focus by itself.
    answer(desk).setFocus(Qt.FocusReason.TabFocusReason)
    assert not origin.is_in_area
    click(answer(desk))
    with monkeypatch.context() as patched:
        patched.setattr(QApplication, "activePopupWidget", lambda: frame)
        assert not origin.is_placed
    with monkeypatch.context() as patched:
        patched.setattr(frame, "isActiveWindow", lambda: False)
        assert not origin.is_placed
    with monkeypatch.context() as patched:
        patched.setattr("workbench.ui.shell.focus_origin.can_have_keyboard", lambda _: False)
        assert not origin.is_in_area
    focused = QApplication.focusWidget()
    assert focused is not None
    # The events that Qt sends when a menu opens, and when it closes.
    for event in (QEvent.Type.FocusOut, QEvent.Type.FocusIn):
        QApplication.sendEvent(focused, QFocusEvent(event, Qt.FocusReason.PopupFocusReason))
    assert not origin.is_placed
    click(answer(desk))
    assert origin.is_placed
    focused.clearFocus()
    assert not origin.is_placed
