"""A terminal beside the open window: its runs are shown live, and ended as interrupted when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.patience import PROCESS_S
from tests.ui.desk import Desk
from workbench.app import frame_clock
from workbench.usecases.other_processes import OtherProcessesSeen

pytestmark = pytest.mark.window


def test_run_of_a_killed_terminal_is_shown_as_interrupted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_clock, "LOOKS_BETWEEN", 1)
    monkeypatch.setattr(frame_clock, "WATCH_MS", 10)
    window = desk.open()
    words = "".join(f"{number} " for number in range(2000))
    command = [sys.executable, "-m", "workbench.cli.main", "run", "--db", str(desk.db), "--model", "echo"]
    child = subprocess.Popen(
        [*command, "--var", f"question={words}", "--param", "delay_ms=50"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=dict(os.environ),
    )
    try:
        desk.until(lambda: [row.running for row in desk.timeline()] == [True])
        run = desk.timeline()[0].run_uid
        window.view_row(run)
        desk.until(lambda: window.viewing is not None)
        before = desk.text(0)
        desk.until(lambda: len(desk.text(0)) > len(before))
        desk.until(lambda: len(desk.rows("SELECT 1 FROM partials")) > 4)
        assert window.lane_presenter.is_running()
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    desk.until(lambda: [row.running for row in desk.timeline()] == [False])
    desk.until(lambda: not window.lane_presenter.is_running())
    assert desk.notice() == "Recovered 1 interrupted answer of another process that ended during a run."
    desk.until_rows([("interrupted", desk.text(0))], "SELECT state, text FROM outputs")
    assert window.lane_presenter.state(window.slots()[0]) == "interrupted"


def test_run_of_a_live_terminal_is_not_recovered(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_clock, "LOOKS_BETWEEN", 1)
    monkeypatch.setattr(frame_clock, "WATCH_MS", 10)
    window = desk.open()
    others = window.workbench.others
    look, seen = others.look, []

    def looking() -> OtherProcessesSeen:
        seen.append(look())
        return seen[-1]

    monkeypatch.setattr(others, "look", looking)
    command = [sys.executable, "-m", "workbench.cli.main", "run", "--db", str(desk.db), "--model", "echo"]
    child = subprocess.Popen(
        [*command, "--var", "question=slowly", "--param", "delay_ms=5"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(os.environ),
    )
    desk.until(lambda: [one.running for one in seen].count(True) > 5)
    assert child.poll() is None
    assert [row.running for row in desk.timeline()] == [True]
    said, _ = child.communicate(timeout=PROCESS_S)
    desk.until(lambda: [row.running for row in desk.timeline()] == [False])
    assert child.returncode == 0
    desk.until_rows([("finished", said.decode().removesuffix("\n"))], "SELECT state, text FROM outputs")
    assert not any(one.recovered.outputs for one in seen)
    assert "Recovered" not in desk.notice()
    assert others.look().running is False
