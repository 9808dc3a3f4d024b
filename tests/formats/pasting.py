"""Running code as a person does who pasted it: in a directory of its own, with the keys in the environment."""

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
# One program after the other, each in a fork of its own: importing these libraries takes longer than most programs.
_INTERPRETER = """
import contextlib, importlib, io, json, os, sys, traceback

def answer(asked):
    os.environ.update(asked["env"])
    os.chdir(asked["directory"])
    printed, failed = io.StringIO(), ""
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(asked["code"], "<pasted>", "exec"), {"__name__": "__main__"})
        except (Exception, SystemExit):
            failed = traceback.format_exc()
    print(json.dumps({"printed": printed.getvalue(), "failed": failed}), flush=True)
    os._exit(0)

print("ready", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    for name in ("anthropic", "litellm", "openai"):
        if f"import {name}" in asked["code"] or f"from {name}" in asked["code"]:
            importlib.import_module(name)
    if (child := os.fork()) == 0:
        answer(asked)
    if code := os.waitpid(child, 0)[1]:
        print(json.dumps({"printed": "", "failed": f"It ended with {code}."}), flush=True)
"""


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, **KEYS, "LITELLM_LOCAL_MODEL_COST_MAP": "True", **more}


def run(command: list[str], code: str, directory: Path, **env: str) -> str:
    """Return what a program of its own prints; `env` goes to its environment."""
    done = subprocess.run(
        command, input=code.encode(), capture_output=True, cwd=directory, env=environment(**env), timeout=PROCESS_S
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


class Interpreter:
    """A Python that runs one program after the other, with the libraries of the earlier ones imported already."""

    def __enter__(self) -> Interpreter:
        self._child = subprocess.Popen(
            [sys.executable, "-c", _INTERPRETER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="ascii",
            env=environment(),
        )
        # It must be there before the first test looks for what it left behind.
        assert self._child.stdout is not None
        assert self._child.stdout.readline() == "ready\n"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        # It has said all that was asked; the libraries in it would take seconds to end by themselves.
        self._child.kill()
        self._child.communicate()

    def run(self, code: str, directory: Path, **env: str) -> str:
        """Return what the program prints."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        asked = {"code": code, "directory": str(directory), "env": env}
        self._child.stdin.write(json.dumps(asked) + "\n")
        self._child.stdin.flush()
        said = json.loads(self._child.stdout.readline())
        assert not said["failed"], said["failed"]
        return str(said["printed"])
