"""Two starts on one database: the second brings the first window to the front and ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbench.app.single import ask_to_raise

pytestmark = pytest.mark.e2e
PATIENCE_S = 60


def test_the_second_start_ends_and_the_first_stays(tmp_path: Path) -> None:
    db = tmp_path / "w.db"
    command = [sys.executable, "-m", "workbench.ui.main", "--db", str(db)]
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    first = subprocess.Popen(command, env=env, stderr=subprocess.PIPE)
    assert first.stderr is not None
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not ask_to_raise(db):
            assert first.poll() is None, first.stderr.read()
            assert time.monotonic() < deadline
        second = subprocess.run(command, env=env, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        assert second.returncode == 0
        assert "brought to the front" in second.stderr
        assert first.poll() is None
    finally:
        first.terminate()
        first.wait(PATIENCE_S)
        first.stderr.close()
    assert first.returncode == 0
