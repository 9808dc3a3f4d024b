"""A real main window over a real database, for tests that drive it and check the stored rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.exceptions import TimeoutError as WaitedTooLongError
from pytestqt.qtbot import QtBot

from tests import leaks
from tests.fakes import played, seeded
from tests.patience import PATIENCE_S
from tests.ui.driver import WindowDriver
from tests.ui.driver.opening import open_window
from tests.ui.driver.questions import button_of
from workbench.app.opening import read
from workbench.core.drafts import Draft
from workbench.core.runs import IterationRow
from workbench.core.timeline import TimelineRow
from workbench.host.dirs import places
from workbench.host.settings import Settings
from workbench.store.draft_preview import read_preview
from workbench.store.sqlite import sqlite3
from workbench.ui.composition import FEATURES
from workbench.ui.shell.frame import WindowFrame
from workbench.ui.shell.questions import Answer
from workbench.ui.widgets.idle_queue import IdleQueue
from workbench.ui.widgets.theme import Theme
from workbench.usecases.workbench import Workbench, make_client

Script = Mapping[str, Any]
HELLO: Script = {
    "default": [{"text": "Hello "}, {"text": "there."}, {"usage": {"input": 12, "output": 4}}, {"finish": "stop"}]
}
ECHO: Script = {"default": [{"echo": True}]}
WAIT_MS = int(PATIENCE_S * 1000)

LONG_AGO = date(2020, 1, 1)
"""A day before any model was retired, so that no test depends on the current date."""


class Desk:
    """Opens, drives and closes windows over one database file."""

    def __init__(self, qtbot: QtBot, theme: Theme, directory: Path, *, apart: bool = False) -> None:
        """With `apart`, scripts are played by a child process, like the real engine."""
        self.qtbot, self.theme, self.directory = qtbot, theme, directory
        self.db = directory / "workbench.db"
        self._window: WindowDriver | None = None
        self._apart = apart
        self._rested = 0

    @property
    def window(self) -> WindowDriver:
        """The open window."""
        assert self._window is not None, "no window is open"
        return self._window

    def open(
        self,
        script: Script | None = HELLO,
        size: tuple[int, int] = (1440, 900),
        *,
        today: Callable[[], date] = lambda: LONG_AGO,
    ) -> WindowDriver:
        """Open the window with a scripted engine; `script` None uses the real engine."""

        factory = make_client if script is None else played.factory(script, self.directory, apart=self._apart)
        seeded.put(self.db)
        workbench = Workbench.open(
            self.db, places(os.environ).make(), dict(os.environ), client_factory=factory, today=today
        )
        frame = WindowFrame(self.theme, Settings(), read_preview(self.db))
        workbench.start_engine()
        window = WindowDriver(open_window(frame, read(workbench), FEATURES))
        self._window = window
        frame.resize(*size)
        # A widget that appears under the mouse of an earlier test would be hovered.
        QCursor.setPos(QPoint(0, 0))
        frame.show()
        self.qtbot.waitExposed(frame)
        frame.activateWindow()
        self.until(lambda: frame.isActiveWindow())
        self.until(lambda: window.is_ready)
        return window

    def preload(self) -> None:
        """Make the other views and import the dialogs, as the window does some time after the start."""
        self.window.preload()
        self.rest()

    def rest(self) -> None:
        """Wait until the window is idle: pending layouts, styles and writes are done."""

        def is_at_rest() -> bool:
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
            is_busy = bool(IdleQueue.of_application()._waiting) or any(
                t.interval() < 1000 for t in leaks.active_timers()
            )
            self._rested = 0 if is_busy else self._rested + 1
            # Finished work may start new work with the next event.
            return self._rested > 2

        self._rested = 0
        self.until(is_at_rest)

    def close(self) -> None:
        """Close the window and its workbench."""
        if self._window is None:
            return
        window, self._window = self._window, None
        window.frame.close()
        window.workbench.close()
        window.frame.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def close_without_the_draft(self) -> None:
        """Close the window and confirm that the draft may be lost."""
        with self.answering("close"):
            self.close()

    @contextmanager
    def answering(self, *answers: Answer) -> Iterator[list[str]]:
        """Answer the message boxes shown meanwhile, in turn; yields a list of their texts."""
        dialogs, rest, asked = self.window.dialogs, list(answers), []

        def answer() -> None:
            box = dialogs.question
            if box is not None and box.isVisible() and rest:
                asked.append(box.text())
                QTest.mouseClick(button_of(box, rest.pop(0)), Qt.MouseButton.LeftButton)

        looking = QTimer(interval=20)
        looking.timeout.connect(answer)
        looking.start()
        try:
            yield asked
        finally:
            looking.stop()

    def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition while processing events; an IndexError counts as not yet."""

        def holds() -> bool:
            try:
                return bool(condition())
            except IndexError:
                return False

        self.qtbot.waitUntil(holds, timeout=WAIT_MS)

    def press(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier, on: QWidget | None = None) -> None:
        """Press a key in the focused widget."""
        combined = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            combined |= modifier
        QTest.keyClick(on or QApplication.focusWidget() or self.window.frame, key, combined)

    def ctrl(self, key: Qt.Key) -> None:
        """Press Ctrl and a key."""
        self.press(key, Qt.KeyboardModifier.ControlModifier)

    def type(self, text: str) -> None:
        """Type text into the focused widget."""
        QTest.keyClicks(QApplication.focusWidget(), text)

    def run(self) -> None:
        """Press Ctrl+Enter and wait until the run has ended and is stored."""
        before = len(self.rows("SELECT uid FROM runs"))
        self.ctrl(Qt.Key.Key_Return)
        self.until(lambda: len(self.rows("SELECT uid FROM runs")) == before + 1)
        self.settle()
        self.until(lambda: [row.run_uid for row in self.timeline()][:1] == [self.window.shown_run()])

    def settle(self) -> None:
        """Wait until nothing runs and the timeline shows that."""
        self.until(lambda: not self.window.is_running())
        self.until(lambda: not self.rows("SELECT 1 FROM in_flight"))
        self.until(lambda: not any(row.running for row in self.timeline()))
        self.until(lambda: not self.window.lane_presenter.is_running())
        self.until(lambda: self.window.shown_number() is not None)

    def timeline(self) -> list[IterationRow]:
        """Return the loaded iterations of the timeline."""
        return [row for row in self.shown_rows() if isinstance(row, IterationRow)]

    def shown_rows(self) -> list[TimelineRow]:
        """Return all loaded rows of the timeline, including versions without iterations."""
        model = self.window.timeline
        return [row for i in range(model.rowCount()) if (row := model.row(i)) is not None]

    def until_rows(self, expected: Sequence[object], query: str, *parameters: object) -> None:
        """Wait until the query returns these rows; what the window shows may be stored a moment later."""
        try:
            self.until(lambda: self.rows(query, *parameters) == expected)
        except WaitedTooLongError:
            assert self.rows(query, *parameters) == expected

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Query the database through a separate connection."""
        connection = sqlite3.connect(f"file:{self.db}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query, parameters).fetchall()
        finally:
            connection.close()

    def stored_draft(self) -> Draft | None:
        """Return the stored draft of the open prompt."""
        return self.window.store.draft(self.window.prompt_uid)

    def text(self, lane: int) -> str:
        """Return the shown text of a lane."""
        return self.window.lanes.text(self.window.slots()[lane])

    def notice(self) -> str:
        """Return the text of the shown notice, "" for none."""
        return self.window.notice.text() if self.window.notice.key else ""
