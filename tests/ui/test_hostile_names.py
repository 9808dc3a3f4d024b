"""Nothing that a name, a note or a server says steers or turns what the window shows, wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

from tests.fakes import steering
from tests.ui.desk import Desk
from workbench.app.commands import COMMANDS
from workbench.core.visible import visible_name

pytestmark = pytest.mark.window

_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)
_LEFT_OUT = {
    "quit",
    "run",
    "run_changed",
    "archive_prompt",
    "delete_prompt",
    "new_prompt",
    "duplicate_prompt",
    "history_smaller",
}
"""Commands that end the window, or begin what no look waits for."""


def texts_of(widget: QWidget) -> Iterator[tuple[str, str]]:
    """Yield what a widget shows or tells, each with where that is; texts that can be edited are exact."""
    yield "tool tip", widget.toolTip()
    yield "title", widget.windowTitle()
    yield "accessible name", widget.accessibleName()
    yield "accessible description", widget.accessibleDescription()
    if isinstance(widget, QLabel | QAbstractButton):
        yield "text", widget.text()
    elif isinstance(widget, QGroupBox | QMenu):
        yield "title", widget.title()
    elif isinstance(widget, QTabBar):
        for tab in range(widget.count()):
            yield "tab", widget.tabText(tab)
    elif isinstance(widget, QLineEdit):
        yield "placeholder", widget.placeholderText()
    elif isinstance(widget, QPlainTextEdit | QTextEdit) and widget.isReadOnly():
        yield "document", widget.toPlainText()
    if isinstance(widget, QMenu):
        for action in widget.actions():
            yield "action", action.text()
            yield "tool tip of an action", action.toolTip()
    if isinstance(widget, QAbstractItemView | QComboBox) and (model := widget.model()) is not None:
        yield from cells(model)
    if hasattr(widget, "full"):
        yield "full", str(widget.full())


def cells(model: QAbstractItemModel, parent: QModelIndex | None = None) -> Iterator[tuple[str, str]]:
    parent, is_list = parent or QModelIndex(), isinstance(model, QAbstractListModel)
    for row in range(min(model.rowCount(parent), 200)):
        for column in range(1 if is_list else model.columnCount(parent)):
            index = model.index(row, column, parent)
            for role in _ROLES:
                if isinstance(text := model.data(index, role), str):
                    yield f"cell {role.name}", text
            if column == 0 and not is_list and model.rowCount(index) > 0:
                yield from cells(model, index)


def unclean() -> set[str]:
    """Return what is wrong on the screen, as class, kind and text."""
    found = set()
    for widget in QApplication.allWidgets():
        for kind, text in texts_of(widget):
            shown = visible_name(
                text.replace("\n", " ").replace("\t", " ").replace("\u200f", "").replace("\u2028", "\n")
            )
            if text and not is_clean_for_window(text):
                found.add(f"{type(widget).__module__}.{type(widget).__name__} {kind}: {shown[:70]}")
    for action in [a for w in QApplication.topLevelWidgets() for a in w.findChildren(QAction)]:
        if not is_clean_for_window(action.text()) or not is_clean_for_window(action.toolTip()):
            found.add(f"action {visible_name(action.text())[:70]}")
    return found


def is_clean_for_window(text: str) -> bool:
    """A tool tip has lines, and a tab may part words."""
    return visible_name(text.replace("\n", "").replace("\t", "")) == text.replace("\n", "").replace("\t", "")


class Looking:
    """Looks at all that opens, and closes it again, also while a dialog has a loop of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.found = desk, set[str]()
        self._timer = QTimer(interval=30)
        self._timer.timeout.connect(self._look)
        self._seen: dict[int, int] = {}
        self.looks = 0

    def __enter__(self) -> Looking:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()

    def over(self) -> list[QWidget]:
        frame = self.desk.window.frame
        tops = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not frame]
        return [w for w in tops if isinstance(w, QDialog | QMenu) or w.windowFlags() & Qt.WindowType.Popup]

    def again(self) -> None:
        """Wait until it looked a few times more, and all that had opened is closed."""
        before = self.looks
        self.desk.until(lambda: self.looks > before + 3 and not self.over())

    def _look(self) -> None:
        self.looks += 1
        # The third look is at what takes a moment to show its texts.
        if self.over() or self.looks % 3 == 0:
            self.found |= unclean()
        for widget in self.over():
            looks = self._seen[id(widget)] = self._seen.get(id(widget), 0) + 1
            if looks > 4:
                widget.close()


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
def test_every_view_and_dialog(desk: Desk) -> None:
    steering.make(desk.db)
    window = desk.open()
    desk.preload()
    with Looking(desk) as looking:
        for view in ("compose", "history", "rank"):
            window.views.show(view)
            looking.again()
            if view == "history":
                desk.until(lambda: window.history.view.table.model().rowCount() > 0)
                window.history.view.table.selectRow(0)
                looking.again()
            for command in COMMANDS:
                action = window.actions_[command.id]
                if command.id not in _LEFT_OUT and action.isEnabled():
                    QTimer.singleShot(0, window.frame, action.trigger)
                    looking.again()
            window.views.show(view)
            for menu in window.frame.findChildren(QMenu):
                menu.aboutToShow.emit()
            looking.again()
    assert not looking.found, "\n".join(sorted(looking.found))
