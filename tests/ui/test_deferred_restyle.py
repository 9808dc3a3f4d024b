"""A change of theme or size: visible widgets change at once, the others in slices, without moving anything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget

from tests import depth
from tests.ui.desk import Desk
from tests.ui.looks import change_mode, change_scale
from workbench.core.content import Content, Message
from workbench.ui.editor.column import MessageColumn
from workbench.ui.editor.deferred_blocks import DeferredBlocks

pytestmark = pytest.mark.window
MESSAGES = 60
CHANGES = (("dark", False), ("larger", False), ("dark", True), ("larger", True))
"""The change, and whether views and dialogs are preloaded."""
Look = tuple[str, tuple[int, int, int, int], bool, tuple[str, ...]]


class _Restyled(QObject):
    """Counts widgets that are restyled."""

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self.count = 0
        self.only: set[QWidget] | None = None
        """The widgets to count, None for all."""
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.StyleChange and isinstance(watched, QWidget):
            self.count += self.only is None or watched in self.only
        return False


def _talk(desk: Desk) -> MessageColumn:
    """Open a window with many messages and wait until all visible ones have widgets."""
    window = desk.open()
    texts = [f"Message {number}: **look** at the order.\n" * (1 + number % 3) for number in range(MESSAGES)]
    content = Content(tuple(Message("assistant" if n % 2 else "user", text) for n, text in enumerate(texts)))
    window.editor.set_content(content)
    column = window.editor.findChild(MessageColumn)
    assert isinstance(column, MessageColumn)
    desk.until(lambda: len(column.blocks) == MESSAGES)
    desk.until(lambda: column.verticalScrollBar().maximum() > 2000)
    return column


def _undressed(column: MessageColumn) -> DeferredBlocks:
    found = column.findChild(DeferredBlocks)
    assert isinstance(found, DeferredBlocks)
    return found


def _looks(desk: Desk) -> Iterator[Look]:
    role = QPalette.ColorRole
    roles = (role.Text, role.WindowText, role.ButtonText, role.Base, role.Highlight, role.HighlightedText)
    for widget in desk.window.frame.findChildren(QWidget):
        if widget.objectName().startswith("qt_"):
            continue  # Qt's own containers, which show no text and keep any font
        colours = tuple(widget.palette().color(role).name() for role in roles)
        # Hidden widgets have not been laid out yet.
        place = widget.geometry().getRect() if widget.isVisible() else (0, 0, 0, 0)
        yield type(widget).__name__, place, widget.isHidden(), (widget.font().key(), *colours)


@pytest.mark.deep
@pytest.mark.parametrize(("change", "is_preloaded"), depth.pick(CHANGES[::3], CHANGES))
def test_deferred_restyle_ends_with_the_same_look_as_an_immediate_one(
    desk: Desk, change: str, is_preloaded: bool
) -> None:
    _talk(desk)
    if is_preloaded:
        desk.preload()
    desk.rest()
    before = list(_looks(desk))
    if change == "dark":
        change_mode(desk.theme, "dark")
    else:
        change_scale(desk.theme, 1.25)
    desk.rest()
    looks = list(_looks(desk))
    assert looks != before
    sheet, app = desk.theme._app.styleSheet(), desk.theme._app
    app.setStyleSheet("")
    app.setStyleSheet(sheet)
    desk.theme.changed.emit()
    desk.rest()
    assert list(_looks(desk)) == looks


def test_only_visible_widgets_are_restyled_immediately(desk: Desk) -> None:
    column = _talk(desk)
    desk.rest()
    restyled = _Restyled(desk.theme._app)
    change_mode(desk.theme, "dark")
    at_once = restyled.count
    assert _undressed(column).count > 30
    desk.rest()
    assert _undressed(column).count == 0
    assert at_once < restyled.count / 2


def test_message_is_restyled_before_scrolling_shows_the_message(desk: Desk) -> None:
    column = _talk(desk)
    change_mode(desk.theme, "dark")
    last = column.blocks[-1]
    assert last.is_undressed
    column.verticalScrollBar().setValue(column.verticalScrollBar().maximum())
    assert not last.is_undressed
    assert _undressed(column).count > 20
    # Removed messages are removed from the queue.
    desk.window.editor.set_content(Content((Message("user", "One."),)))
    desk.rest()
    assert _undressed(column).count == 0
    assert len(column.blocks) == 1


def test_visible_messages_do_not_move_while_others_are_restyled(desk: Desk) -> None:
    column = _talk(desk)
    bar = column.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    change_scale(desk.theme, 1.3)
    # The column gets another height, and scrolls to the focused message.
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
    seen = next(block for block in column.blocks if block.geometry().bottom() >= bar.value())
    offset, height = seen.y() - bar.value(), column.page.height()
    desk.rest()
    assert column.page.height() > height
    assert seen.y() - bar.value() == offset
    # Messages that come into view because the text shrinks are restyled at once.
    bar.setValue(0)
    change_scale(desk.theme, 2.0)
    desk.rest()
    change_scale(desk.theme, 0.8)
    shown = [block for block in column.blocks if block.y() < column.viewport().height()]
    assert len(shown) > 4
    assert not any(block.is_undressed for block in shown)
    assert _undressed(column).count > 20


def test_visible_widget_is_restyled_once_per_change(desk: Desk) -> None:
    window = desk.open()
    desk.rest()
    seen = [widget for widget in window.frame.findChildren(QWidget) if widget.isVisible()]
    restyled = _Restyled(desk.theme._app)
    restyled.only = set(seen)
    change_mode(desk.theme, "dark")
    assert restyled.count == len(seen) > 50


def test_nothing_is_painted_before_the_owners_are_notified_and_a_choice_meanwhile_follows(desk: Desk) -> None:
    _talk(desk)
    desk.rest()
    painted: list[bool] = []
    frame, theme = desk.window.frame, desk.theme
    theme.changed.connect(lambda: painted.append(frame.updatesEnabled()))
    theme.set_mode("dark")
    desk.until(lambda: not frame.updatesEnabled())
    theme.set_mode("light")
    desk.until(lambda: len(painted) == 2)
    desk.rest()
    assert painted == [False, False]
    assert frame.updatesEnabled()
    assert not theme.is_dark
