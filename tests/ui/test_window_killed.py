"""After kill -9 at any moment the next start has everything that was recorded, and says what was interrupted."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys

import pytest

from tests.ui.desk import Desk

pytestmark = [pytest.mark.window, pytest.mark.e2e]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_killed_window_loses_nothing(desk: Desk, seed: int) -> None:
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
    assert desk.rows("SELECT count(*) FROM outputs WHERE state = 'interrupted'") == [(2 * recorded,)]
    assert desk.rows("SELECT count(*) FROM in_flight") == [(0,)]
    # The text of the last quarter of a second may be gone; what is there is what was streamed.
    texts = {text for (text,) in desk.rows("SELECT DISTINCT text FROM outputs")}
    assert texts <= {"", "Streamed so far."}
    # Each run types its number first, and is recorded after its draft.
    assert str(recorded) in window.view.editor.content().messages[0].text.split()[: recorded + 1]
    slot = window.shown_slots()[1]
    window.view.lanes.retry_requested.emit(slot)
    desk.settle()
    assert desk.rows("SELECT state, text FROM outputs WHERE attempt = 2") == [("finished", "Hello there.")]
