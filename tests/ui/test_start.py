"""The start in two phases: typing, pressing keys and closing while the window is being completed."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from tests.ui.driver.questions import button_of
from tests.ui.looks import change_scale
from tests.ui.starting import Starting
from workbench.core.drafts import Draft
from workbench.host.clock import utc_now
from workbench.host.dirs import places
from workbench.host.ids import new_uid
from workbench.host.settings import Settings, load
from workbench.store import StoreError, early_draft, open_store
from workbench.store.draft_preview import read_newest_preview
from workbench.store.schema.format_version import APPLICATION_ID
from workbench.ui.shell import window_builder
from workbench.ui.shell.frame import WindowFrame
from workbench.ui.shell.questions import Answer
from workbench.ui.shell.window import MainWindow

pytestmark = pytest.mark.window
DEEP = pytest.mark.deep(only=True)


def place(frame: WindowFrame) -> QRect:
    field = frame.view.editor.first_viewport()
    return QRect(field.mapTo(frame, QPoint(0, 0)), field.size())


@pytest.mark.parametrize("scale", [1.0, pytest.param(1.5, marks=DEEP)])
def test_draft_is_shown_at_once_and_does_not_move(starting: Starting, scale: float) -> None:
    change_scale(starting.theme, scale)
    frame = starting.show()
    editor = frame.view.editor
    assert editor.content().messages[0].text == "You are brief."
    seen: set[object] = set()
    frame.painted.connect(lambda: seen.add(place(frame).getRect()))
    starting.until(lambda: seen)
    watch = QTimer(interval=1)
    watch.timeout.connect(lambda: seen.add(place(frame).getRect()))
    watch.start()
    window = starting.complete()
    watch.stop()
    assert window.editor is editor
    assert len(seen) == 1, f"the text jumped: {seen}"


def test_text_typed_during_start_is_kept_in_the_draft(starting: Starting) -> None:
    frame = starting.show()
    starting.until(frame.isActiveWindow)
    starting.type("ab")
    starting.until(lambda: starting.start._thread is not None)
    starting.type("cd")
    starting.until(lambda: starting.frame.findChild(MainWindow) is not None)
    starting.type("ef")
    window = starting.complete()
    starting.type("gh")
    assert window.editor.content().messages[0].text == "abcdefghYou are brief."
    starting.until(lambda: starting.stored() == "abcdefghYou are brief.")
    while window.editor.can_undo:
        window.editor.undo()
    assert window.editor.content().messages[0].text == "You are brief."


@pytest.mark.parametrize("how", ["key", pytest.param("button", marks=DEEP)])
def test_run_requested_before_the_engine_starts_runs_once(starting: Starting, how: str) -> None:
    frame = starting.show()
    starting.until(frame.isActiveWindow)
    starting.type("Hey. ")
    for _ in range(3):
        if how == "key":
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        else:
            frame.view.runbar.run_clicked.emit()
    starting.complete()
    starting.until(lambda: starting.rows("SELECT 1 FROM outputs WHERE state = 'finished'"))
    assert [text for (text,) in starting.rows("SELECT text FROM outputs")] == [
        text for (text,) in starting.rows("SELECT text FROM outputs WHERE text LIKE '%Hey. You are brief.%'")
    ]
    assert starting.rows("SELECT count(*) FROM runs") == [(1,)]


def test_new_database_opens_with_the_sample(starting: Starting, tmp_path: Path) -> None:
    starting.db = tmp_path / "new.db"
    frame = starting.show()
    starting.until(frame.isActiveWindow)
    window = starting.complete()
    assert "order" in window.editor.content().messages[0].text
    starting.type("x")
    assert frame.is_edited


def test_quit_key_closes_the_window_during_start(starting: Starting) -> None:
    frame = starting.show()
    starting.until(frame.isActiveWindow)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    starting.until(lambda: not frame.isVisible())


@pytest.mark.parametrize(
    "moment", ["shown", pytest.param("painted", marks=DEEP), pytest.param("opening", marks=DEEP), "opened"]
)
def test_closing_during_start_is_clean_and_keeps_typed_text(starting: Starting, moment: str) -> None:
    frame = starting.show()
    painted: list[bool] = []
    frame.painted.connect(lambda: painted.append(True))
    starting.until(frame.isActiveWindow)
    starting.type("kept ")
    if moment != "shown":
        starting.until(lambda: painted)
    if moment in ("opening", "opened"):
        starting.until(lambda: starting.start._thread is not None)
    if moment == "opened":
        assert starting.start._thread is not None
        starting.start._thread.join()
    frame.close()
    starting.start.end()
    assert places(os.environ).config.joinpath("settings.json").exists()
    began = starting.start._thread is not None
    assert began or moment in ("shown", "painted")
    assert starting.stored() == "kept You are brief."
    assert starting.rows("SELECT 1 FROM in_flight") == []


def test_window_size_at_an_early_close_is_restored_at_the_next_start(starting: Starting) -> None:
    frame = starting.show()
    starting.until(frame.isActiveWindow)
    frame.resize(1100, 720)
    frame.divider.moveSplitter(300, 1)
    starting.until(lambda: frame.divider.sizes()[0] == 300)
    frame.close()
    starting.start.end()
    found = load(places(os.environ).config)
    assert not found.notice
    second = WindowFrame(starting.theme, found.settings, None)
    second.show()
    starting.until(lambda: second.divider.sizes()[0] == 300)
    assert second.height() == 720  # the test screen is narrower than any window
    second.close()
    second.deleteLater()


def test_first_window_fits_on_a_small_screen(starting: Starting) -> None:
    frame = WindowFrame(starting.theme, Settings())
    room = frame.screen().availableSize()
    assert room.height() < 900
    assert frame.height() < room.height()
    frame.deleteLater()
    starting.show()


@pytest.mark.parametrize("step", [0, *(pytest.param(n, marks=DEEP) for n in (1, 2, 4)), 3])
def test_closing_between_two_build_steps_is_clean_and_keeps_typed_text(
    starting: Starting, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    real = window_builder.build

    def closing(window: MainWindow) -> Iterator[None]:
        for number, _ in enumerate(real(window)):
            if number == step:
                starting.type("kept ")
                QTimer.singleShot(0, window.frame.close)
            yield

    monkeypatch.setattr(window_builder, "build", closing)
    frame = starting.show()
    starting.until(frame.isActiveWindow)
    starting.until(lambda: not frame.isVisible())
    starting.start.end()
    assert starting.start.error is None
    assert starting.stored() == "kept You are brief."
    assert places(os.environ).config.joinpath("settings.json").exists()


def test_database_that_cannot_be_opened_is_reported(starting: Starting) -> None:
    with sqlite3.connect(starting.db) as connection:
        connection.execute("PRAGMA application_id = 42")
    connection.close()
    starting.show()
    starting.until(lambda: starting.failed)
    assert isinstance(starting.start.error, StoreError)
    assert starting.start.end() == 0


def type_over_what_cannot_be_opened(starting: Starting) -> None:
    """Type into a draft whose history then turns out to belong to another program."""
    starting.show()
    mark(starting.db, 42)
    starting.until(starting.frame.isActiveWindow)
    starting.type("kept ")
    starting.until(lambda: starting.start.refusal is not None)


def mark(db: Path, application: int) -> None:
    with sqlite3.connect(db) as connection:
        connection.execute(f"PRAGMA application_id = {application}")
    connection.close()


def test_typed_text_is_kept_when_the_history_cannot_be_opened(starting: Starting) -> None:
    type_over_what_cannot_be_opened(starting)
    refusal = starting.start.refusal
    assert refusal is not None
    assert "another program" in refusal.notice.text()
    assert not starting.failed
    starting.type("and ")
    assert starting.frame.text()[0].messages[0].text == "kept and You are brief."
    mark(starting.db, APPLICATION_ID)
    refusal.notice.action_clicked.emit("again")
    starting.complete()
    starting.until(lambda: starting.stored() == "kept and You are brief.")


def test_closing_does_not_ask_about_saved_text(starting: Starting) -> None:
    type_over_what_cannot_be_opened(starting)
    starting.frame.close()
    assert not starting.frame.isVisible()
    mark(starting.db, APPLICATION_ID)
    assert (found := read_newest_preview(starting.db)) is not None
    assert found.content.messages[0].text == "kept You are brief."


def test_closing_asks_about_text_that_would_be_lost(starting: Starting) -> None:
    type_over_what_cannot_be_opened(starting)
    in_the_way = early_draft.path_of(starting.db, starting.start._session)
    in_the_way.with_name(f"{in_the_way.name}.partial").mkdir()
    answers: list[Answer] = ["stay", "close"]
    asked: list[str] = []

    def reply() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox) and box.isVisible():
            asked.append(box.text())
            QTest.mouseClick(button_of(box, answers.pop(0)), Qt.MouseButton.LeftButton)

    looking = QTimer(interval=20)
    looking.timeout.connect(reply)
    looking.start()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert starting.frame.isVisible()
    starting.frame.close()
    assert not starting.frame.isVisible()
    looking.stop()
    assert asked == ["The draft could not be saved and would be lost."] * 2


def test_failed_build_step_is_reported(starting: Starting, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: MainWindow) -> Iterator[None]:
        yield
        raise RuntimeError("no widget today")

    monkeypatch.setattr(window_builder, "build", broken)
    starting.show()
    starting.until(lambda: starting.failed)
    assert isinstance(starting.start.error, RuntimeError)


def test_draft_changed_after_the_preview_is_shown(starting: Starting) -> None:
    frame = starting.show()
    store = open_store(starting.db, now=utc_now(), uid=new_uid)
    uid = store.last_prompt()
    assert uid is not None
    newer = store.draft(uid)
    assert newer is not None
    store.save_draft(uid, Draft(newer.content, (("question", "Another one?"),), newer.lanes), utc_now()).result()
    store.close()
    starting.complete()
    assert dict(frame.text()[1]) == {"question": "Another one?"}


def test_side_bar_width_does_not_depend_on_when_added(starting: Starting) -> None:
    shown = starting.show()
    starting.until(lambda: shown.is_complete)
    shown.resize(1440, 900)
    early = WindowFrame(starting.theme, Settings())
    early.resize(1440, 900)
    side = QWidget()
    side.setMinimumWidth(170)
    early.add_side(side)
    early.show()
    starting.until(lambda: early.divider.sizes()[0] > 0)
    assert early.divider.sizes()[0] == shown.divider.sizes()[0] > 170
    early.close()
    early.deleteLater()


def test_focus_returns_to_the_field_that_was_focused_before_the_window_was_complete(starting: Starting) -> None:
    frame = starting.show()
    starting.until(frame.isActiveWindow)
    field = QApplication.focusWidget()
    window = starting.complete()
    assert QApplication.focusWidget() is field
    window.notices.offer("It is gone.", "Undo", lambda: None)
    window.notice.focus_action()
    assert QApplication.focusWidget() is not field
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert not window.notice.key
    assert QApplication.focusWidget() is field


def test_first_start_focuses_the_text_of_the_sample(starting: Starting) -> None:
    starting.db.unlink()
    frame = starting.show()
    starting.qtbot.waitExposed(frame)
    starting.until(frame.isActiveWindow)
    window = starting.complete()
    starting.type("Be brief. ")
    assert window.editor.content().messages[0].text.startswith("Be brief. You are")
    assert window.dialogs.settings is None


def test_engine_process_makes_no_core_dumps(starting: Starting) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    starting.show()
    window = starting.complete()
    starting.until(lambda: window.workbench.engine.pid)
    limits = Path(f"/proc/{window.workbench.engine.pid}/limits").read_text()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4] == str(min(1, hard) if hard >= 0 else 1), (
        "with a limit of 0 core dumps would still go to a pipe"
    )
