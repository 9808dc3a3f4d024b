"""Nothing is lost with full disks, read-only folders, other processes, or long histories."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.patience import PROCESS_S
from tests.ui.desk import ECHO, Desk
from workbench.app.compose import draft_saver
from workbench.app.raise_server import ask_to_raise
from workbench.core.content import Content, Message
from workbench.core.runs import RunSet, Verdict
from workbench.host.clock import utc_now
from workbench.host.dirs import places
from workbench.host.ids import new_uid
from workbench.store.records import LaneStart, OutputStart, RunStart

pytestmark = pytest.mark.window


def test_full_disk_is_reported_and_the_text_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_saver, "RETRY_MS", 100)
    window = desk.open()
    window.editor.focus_first()
    desk.run()
    pages = desk.rows("PRAGMA page_count")[0][0]
    window.store._write(lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchone()).result()
    window.editor.focus_first()
    window.editor.set_content(Content((Message("user", ""),)))
    window.editor.focus_first()
    long = "A text that does not fit. " * 4000
    QGuiApplication.clipboard().setText(long)
    desk.ctrl(Qt.Key.Key_V)
    desk.until(lambda: window.status.saved() == "Not saved")
    assert "window" in desk.notice()
    assert window.editor.content().messages[0].text == long
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: window.notice.key == "problem")
    # A run that cannot be recorded is not sent.
    desk.until(lambda: desk.rows("SELECT count(*) FROM runs") == [(1,)])
    # The previous answers are shown again.
    desk.until(lambda: window.shown_run() == desk.timeline()[0].run_uid)
    assert [desk.text(0), desk.text(1)] == ["Hello there.", "Hello there."]
    window.store._write(lambda c: c.execute("PRAGMA max_page_count = 1000000").fetchone()).result()
    desk.until(lambda: window.status.saved() == "Saved")
    draft = desk.stored_draft()
    assert draft is not None
    assert draft.content.messages[0].text == long


def limit(desk: Desk, pages: int) -> None:
    """Limit the database to `pages` pages, like a full disk; 0 for its present size."""
    pages = pages or desk.rows("PRAGMA page_count")[0][0]
    desk.window.store._write(lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchone()).result()


def test_closing_asks_about_answers_that_could_not_be_saved(desk: Desk) -> None:
    go, long = desk.directory / "go", "A long answer. " * 4000
    window = desk.open({"default": [{"text": "So far. "}, {"until": str(go)}, {"text": long}, {"finish": "stop"}]})
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: desk.text(1) == "So far. ")
    desk.until(lambda: len(desk.rows("SELECT 1 FROM partials")) == 2)
    limit(desk, 0)
    go.touch()
    desk.until(lambda: window.workbench.runner.unsaved == 2)
    with desk.answering("again", "stay") as asked:
        window.frame.close()
    assert asked == ["2 answers could not be saved in the history and would be lost."] * 2
    assert window.frame.isVisible()
    assert desk.text(0) == f"So far. {long}"
    limit(desk, 1_000_000)
    desk.close()
    desk.until_rows([("finished", f"So far. {long}")] * 2, "SELECT state, text FROM outputs")


def test_answers_saved_after_a_retry_are_shown_as_saved(desk: Desk) -> None:
    go = desk.directory / "go"
    script = [{"text": "So far. "}, {"until": str(go)}, {"text": "A long answer. " * 4000}, {"finish": "stop"}]
    window = desk.open({"default": script})
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: len(desk.rows("SELECT 1 FROM partials")) == 2)
    limit(desk, 0)
    go.touch()
    desk.until(lambda: window.workbench.runner.unsaved == 2 and window.notice.key == "problem")
    assert desk.timeline()[0].running
    limit(desk, 1_000_000)
    desk.until(lambda: not desk.timeline()[0].running)
    desk.until(lambda: desk.notice() == "Everything unsaved is now in the history.")
    desk.until_rows([("finished",)], "SELECT DISTINCT state FROM outputs")


def test_closing_asks_about_unsaved_streaming_answers(desk: Desk) -> None:
    long = "A long answer. " * 4000
    window = desk.open({"default": [{"text": long}, {"until": str(desk.directory / "never")}]})
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: desk.text(1) == long)
    desk.until(lambda: len(desk.rows("SELECT 1 FROM partials")) == 2)
    limit(desk, 0)
    with desk.answering("close") as asked:
        desk.close()
    assert asked == ["2 answers could not be saved in the history and would be lost."]


def test_run_of_another_process_appears_in_the_timeline(desk: Desk) -> None:
    window = desk.open()
    command = [sys.executable, "-m", "workbench.cli.main", "run", "--model", "echo", "--db", str(desk.db)]
    done = subprocess.run(command, capture_output=True, timeout=PROCESS_S, env=dict(os.environ), check=False)
    assert done.returncode == 0, done.stderr.decode()
    desk.until(lambda: len(desk.timeline()) == 1)
    assert not window.is_running()


def test_second_start_raises_the_first_window(desk: Desk) -> None:
    window = desk.open()
    window.frame.showMinimized()
    raised: list[bool] = []
    window.on_raised(lambda: raised.append(True))
    desk.until(lambda: window.hears_others)
    assert ask_to_raise(desk.db)
    desk.until(lambda: raised and not window.frame.isMinimized())


def test_long_history_is_loaded_page_by_page(desk: Desk) -> None:
    window = desk.open(ECHO)
    store, prompt = window.store, window.prompt_uid
    draft = window.draft()
    last = None
    for number in range(250):
        lane = LaneStart(new_uid(), draft.lanes[1], 0, (OutputStart(new_uid()),))
        last = store.begin_run(
            RunStart(
                uid=f"run-{number}",
                kind="iteration",
                prompt_uid=prompt,
                owner_uid="test",
                started_at=utc_now(),
                based_on=None,
                content=draft.content,
                version_uid=new_uid(),
                sets=(RunSet("", "", ()),),
                lanes=(lane,),
            )
        )
    assert last is not None
    last.result()
    store.recover(lambda _: False, utc_now()).result()
    desk.close()
    window = desk.open(ECHO)
    desk.until(lambda: window.timeline.rowCount() > 0)
    assert window.timeline.rowCount() == 100
    window.sidebar.iteration_list.scrollToBottom()
    desk.until(lambda: window.timeline.rowCount() > 100)
    numbers = [row.number for row in desk.timeline()]
    assert numbers == list(range(250, 250 - len(numbers), -1))


def test_history_of_a_newer_release_is_opened_read_only(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    desk.run()
    desk.close()
    with sqlite3.connect(desk.db) as connection:
        connection.execute("PRAGMA user_version = 99000")
    connection.close()
    window = desk.open()
    assert window.store.read_only
    desk.until(lambda: window.notice.key == "database")
    desk.until(lambda: desk.text(0) == "Hello there.")
    window.editor.focus_first()
    desk.type("Typed all the same. ")
    desk.until(lambda: window.status.saved() == "Not saved")
    assert "Typed all the same." in window.editor.content().messages[0].text
    desk.close_without_the_draft()


def test_closing_during_a_run_keeps_the_text_so_far(desk: Desk) -> None:
    window = desk.open({"default": [{"text": "So far"}, {"until": str(desk.directory / "never")}]})
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: desk.text(0) == "So far")
    desk.close()
    desk.until_rows([("stopped", "So far")], "SELECT DISTINCT state, text FROM outputs")
    assert places(os.environ).config.joinpath("settings.json").exists()


def test_verdict_on_a_past_iteration_does_not_change_the_newest_one(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    desk.run()
    desk.run()
    desk.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    desk.until(lambda: window.viewing is not None)
    desk.ctrl(Qt.Key.Key_1)
    desk.until(lambda: [row.verdict for row in desk.timeline()] == ["none", "winner"])
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: window.viewing is None)
    assert window.verdict == Verdict("none")
