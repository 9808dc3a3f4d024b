"""After a kill at any moment of maintenance the history and every backup are intact."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import depth
from tests.patience import PROCESS_S

ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
@pytest.mark.deep
@pytest.mark.parametrize("what", ["backup", "restore", "move", "repair", "smaller"])
def test_kill_at_any_maintenance_step_leaves_the_history_intact(
    tmp_path: Path, what: str, figure: Callable[[str], None]
) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.store.maintenance.care_child",
        str(tmp_path),
        what,
        "1",
        str(depth.pick(10, 1000)),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PROCESS_S, check=False)
    assert done.returncode == 0, done.stderr
    killed = int(done.stdout.split()[0])
    assert killed >= 8, done.stdout
    figure(f"{what}: {done.stdout.strip()} steps, whole each time")
