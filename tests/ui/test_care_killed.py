"""The whole program is killed during maintenance of its history; nothing is lost at the next start."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests import depth
from tests.bench.histories import add_iterations, echo_history
from tests.patience import PROCESS_S
from tests.store.making import FULL_RESULT, NOW, opened, run, text
from workbench.cli.main import main
from workbench.host.dirs import named_database
from workbench.store.maintenance import backups

pytestmark = pytest.mark.window
ROOT = Path(__file__).parents[2]
STEPS = {"backup": 12, "restore": 32, "move": 32, "smaller": 4}
"""Lower bounds of the number of steps of each operation."""


@pytest.mark.parametrize("seed", depth.seeds(1, 40))
@pytest.mark.parametrize(
    "what",
    ["restore", "smaller", *(pytest.param(what, marks=pytest.mark.deep(only=True)) for what in ("backup", "move"))],
)
def test_nothing_is_lost_when_maintenance_is_killed(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str, seed: int
) -> None:
    db = tmp_path / "workbench.db"
    echo_history(db)
    add_iterations(db, 10)
    store = opened(db)
    (prompt,) = store.prompts()
    store.begin_run(run("raw", text("Hi"), prompt=prompt.uid))
    store.finish_output("raw.0.0", FULL_RESULT, NOW).result(60)
    store.close()
    backups.make(db, backups.folder_of(db), NOW, by_hand=True)
    whole = outputs(db)
    step = random.Random(f"{what} {seed}").randrange(STEPS[what])
    command = [sys.executable, "-m", "tests.ui.driven_care", str(db), what, str(step)]
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=PROCESS_S, check=False)
    assert done.stdout == "began\n", done.stderr
    assert done.returncode == -signal.SIGKILL, done.stderr

    place = named_database(db)
    assert place.is_file()
    store = opened(place)
    assert len(store.iterations(prompt.uid)) == 11
    assert store.draft(prompt.uid) is not None
    store.close()
    assert outputs(place) == whole
    for backup in backups.listed(db, backups.folder_of(db)):
        backups.verify(backup.path)
    code, said = main(["history", "check"], env | {"WORKBENCH_DB": str(db)}), capsys.readouterr()
    assert (code, said.out) == (0, "The history is sound.\n"), said.err


def outputs(db: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    try:
        return connection.execute("SELECT uid, text FROM outputs ORDER BY uid").fetchall()
    finally:
        connection.close()
