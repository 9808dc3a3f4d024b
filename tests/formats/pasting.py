"""Runs generated code like pasted code: in its own directory, with the keys in the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from tests.patience import PROCESS_S

PYTHON = [sys.executable, "-"]
KEYS = {"MINE_API_KEY": "sk-fake", "MINE_X_TEAM": "blue"}
# Programs run one after the other in fresh namespaces, because importing the libraries takes longer than most of them.
_INTERPRETER = """
import contextlib, io, json, os, sys, traceback

answers = sys.stdout
print("ready", flush=True)
for line in sys.stdin:
    os.environ.update(json.loads(line)["env"])
    os.chdir(json.loads(line)["directory"])
    printed, failed = io.StringIO(), ""
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(json.loads(line)["code"], "<pasted>", "exec"), {"__name__": "__main__"})
        except (Exception, SystemExit):
            failed = traceback.format_exc()
    print(json.dumps({"printed": printed.getvalue(), "failed": failed}), file=answers, flush=True)
"""


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, **KEYS, "LITELLM_LOCAL_MODEL_COST_MAP": "True", **more}


def run(command: list[str], code: str, directory: Path, **env: str) -> str:
    """Return the output of a program in its own process; `env` is added to its environment."""
    done = subprocess.run(
        command, input=code.encode(), capture_output=True, cwd=directory, env=environment(**env), timeout=PROCESS_S
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


class Interpreter:
    """A Python process that runs one program after the other."""

    def __enter__(self) -> Interpreter:
        self._child = subprocess.Popen(
            [sys.executable, "-c", _INTERPRETER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="ascii",
            env=environment(),
        )
        # It must exist before the leak check of the first test takes its snapshot.
        assert self._child.stdout is not None
        assert self._child.stdout.readline() == "ready\n"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        # All output has been read; a regular exit would take seconds because of the imported libraries.
        self._child.kill()
        self._child.communicate()

    def run(self, code: str, directory: Path, **env: str) -> str:
        """Return the output of the program."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        asked = {"code": code, "directory": str(directory), "env": env}
        self._child.stdin.write(json.dumps(asked) + "\n")
        self._child.stdin.flush()
        said = json.loads(self._child.stdout.readline())
        assert not said["failed"], said["failed"]
        return str(said["printed"])
