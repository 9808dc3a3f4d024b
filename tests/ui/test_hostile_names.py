"""Names, notes and server messages cannot inject control characters or reorder text anywhere in the window."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, QObject, Qt, QTimer, Signal
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

from tests import leaks
from tests.fakes import steering
from tests.ui.desk import Desk
from tests.ui.test_accessibility import to_view
from workbench.app.commands import EVERYWHERE, Command, View
from workbench.app.tasks import Tasks
from workbench.core.lanes import LITELLM, Lane
from workbench.core.visible_text import visible_name
from workbench.ui.composition import FEATURES
from workbench.ui.widgets.idle_queue import IdleQueue

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]

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
"""Commands that end the window, or start work that the checks do not wait for."""


def texts_of(widget: QWidget) -> Iterator[tuple[str, str]]:
    """Yield the texts of a widget, each with its kind; editable text is exact and therefore left out."""
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
    """Return the findings on the screen, as class, kind and text."""
    found = set()
    for widget in QApplication.allWidgets():
        for kind, text in texts_of(widget):
            if text and not is_clean_for_window(text):
                found.add(f"{type(widget).__module__}.{type(widget).__name__} {kind}: {visible_name(text)[:70]}")
    for action in [a for w in QApplication.topLevelWidgets() for a in w.findChildren(QAction)]:
        if not is_clean_for_window(action.text()) or not is_clean_for_window(action.toolTip()):
            found.add(f"action {visible_name(action.text())[:70]}")
    return found


@cache
def is_clean_for_window(text: str) -> bool:
    """Whether a text is clean; line breaks and tabs are allowed."""
    return visible_name(text.replace("\n", "").replace("\t", "")) == text.replace("\n", "").replace("\t", "")


class Looking(QObject):
    """Checks each dialog or menu once it is filled, then closes it, also within a nested event loop."""

    settled = Signal()

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.desk, self.found = desk, set[str]()
        self._timer = QTimer(interval=3)
        self._timer.timeout.connect(self._look)
        self._rested = 0
        self._work = set[Future[object]]()
        watch = Tasks.watch

        def counted(tasks: Tasks, future: Future[object], *then: Any) -> None:
            self._work.add(future)
            watch(tasks, future, *then)

        monkeypatch.setattr(Tasks, "watch", counted)

    def over(self) -> list[QWidget]:
        frame = self.desk.window.frame
        tops = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not frame]
        return [w for w in tops if isinstance(w, QDialog | QMenu) or w.windowFlags() & Qt.WindowType.Popup]

    def again(self) -> None:
        """Wait until everything that was opened is shown, checked and closed."""
        self._rested = 0
        self._timer.start()
        self.desk.qtbot.waitSignal(self.settled).wait()
        self._timer.stop()

    def _look(self) -> None:
        self._work = {future for future in self._work if not future.done()}
        is_busy = self._work or bool(IdleQueue.of_application()._waiting) or self._is_due()
        self._rested = 0 if is_busy else self._rested + 1
        # Finished work may start new work with the next event.
        if self._rested > 2:
            self._rested = 0
            self.found |= unclean()
            for widget in (opened := self.over()):
                widget.close()
            if not opened:
                self.settled.emit()

    def _is_due(self) -> bool:
        return any(t.interval() < 1000 for t in leaks.active_timers() if t is not self._timer)


def commands_of(view: View) -> list[Command]:
    """Return the commands to try in a view; those available everywhere only in Compose, where they do the same."""
    return [
        command
        for command in FEATURES.commands()
        if command.id not in _LEFT_OUT
        if view == "compose" or command.views != EVERYWHERE or view in command.navigates_in
    ]


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)
def test_every_view_and_dialog_shows_hostile_names_cleaned(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    steering.make(desk.db)
    looking = Looking(desk, monkeypatch)
    window = desk.open()
    desk.preload()
    draft = desk.stored_draft()
    assert draft is not None
    unlabelled = Lane("unlabelled", LITELLM, steering.named("model"))
    window.session.put_back(replace(draft, lanes=(unlabelled, *draft.lanes)))
    for view in FEATURES.views():
        to_view(desk, view)
        looking.again()
        for command in commands_of(view):
            action = window.actions[command.id]
            if action.isEnabled():
                QTimer.singleShot(0, window.frame, action.trigger)
                looking.again()
        window.views.show(view)
        for menu in window.frame.findChildren(QMenu):
            menu.aboutToShow.emit()
        looking.again()
    assert not looking.found, "\n".join(sorted(looking.found))
