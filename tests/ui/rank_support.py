"""Rank in the real window: histories with verdicts, the view, and the judging queue."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt

from tests.ui.desk import Desk
from tests.ui.driver import WindowDriver
from tests.usecases.judged_history import history, runs
from workbench.store import Store
from workbench.ui.features.rank.view import RankView

Key = Qt.Key
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
PAIRS = "SELECT kind FROM verdicts WHERE run_id IS NULL ORDER BY id"


def opened(desk: Desk, make: Callable[[Store, str], object]) -> WindowDriver:
    """Open a window over a history filled by `make`."""
    fill(desk.db, make)
    return desk.open()


def fill(db: Path, make: Callable[[Store, str], object]) -> None:
    store, prompt = history(db)
    make(store, prompt)
    store.set_meta("last_prompt", prompt).result(60)
    store.close()


def opened_over(desk: Desk, count: int, **how: Any) -> WindowDriver:
    """Open a window over a history of `count` runs; each variant is made once and copied."""
    desk.db.touch(mode=0o600)
    desk.db.write_bytes(_made(count, tuple(how.items())))
    return desk.open()


@cache
def _made(count: int, how: tuple[tuple[str, Any], ...]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder, "judged.db")
        fill(db, lambda store, prompt: runs(store, prompt, count, **dict(how)))
        return db.read_bytes()


def view(desk: Desk) -> RankView:
    """Show Rank by its shortcut and wait for its text."""
    desk.press(Key.Key_4, ALT)
    found = desk.window.rank_view
    assert found is not None
    desk.until(lambda: found.pill.text())
    return found


def judging(desk: Desk) -> None:
    """Start a judging session by its shortcut and wait for the first pair."""
    desk.press(Key.Key_J)
    ready(desk)


def ready(desk: Desk) -> None:
    sittings = desk.window.judging_session
    desk.until(lambda: sittings.state == "showing")
