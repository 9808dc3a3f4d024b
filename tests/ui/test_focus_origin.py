"""Bare keys act on a lane only after the user moved the focus there, and focus returns to where they typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu, QPushButton, QWidget

from tests.ui.desk import Desk
from workbench.ui.features.models.dialog import ModelPicker
from workbench.ui.widgets.controls import OPENS_MENU

pytestmark = [
    pytest.mark.window,
    # A menu that a click opens grabs the keyboard, which only a real window system can provide.
    pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True),
]
Key, Left, Right = Qt.Key, Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def verdicts(desk: Desk) -> list[str]:
    """Return the kinds of the stored verdicts, once all pending ones are written."""
    desk.window.store.set_meta("written", "").result(10)
    return [kind for (kind,) in desk.rows("SELECT kind FROM verdicts ORDER BY id")]


def column(desk: Desk, lane: int = 0) -> QWidget:
    found = desk.window.lanes.column(desk.window.slots()[lane])
    assert found is not None
    return found


def answer(desk: Desk, lane: int = 0) -> QWidget:
    return desk.window.lanes.column(desk.window.slots()[lane]).answer  # type: ignore[union-attr] # shown


def dots(desk: Desk) -> QWidget:
    return desk.window.lanes.column(desk.window.slots()[0]).header.row.menu  # type: ignore[union-attr] # shown


def click(widget: QWidget, button: Qt.MouseButton = Left, at: QPoint | None = None) -> None:
    """Click through the window system, so that Qt knows which buttons are down."""
    window = widget.window().windowHandle()
    place = widget.mapTo(widget.window(), at or widget.rect().center())
    QTest.mouseClick(window, button, Qt.KeyboardModifier.NoModifier, place)


def key(desk: Desk, pressed: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    """Press a key in the open menu, or else in the focused widget."""
    desk.press(pressed, *modifiers, on=QApplication.activePopupWidget())


def open_menu(desk: Desk) -> QMenu:
    desk.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def closed(desk: Desk) -> None:
    """Wait until the menu is closed, then activate the window, which only a real window system does by itself."""
    desk.until(lambda: QApplication.activePopupWidget() is None)
    # Late events of the window system.
    QApplication.processEvents()
    active = desk.window.dialogs.picker or desk.window.frame
    active.activateWindow()
    desk.until(active.isActiveWindow)


def choose(desk: Desk, text: str) -> None:
    """Choose from the open menu."""
    menu = open_menu(desk)
    action = next(one for one in menu.actions() if one.text().replace("&", "") == text)
    menu.close()
    action.trigger()
    closed(desk)


def picker(desk: Desk) -> ModelPicker:
    desk.until(lambda: (p := desk.window.dialogs.picker) is not None and p.isActiveWindow())
    found = desk.window.dialogs.picker
    assert found is not None
    return found


def ran(desk: Desk) -> QWidget:
    """Open the window, type and run; return the focused field."""
    window = desk.open()
    window.editor.focus_first()
    field = QApplication.focusWidget()
    assert field is not None
    desk.run()
    assert QApplication.focusWidget() is field
    return field


def by_mouse(desk: Desk) -> None:
    click(dots(desk))


def by_right_click(desk: Desk) -> None:
    view = answer(desk)
    click(view.viewport(), Right)  # type: ignore[attr-defined] # a scroll area
    if QApplication.activePopupWidget() is None:
        # Only a window system sends the context menu event with the click.
        desk.window.lanes.column(desk.window.slots()[0]).open_menu()  # type: ignore[union-attr] # shown


def by_keyboard(desk: Desk) -> None:
    dots(desk).setFocus(Qt.FocusReason.TabFocusReason)
    key(desk, Key.Key_Return)


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


def test_renaming_a_lane_returns_the_focus_to_the_previous_field(desk: Desk) -> None:
    field = ran(desk)
    by_mouse(desk)
    choose(desk, "Rename…")
    desk.until(lambda: QApplication.focusWidget().accessibleName() == "Name of the lane")
    QTest.keyClicks(QApplication.focusWidget(), "quick")
    key(desk, Key.Key_Return)
    desk.until(lambda: QApplication.focusWidget() is field)
    assert desk.window.lane_heads[0].title == "quick"


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
