"""The command in unusual environments: no HOME, pipes and devices as files, and a crash that leaves nothing behind."""

from __future__ import annotations

import os
import pwd
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PROCESS_S
from workbench.cli.main import main


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_pipe_device_or_directory_as_prompt_file_is_refused(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "p.prompt.yml"
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "device":
        file.symlink_to("/dev/zero")
    else:
        file.mkdir()
    assert main(["run", "--prompt", str(file), "--db", str(tmp_path / "w.db")]) == 2
    assert f"The prompt file {file} cannot be read" in capsys.readouterr().err


def test_command_with_an_empty_home_uses_that_of_the_account(tmp_path: Path) -> None:
    """The account's own home is read here, and nothing is made in it: the history is named."""
    env = {**os.environ, "HOME": "", "WORKBENCH_DB": str(tmp_path / "w.db")}
    code = "import os; from workbench.cli.main import main; main(['history', 'list']); print(os.environ['HOME'])"
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=PROCESS_S)
    assert f"There is no history at {tmp_path / 'w.db'}" in done.stderr
    assert done.stdout.splitlines()[-1:] == [pwd.getpwuid(os.getuid()).pw_dir]


CRASH = """
import os, sys
from workbench.cli import history
history.history = lambda *_: os.abort()
from workbench.cli.main import main
main(["history", "list"])
"""


def test_crash_leaves_no_core_dump(tmp_path: Path) -> None:
    def allow() -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    done = subprocess.run(
        [sys.executable, "-c", CRASH],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        preexec_fn=allow,
        capture_output=True,
        timeout=PROCESS_S,
    )
    assert done.returncode == -signal.SIGABRT
    assert list(tmp_path.iterdir()) == []


def test_child_processes_leave_no_core_dump(tmp_path: Path) -> None:
    code = (
        "import resource, subprocess, sys; from workbench.cli.main import main; main(['models', 'no-such-model']);"
        "child = 'import resource; print(resource.getrlimit(resource.RLIMIT_CORE)[0])';"
        "print(subprocess.run([sys.executable, '-c', child], capture_output=True, text=True).stdout)"
    )
    env = {**os.environ, "WORKBENCH_DB": str(tmp_path / "w.db")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=PROCESS_S)
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    assert done.stdout.split() == ["0" if hard == 0 else "1"]
