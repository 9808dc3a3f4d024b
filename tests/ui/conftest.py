"""Fixtures of the window tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.bench.histories import echo_history
from tests.fakes.seeded import made
from tests.ui import pauses
from tests.ui.desk import Desk
from tests.ui.starting import Starting
from workbench.app.maintenance.tasks import LOOK_MS
from workbench.ui.widgets.theme import Theme

__all__ = ["made"]


@pytest.fixture(scope="session")
def window_theme(qapp: QApplication) -> Theme:
    """One look for all windows of the session, as in the program."""
    return Theme(qapp, "light")


@pytest.fixture(autouse=True)
def _nothing_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a window does by itself a while after its start would come at another place of a test on each machine.

    `Desk.preload` does the one, and tests of backups set the time of the other.
    """
    monkeypatch.setattr("workbench.ui.shell.window.Preloader", lambda *_: None)
    monkeypatch.setattr("workbench.app.maintenance.tasks.FIRST_LOOK_MS", LOOK_MS)


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that would else wait most of the time, again and again, until the window counts, checks or saves."""
    pauses.shorten(monkeypatch)


@pytest.fixture
def desk(_no_leaks: None, home: Path, qtbot: QtBot, window_theme: Theme, tmp_path: Path) -> Iterator[Desk]:
    """A window that is closed at the end, whatever happened."""
    window_theme.set_mode("light")
    window_theme.set_scale(1.0)
    window_theme.set_motion("system")
    desk = Desk(qtbot, window_theme, tmp_path)
    yield desk
    desk.close()


@pytest.fixture(autouse=True)
def _font_as_before(qapp: QApplication) -> Iterator[None]:
    """A theme takes the application's font for its own size; what a test enlarged must not be the next one's size."""
    before = QFont(qapp.font())
    yield
    if qapp.font() != before:
        qapp.setFont(before)


@pytest.fixture
def starting(_no_leaks: None, home: Path, qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Starting]:
    """A database with one prompt on echo, not opened yet; its look does not depend on the tests before."""
    db = tmp_path / "workbench.db"
    echo_history(db)
    qapp.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont))
    theme = Theme(qapp, "light")
    one = Starting(qtbot, theme, db)
    yield one
    one.end()
    theme.deleteLater()
