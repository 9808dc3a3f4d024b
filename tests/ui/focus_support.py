"""Keys, clicks and menus in the lanes of the real window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from tests.ui.desk import Desk
from tests.ui.lanes_support import entries
from workbench.ui.features.models.dialog import ModelPicker

Key, Left, Right = Qt.Key, Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def verdicts(desk: Desk) -> list[str]:
    """Return the kinds of the stored verdicts, once all pending ones are written."""
    desk.window.store.set_meta("written", "").result(60)
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
    """Choose from the open menu or a menu below it."""
    menu = open_menu(desk)
    action = next(one for one in entries(menu) if one.text().replace("&", "") == text)
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
