"""An unexpected exception in the window is shown in one line and logged, and the window works on."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from tests.bench.histories import echo_history
from tests.ui.program import Driven, Script
from workbench.host.dirs import places
from workbench.host.faults import log_file
from workbench.ui import main
from workbench.ui.shell import window_builder
from workbench.ui.shell.fault_watch import CRASHES, FaultWatch

pytestmark = pytest.mark.window

SECRET = "sk-planted-0123456789 You are brief."


@pytest.fixture
def driven(_no_leaks: None, home: Path, qapp: QApplication, tmp_path: Path) -> Driven:
    db = tmp_path / "workbench.db"
    echo_history(db)
    return Driven(qapp, db)


def fail() -> None:
    raise ZeroDivisionError(SECRET)


def in_slot(driven: Driven) -> None:
    QTimer.singleShot(0, driven.frame, fail)


def in_thread(driven: Driven) -> None:
    threading.Thread(target=fail).start()


def in_task(driven: Driven) -> None:
    driven.window.tasks.run(fail)


def in_callback(driven: Driven) -> None:
    driven.window.tasks.run(lambda: None, lambda _: fail())


def in_command(driven: Driven) -> None:
    window = driven.window
    window.draft_saver._save = lambda *_: fail()  # type: ignore[assignment, return-value]
    window.draft_saver.touch()
    window.draft_saver.flush()


@pytest.mark.parametrize("how", [in_slot, in_thread, in_task, in_callback])
def test_unexpected_exception_shows_one_line_and_the_window_keeps_working(
    driven: Driven, how: object, capfd: pytest.CaptureFixture[str]
) -> None:
    log = log_file(places(os.environ).state)

    def script() -> Script:
        yield driven.is_open
        assert callable(how)
        how(driven)
        yield lambda: "Unexpected error" in driven.notice()
        assert "errors.log" in driven.notice()
        assert "\n" not in driven.notice()
        bar = driven.window.notice
        assert "ZeroDivisionError" in bar.detail.toPlainText()
        driven.click(bar, "Copy details")
        copied = QApplication.clipboard().text()
        assert copied.startswith("Prompt Workbench ")
        assert "Unexpected error: ZeroDivisionError" in copied
        assert SECRET not in copied + bar.detail.toPlainText() + driven.notice()
        driven.window.editor.focus_first()
        QTest.keyClicks(QApplication.focusWidget(), "Still here. ")
        driven.window.session.run()
        yield lambda: not driven.window.is_running()
        yield lambda: driven.window.shown_number() == 1
        driven.frame.close()

    driven.faults = "Unexpected error: ZeroDivisionError"
    assert driven.run(script()) == 0
    logged = log.read_text("utf-8")
    assert logged.count("Unexpected error") == 1
    assert "sk-planted" not in logged
    assert "brief" not in logged
    told = capfd.readouterr().err
    assert "Traceback" not in told
    assert SECRET not in told


def test_repeated_exception_is_logged_once(driven: Driven) -> None:
    def script() -> Script:
        yield driven.is_open
        timer = QTimer(driven.frame, interval=0)
        count = [0]

        def tick() -> None:
            count[0] += 1
            raise ZeroDivisionError(SECRET)

        timer.timeout.connect(tick)
        timer.start()
        yield lambda: count[0] > 300
        timer.stop()
        driven.frame.close()

    driven.faults = "Unexpected error: ZeroDivisionError"
    assert driven.run(script()) == 0
    assert log_file(places(os.environ).state).read_text("utf-8").count("Unexpected error") == 1


def test_problem_before_the_window_is_complete_is_shown_on_completion(
    driven: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "_WATCH_AFTER_MS", 0)

    def script() -> Script:
        yield lambda: any(w.isVisible() for w in QApplication.topLevelWidgets())
        frame = driven.frame
        frame.show_problem("Unexpected error.", "Unexpected error: X")
        yield driven.is_open
        assert driven.notice() == "Unexpected error."
        driven.frame.close()

    assert driven.run(script()) == 0


def test_failed_window_build_shows_one_message_without_private_text(
    driven: Driven, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], home: Path
) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr(window_builder, "build", broken)
    said: list[str] = []

    def script() -> Script:
        yield lambda: False

    def answer() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            said.append(f"{box.text()} {box.detailedText()}")
            box.accept()

    looking = QTimer(interval=10)
    looking.timeout.connect(answer)
    looking.start()
    try:
        with pytest.raises(ZeroDivisionError) as caught:
            driven.run(script())
        assert main._explain_fault(caught.value) == 1
    finally:
        looking.stop()
    assert len(said) == 1
    assert "errors.log" in said[0]
    assert "Unexpected error: ZeroDivisionError" in said[0]
    assert SECRET not in said[0]
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_pipe_or_link_in_place_of_the_crash_log_is_left_unchanged(
    tmp_path: Path, qapp: QApplication, kind: str
) -> None:
    other, file = tmp_path / "other", tmp_path / CRASHES
    other.write_bytes(b"mine")
    other.chmod(0o644)
    if kind == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to(other)
    # Opening a pipe without a reader would block.
    watch = FaultWatch(tmp_path, lambda *_: None)
    watch.end()
    assert other.read_bytes() == b"mine"
    assert other.stat().st_mode & 0o777 == 0o644
