"""Command and environment of the engine process.

Invariant: a child runs the interpreter and the package of its parent, never modules of the working directory, and its
environment carries no key.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import workbench

_ROOT = str(Path(workbench.__file__).resolve().parent.parent)


def engine_command() -> list[str]:
    """Return the command that starts the engine."""
    return [sys.executable, "-m", "workbench.engine"]


def child_env(env: Mapping[str, str]) -> dict[str, str]:
    """Return `env` with PYTHONPATH and PYTHONSAFEPATH set so that a child imports this installation of the package."""
    path = [_ROOT, *(p for p in env.get("PYTHONPATH", "").split(os.pathsep) if p and p != _ROOT)]
    return {**env, "PYTHONPATH": os.pathsep.join(path), "PYTHONSAFEPATH": "1"}
