"""Runs terminal commands on crafted histories and reports the results; a program of its own.

    python -m tests.fakes.crafted_child FOLDER SOUND small|large [--without COMMAND …] KIND …

Prints a JSON line for each command: kind, command, exit code, seconds, CPU seconds (`worked`), megabytes (peak memory
above what the process had before), and its output.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import shutil
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.fakes import crafted
from workbench.cli import main as terminal

_MOST_ADDRESSES = 6 << 30
"""Address space limit in bytes, so that a blow-up ends the process and not the machine."""


def commands(db: Path, own: Path, folder: Path) -> dict[str, list[str]]:
    """Return the arguments of each command, ordered so that each one finds what it needs."""
    mine = ["--db", str(own)]
    return {
        "list": ["history", "list", "--db", str(db)],
        "search": ["history", "search", "order", "--db", str(db)],
        "show": ["history", "show", crafted.RUN, "--db", str(db)],
        "check": ["history", "check", "--db", str(db)],
        "backup": ["history", "backup", "--db", str(db)],
        "salvage": ["history", "salvage", str(folder / "salvaged.db"), "--db", str(db)],
        "run": ["run", "--db", str(db), "--model", "echo"],
        "import-preview": ["history", "import", str(db), "--preview", *mine],
        "import": ["history", "import", str(db), *mine],
        "own-list": ["history", "list", *mine],
        "own-search": ["history", "search", "order", *mine],
        "own-show": ["history", "show", crafted.RUN, *mine],
        "restore": ["history", "restore", str(db), *mine],
        "restored-list": ["history", "list", *mine],
    }


def report(kind: str, command: str, work: Callable[[], int]) -> dict[str, object]:
    """Run a command and return its report."""
    out, err = io.StringIO(), io.StringIO()
    before = _reset_peak()
    start, began = time.monotonic(), time.process_time()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = work()
    seconds, worked = time.monotonic() - start, time.process_time() - began
    return {
        "kind": kind,
        "command": command,
        "code": code,
        "seconds": round(seconds, 2),
        "worked": round(worked, 2),
        "megabytes": max(0, _peak() - before) // 1000,
        "out": out.getvalue()[:4000],
        "err": err.getvalue()[:4000],
    }


def _reset_peak() -> int:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak() -> int:
    """Return the peak resident memory in kB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def _one(kind: str, folder: Path, sound: Path, *, small: bool, without: set[str]) -> None:
    folder.mkdir()
    db, own = folder / "theirs" / "h.db", folder / "own" / "own.db"
    for path in (db, own):
        path.parent.mkdir()
    crafted.make(kind, db, sound, small=small)
    shutil.copyfile(sound.with_name("own.db"), own)
    for command, arguments in commands(db, own, folder).items():
        if command not in without:
            told = report(kind, command, lambda given=arguments: terminal.main(given, os.environ))
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
    shutil.rmtree(folder)


def work(arguments: list[str]) -> None:
    """Run all commands for each kind."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_ADDRESSES, _MOST_ADDRESSES))
    # Normally a command has its own process; here a third of the time would go into building the parser.
    terminal.make_parser = cache(terminal.make_parser)
    folder, sound, size, *rest = arguments
    without = {one.removeprefix("--without=") for one in rest if one.startswith("--without=")}
    for kind in (one for one in rest if not one.startswith("--")):
        _one(kind, Path(folder, kind), Path(sound), small=size == "small", without=without)


if __name__ == "__main__":
    work(sys.argv[1:])
