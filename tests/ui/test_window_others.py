"""A terminal beside the open window: its runs are shown live, and ended as interrupted when it is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from tests.patience import PROCESS_S
from tests.ui.desk import Desk
from tests.ui.test_window_cases import CHECKS, LATE, LOST, shown, stored
from workbench.app import frame_clock
from workbench.core.cases import Case, case_to_json
from workbench.ui.features.cases.dialog import CasesDialog
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


_WRITER = """
import json, sys
from workbench.core.cases import case_from_json
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from pathlib import Path
store = open_store(Path(sys.argv[1]), now=utc_now(), uid=new_uid)
for line in sys.stdin:
    what, prompt, data = json.loads(line)
    if what == "save":
        store.packs.save_cases(prompt, [case_from_json(one) for one in data]).result()
    else:
        store.packs.remove_cases(prompt, data).result()
    print("done", flush=True)
store.close()
"""


class OtherProcess:
    """A process that writes cases to the same history."""

    def __init__(self, desk: Desk) -> None:
        self._prompt = desk.window.prompt_uid
        self.child = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(desk.db)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def _tell(self, what: str, data: object) -> None:
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.write(json.dumps([what, self._prompt, data]) + "\n")
        self.child.stdin.flush()
        assert self.child.stdout.readline() == "done\n"

    def save(self, *cases: Case) -> None:
        self._tell("save", [case_to_json(case) for case in cases])

    def remove(self, *uids: str) -> None:
        self._tell("remove", uids)

    def close(self) -> None:
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.close()
        self.child.wait(PROCESS_S)
        self.child.stdout.close()


@pytest.fixture
def other(desk: Desk, monkeypatch: pytest.MonkeyPatch, short_pauses: None) -> Iterator[OtherProcess]:
    monkeypatch.setattr(frame_clock, "LOOKS_BETWEEN", 1)
    monkeypatch.setattr(frame_clock, "WATCH_MS", 10)
    window = desk.open()
    window.store.packs.save_cases(window.prompt_uid, (LATE, LOST)).result()
    process = OtherProcess(desk)
    yield process
    process.close()


def names(dialog: CasesDialog) -> list[str]:
    return [case.name or "-" for case in dialog.cases.cases]


def test_cases_written_by_another_process_are_shown_in_the_open_dialog(desk: Desk, other: OtherProcess) -> None:
    dialog = shown(desk)
    dialog.select(1)
    other.save(replace(LATE, name="Later"), LOST, Case("new", "New"))
    desk.until(lambda: names(dialog) == ["Later", "-", "New"])
    current = dialog.current
    assert current is not None
    assert current.uid == LOST.uid, "the selected case stays"
    found = replace(LOST, values=(("question", "Found?"),), notes="seen")
    other.save(LATE, found)
    desk.until(lambda: dialog.detail.values.all_values() == {"question": "Found?"})
    assert dialog.detail.fields.notes.exact() == "seen"
    dialog.close()
    assert stored(desk) == (LATE, found)


def test_edits_are_kept_when_another_process_writes_the_same_case(
    desk: Desk, other: OtherProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = shown(desk)
    dialog._save.setInterval(1_000_000)
    dialog.detail.values.focus("record")
    desk.press(Qt.Key.Key_End)
    desk.type(" here")
    other.save(replace(LATE, name="Later", expectation="Soon."), LOST)
    desk.until(lambda: names(dialog)[0] == "Later")
    assert dialog.detail.name.text() == "Later"
    desk.type("!")
    assert dict(dialog.detail.values.all_values())["record"] == "late here!", "the caret stayed"
    dialog.close()
    wanted = (("question", "Where is it?"), ("record", "late here!"), ("other", "x\u00a0y"))
    desk.until(lambda: stored(desk)[0] == Case("case-late", "Later", wanted, CHECKS, expectation="Soon."))


def test_a_case_deleted_elsewhere_while_it_is_edited_becomes_one_again(desk: Desk, other: OtherProcess) -> None:
    dialog = shown(desk)
    dialog._save.setInterval(1_000_000)
    dialog.detail.values.focus("record")
    desk.press(Qt.Key.Key_End)
    desk.type(" here")
    other.remove(LATE.uid)
    desk.until(lambda: dialog.told.text().startswith("“Late order” was deleted elsewhere while you edited it."))
    desk.until(lambda: {case.uid for case in stored(desk)} == {LATE.uid, LOST.uid})
    assert dict(next(case for case in stored(desk) if case.uid == LATE.uid).values)["record"] == "late here"
    dialog.close()
