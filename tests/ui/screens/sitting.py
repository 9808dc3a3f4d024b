"""Leads a real window from state to state, and records what it shows."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from tests.ui.desk import Desk
from tests.ui.screens.approval import Screens
from tests.ui.screens.collector import described
from workbench.app.tasks import Tasks
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane

OnError = Callable[[Exception], None]
SIZE = (3000, 1100)
"""So large that nothing is elided or hidden, whatever the font."""


_awaited: dict[Tasks, set[Future[Any]]] = {}
"""What the windows wait for: results that were not yet handed over to their callbacks."""


def follow_tasks(patch: pytest.MonkeyPatch) -> None:
    """Let `Sitting.rest` know what windows wait for."""
    watch = Tasks.watch

    def followed(
        tasks: Tasks, future: Future[Any], then: Callable[[Any], None] | None = None, on_error: OnError | None = None
    ) -> None:
        awaited = _awaited.setdefault(tasks, set())
        awaited.add(future)

        def delivered(result: Any) -> None:
            try:
                if then is not None:
                    then(result)
            finally:
                awaited.discard(future)

        def failed(error: Exception) -> None:
            try:
                tasks.report(error) if on_error is None else on_error(error)
            finally:
                awaited.discard(future)

        watch(tasks, future, delivered, failed)
        future.add_done_callback(lambda done: awaited.discard(done) if done.cancelled() else None)

    def closed(tasks: Tasks) -> None:
        _awaited.pop(tasks, None)
        close(tasks)

    close = Tasks.close
    _awaited.clear()
    patch.setattr(Tasks, "watch", followed)
    patch.setattr(Tasks, "close", closed)


def _is_awaiting() -> bool:
    return any(_awaited.values())


class Sitting:
    """A window that is led from state to state, and the screens it shows."""

    def __init__(self, desk: Desk, screens: Screens) -> None:
        self.desk, self._screens = desk, screens
        QApplication.clipboard().clear()

    def rest(self) -> None:
        """Wait until nothing is pending in the window, its threads and its timers."""
        self.desk.rest()
        while _is_awaiting():
            self.desk.until(lambda: not _is_awaiting())
            self.desk.rest()

    def described(self) -> list[str]:
        """Return the description of the window once it stays the same."""
        before, now = "", described(self.desk.window.frame)
        while now != before:
            QTest.qWait(20)
            self.rest()
            before, now = now, described(self.desk.window.frame)
        return now.splitlines()

    def take(self, name: str, *widgets: QWidget, rests: bool = True) -> None:
        """Record these widgets, once the window is at rest; `rests` is False if it never is, as during a run."""
        if rests:
            self.rest()
        self._screens.take(name, *widgets)

    def show(self, content: Content, *lanes: Lane, **values: str) -> None:
        """Make this the draft."""
        session = self.desk.window.session
        session.back()
        session.put_back(Draft(content, tuple(values.items()), lanes, session.draft().based_on))
        self.desk.window.editor.focus_first()
        self.rest()

    def dialog(self, name: str, act: Callable[[], object], then: Callable[[QWidget], object] | None = None) -> None:
        """Record the dialog that `act` opens, after `then` was done with it, and close it."""
        before = set(self.others())
        act()
        self.desk.until(lambda: set(self.others()) - before)
        (opened,) = set(self.others()) - before
        opened.resize(3000, 1600)
        self.rest()
        if then is not None:
            then(opened)
        self.take(name, opened)
        opened.close()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        self.desk.window.frame.activateWindow()

    def menu(self, name: str, act: Callable[[], object]) -> None:
        """Record the menu that `act` opens, and close it."""
        act()
        self.desk.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        menu = QApplication.activePopupWidget()
        assert menu is not None
        self.take(name, menu)
        menu.close()
        self.desk.window.frame.activateWindow()

    def others(self) -> list[QWidget]:
        """Return the dialogs and menus that are open."""
        frame = self.desk.window.frame
        shown = [one for one in QApplication.topLevelWidgets() if one.isVisible() and one is not frame]
        return [one for one in shown if one.width() > 1]
