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


@pytest.fixture
def window_theme(qapp: QApplication) -> Iterator[Theme]:
    """A light theme at 100 %, in force from the beginning.

    Each test has its own: the themes of other tests change the stylesheet of the application, too, and a change of a
    shared theme may be waiting still when the next test begins.
    """
    theme = Theme(qapp, "light")
    yield theme
    theme.set_motion("system")
    theme.deleteLater()


@pytest.fixture(autouse=True)
def _nothing_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable work that a window starts by timer, because its timing differs between machines.

    `Desk.preload` preloads explicitly, and tests of backups shorten the time of the first daily check.
    """
    monkeypatch.setattr("workbench.ui.shell.window.Preloader", lambda *_: None)
    monkeypatch.setattr("workbench.app.maintenance.tasks.FIRST_LOOK_MS", LOOK_MS)
    for time in ("BRIEF_MS", "LEAVES_MS"):
        monkeypatch.setattr(f"workbench.ui.shell.notice_bar.{time}", LOOK_MS)


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the pauses before counting, checking and saving, for tests that would mostly wait for them."""
    pauses.shorten(monkeypatch)


@pytest.fixture
def desk(_no_leaks: None, home: Path, qtbot: QtBot, window_theme: Theme, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose window is closed at the end, also after a failure."""
    desk = Desk(qtbot, window_theme, tmp_path)
    yield desk
    desk.close()


@pytest.fixture(autouse=True)
def _font_as_before(qapp: QApplication) -> Iterator[None]:
    """Restore the application font, because a theme derives its font size from it and a test may have enlarged it."""
    before = QFont(qapp.font())
    yield
    if qapp.font() != before:
        qapp.setFont(before)


@pytest.fixture
def starting(_no_leaks: None, home: Path, qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Starting]:
    """An unopened database with one prompt on echo; its appearance does not depend on earlier tests."""
    db = tmp_path / "workbench.db"
    echo_history(db)
    qapp.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont))
    theme = Theme(qapp, "light")
    one = Starting(qtbot, theme, db)
    yield one
    one.end()
    theme.deleteLater()
