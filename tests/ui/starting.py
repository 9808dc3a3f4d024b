"""A start of the window in this process, like the program's, over a database that is not open yet."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.desk import WAIT_MS
from tests.ui.driver import WindowDriver
from workbench.host.dirs import places
from workbench.host.settings import Settings
from workbench.store.draft_preview import read_newest_preview, read_preview
from workbench.ui.composition import FEATURES
from workbench.ui.shell.frame import WindowFrame
from workbench.ui.shell.start import WindowStart
from workbench.ui.widgets.theme import Theme


class Starting:
    """Starts a window over a database like the program does."""

    def __init__(self, qtbot: QtBot, theme: Theme, db: Path) -> None:
        self.qtbot, self.theme, self.db = qtbot, theme, db
        self.is_shown = self.completed = self.failed = False

    def show(self) -> WindowFrame:
        """Show the frame; nothing else has started when this returns."""
        self.is_shown = True
        self.frame = WindowFrame(self.theme, Settings(), read_newest_preview(self.db))
        self.frame.resize(1440, 900)  # the test screen is smaller than most
        self.start = WindowStart(self.frame, self.db, places(os.environ).make(), lambda: FEATURES)
        self.frame.completed.connect(lambda: setattr(self, "completed", True))
        self.start.failed.connect(lambda: setattr(self, "failed", True))
        self.frame.show()
        self.frame.activateWindow()
        return self.frame

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=WAIT_MS)

    def complete(self) -> WindowDriver:
        """Wait for the complete window and return it."""
        self.until(lambda: self.completed)
        window = WindowDriver.of(self.frame)
        assert window is not None
        self.until(lambda: window.is_ready)
        return window

    def type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget(), text)

    def end(self) -> None:
        """Close the window and clean up like the program; does nothing when it is closed."""
        if not self.is_shown:
            return
        if self.frame.isVisible():
            self.frame.close()
        self.start.end()
        self.frame.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(f"file:{self.db}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def stored(self) -> str:
        """Return the first message of the stored draft."""
        found = read_preview(self.db)
        assert found is not None
        return found.content.messages[0].text
