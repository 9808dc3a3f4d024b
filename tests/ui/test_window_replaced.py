"""The history file is removed or replaced while the window is open."""

from __future__ import annotations

import sys

import pytest

from tests.ui.desk import Desk
from workbench.app import frame_clock
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.store.sqlite import sqlite3

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be moved on Windows"),
]


@pytest.fixture(autouse=True)
def _look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_clock, "WATCH_MS", 20)


def test_replaced_history_is_reported_and_not_written_to(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    desk.run()
    place = window.store.path
    other = place.with_name("other.db")
    theirs = open_store(other, now=utc_now(), uid=new_uid)
    theirs.create_prompt("theirs", "Their bot", utc_now()).result(60)
    theirs.close()
    other.replace(place)
    desk.until(lambda: window.notice.key == "database")
    assert "Another file replaced the history. Restart the app" in desk.notice()
    desk.until_rows([("theirs",)], "SELECT uid FROM prompts")
    (kept,) = place.parent.glob("*.replaced-*.db")
    assert str(kept) in window.notice.detail.toPlainText()
    connection = sqlite3.connect(kept)
    assert connection.execute("SELECT count(*) FROM runs").fetchone() == (1,)
    connection.close()
    window.editor.focus_first()
    desk.type("More")
    desk.until(lambda: window.status.saved() == "Not saved")
    assert str(kept) in window.notice.detail.toPlainText()
    desk.close_without_the_draft()
    desk.until_rows([("theirs",)], "SELECT uid FROM prompts")


def test_history_moved_back_into_place_is_used_again(desk: Desk) -> None:
    window = desk.open()
    place = window.store.path
    away = place.with_name("away.db")
    place.rename(away)
    desk.until(lambda: "moved or replaced" in desk.notice())
    away.rename(place)
    desk.until(lambda: window.notice.key != "database")
    window.editor.focus_first()
    desk.run()
    desk.until_rows([(1,)], "SELECT count(*) FROM runs")
