"""Starting the whole program: a second start raises the first window; an unusable file is reported and not changed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from workbench.app.raise_server import ask_to_raise

pytestmark = pytest.mark.e2e


def test_second_start_raises_the_first_window_and_exits(tmp_path: Path) -> None:
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


@pytest.mark.parametrize("kind", ["another program", "pipe", pytest.param("bytes", marks=pytest.mark.deep(only=True))])
def test_file_that_is_no_history_is_reported_and_unchanged(tmp_path: Path, kind: str) -> None:
    db = tmp_path / "other.db"
    if kind == "another program":
        with sqlite3.connect(db) as connection:
            connection.execute("CREATE TABLE mine (x)")
        connection.close()
    elif kind == "pipe":
        os.mkfifo(db)
    else:
        db = Path(os.fsdecode(bytes(tmp_path) + b"/\xff.db"))
    before = sorted(tmp_path.iterdir())
    command = [sys.executable, "-m", "workbench.ui.main", "--db", str(db)]
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    child = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    try:
        said = child.stderr.readline()  # the dialog shows the same sentence and waits
    finally:
        child.terminate()
        child.wait(PATIENCE_S)
        rest = child.stderr.read()
        child.stderr.close()
    assert said.rstrip().endswith(".")
    assert "database" in said
    assert rest in ("", "This plugin does not support propagateSizeHints()\n")  # when the dialog was quicker
    assert sorted(tmp_path.iterdir()) == before
