"""`make demo` as the end-to-end test: the real window, the real engine, the built-in model."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.driving import OUT
from tests.fakes.watched import WatchedConnections
from tests.patience import PROCESS_S
from workbench.host.weights import builtin_weights

pytestmark = [pytest.mark.e2e, pytest.mark.builtin]


def shown(module: str, watched: WatchedConnections, *parts: str) -> None:
    """Run a part of the demonstration on its own screen; it must succeed without Qt warnings, and be silent."""
    command = [sys.executable, "-m", module, *parts]
    env = watched.env()
    if shutil.which("xvfb-run"):
        command = ["xvfb-run", "-a", "-s", "-screen 0 3840x2160x24", *command]
        env["QT_QPA_PLATFORM"] = "xcb"
    done = subprocess.run(command, capture_output=True, text=True, timeout=PROCESS_S, env=env, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    warnings = [line for line in done.stderr.splitlines() if "QObject" in line or "Traceback" in line]
    assert not warnings, done.stderr
    assert watched.leaving() == []


@pytest.mark.deep(only=True)
def test_demo_runs_and_takes_screenshots(tmp_path: Path) -> None:
    assert builtin_weights() is not None, "the built-in model is missing; make test installs it"
    shown("tests.e2e.demo", WatchedConnections(tmp_path / "watch"))
    assert len(list(OUT.glob("*.png"))) >= 15


@pytest.mark.deep(only=True)
def test_gallery_takes_screenshots(tmp_path: Path) -> None:
    shown("tests.e2e.gallery", WatchedConnections(tmp_path / "watch"), "calling")
    assert len(list((OUT / "gallery").glob("*steps*.png"))) == 4
