"""After kill -9 at any moment the next start has everything that was recorded, and reports what was interrupted."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import depth
from tests.ui.desk import Desk
from workbench.ui.widgets.reader.steps import StepsPage

pytestmark = [pytest.mark.window, pytest.mark.e2e]


@pytest.mark.parametrize("seed", depth.seeds(1, 40))
def test_killed_window_loses_nothing_recorded(desk: Desk, seed: int) -> None:
    runs = random.Random(seed).randint(1, 4)
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.ui.driven", str(desk.directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert child.stdout is not None
    assert child.stderr is not None
    try:
        for _ in range(runs):
            line = child.stdout.readline()
            assert line, child.stderr.read()
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        child.stderr.close()
    recorded = desk.rows("SELECT count(*) FROM runs")[0][0]
    assert recorded >= runs
    window = desk.open()
    desk.until(lambda: "interrupted" in desk.notice())
    assert len(desk.timeline()) == recorded
    desk.until_rows([(2 * recorded,)], "SELECT count(*) FROM outputs WHERE state = 'interrupted'")
    desk.until_rows([(0,)], "SELECT count(*) FROM in_flight")
    # The text of the last quarter of a second may be lost; the rest is a prefix of the stream.
    texts = {text for (text,) in desk.rows("SELECT DISTINCT text FROM outputs")}
    assert texts <= {"", "Streamed so far."}
    # Each run types its number first, and the draft is saved before the run.
    assert str(recorded) in window.editor.content().messages[0].text.split()[: recorded + 1]
    slot = window.slots()[1]
    window.lanes.retry_requested.emit(slot)
    desk.settle()
    desk.until_rows([("finished", "Hello there.")], "SELECT state, text FROM outputs WHERE attempt = 2")


ANSWERED = [["tool_call", '{"n": 1}', "lookup", "c1", '{"s": 1}'], ["tool_result", "in transit", "lookup", "c1", ""]]
TOOLS: list[dict[str, Any]] = [
    {"reasoning": "I look."},
    {"text": "One moment."},
    {"call": 0, "name": "lookup", "call_id": "c1"},
    {"call": 0, "text": '{"n"'},
    {"call": 0, "text": ": 1}"},
    {"steps": ANSWERED},
    {"text": "It is"},
    {"call": 0, "name": "again", "call_id": "c2", "text": "{"},
]
CUTS = {
    4: ["reasoning", "text", "tool_call"],
    5: ["reasoning", "text", "tool_call"],
    6: ["reasoning", "text", "tool_call", "tool_result"],
    7: ["reasoning", "text", "tool_call", "tool_result", "text"],
    8: ["reasoning", "text", "tool_call", "tool_result", "text", "tool_call"],
}


@pytest.mark.parametrize("seed", depth.seeds(1, 40))
def test_killed_window_keeps_the_steps_of_its_answers(desk: Desk, tmp_path: Path, seed: int) -> None:
    """Between two rounds or in the middle of a call: the steps are there, and are shown, after the next start."""
    cut = random.Random(seed).choice(sorted(CUTS))
    script = tmp_path / "tools.json"
    script.write_text(json.dumps({"default": [*TOOLS[:cut], {"until": str(tmp_path / "never")}]}), "utf-8")
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.ui.driven", str(desk.directory), str(script)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == "running\n"
        # Both lanes of the sample, which get the same reasoning and text.
        desk.until(lambda: _saved(desk) == [_wanted(cut)] * 2)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    window = desk.open()
    desk.until(lambda: "interrupted" in desk.notice())
    outputs = [output for (output,) in desk.rows("SELECT id FROM outputs WHERE state = 'interrupted'")]
    assert len(outputs) == 2
    for output in outputs:
        found = desk.rows("SELECT kind, body FROM steps WHERE output_id = ? ORDER BY seq", output)
        assert [kind for kind, _ in found] == CUTS[cut]
        calls = [json.loads(body) for kind, body in found if kind == "tool_call"]
        assert (calls[0]["name"], calls[0]["call_id"]) == ("lookup", "c1")
        assert calls[0]["text"] == ('{"n"' if cut == 4 else '{"n": 1}')
    said = {4: "One moment.", 5: "One moment.", 6: "", 7: "It is", 8: "It is"}[cut]
    desk.until(lambda: {text for (text,) in desk.rows("SELECT text FROM outputs")} == {said})
    lane = window.lanes.column(window.slots()[0])
    assert lane is not None
    desk.until(lambda: isinstance(lane.reading.page, StepsPage))
    page = lane.reading.page
    assert isinstance(page, StepsPage)
    desk.until(lambda: "Call 1: lookup" in page.view.toPlainText())
    shown = page.view.toPlainText()
    assert shown.startswith("Reasoning\nI look.\nSaid\nOne moment.\nCall 1: lookup\n")
    assert ("Simulated answer\nin transit" in shown) == (cut > 5)
    assert shown.endswith({4: '{"n"', 5: '{"n": 1}', 6: "in transit", 7: "It is", 8: "again\n{"}[cut])


def _saved(desk: Desk) -> list[tuple[str, str, int]]:
    """Return text and call of the current round of each answer in flight, and the number of finished rounds."""
    found: dict[int, tuple[str, str, int]] = {}
    for output, kind, text in desk.rows("SELECT output_id, kind, text FROM partials ORDER BY rowid"):
        said, called, rounds = found.get(output, ("", "", 0))
        if kind == "rounds":
            said, called, rounds = "", "", rounds + 1
        said += text if kind == "text" else ""
        called += json.loads(text)["text"] if kind == "tool_call" else ""
        found[output] = (said, called, rounds)
    return list(found.values())


def _wanted(cut: int) -> tuple[str, str, int]:
    return {
        4: ("One moment.", '{"n"', 0),
        5: ("One moment.", '{"n": 1}', 0),
        6: ("", "", 1),
        7: ("It is", "", 1),
        8: ("It is", "{", 1),
    }[cut]
