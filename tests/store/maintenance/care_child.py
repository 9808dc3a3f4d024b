"""Maintains a history in processes that are killed: `python -m tests.store.maintenance.care_child DIR WHAT SEED`.

A process is killed at a step: before it opens, renames, links or removes a file, or while SQLite copies. All processes
start with the same history, and the files that each one leaves are checked here. Prints how many were killed.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.store.making import FULL_RESULT, LATER, NOW, opened, run, text, uids
from workbench.host.dirs import named_database
from workbench.store.maintenance import backups
from workbench.store.maintenance.upkeep import Upkeep
from workbench.store.sqlite import sqlite3
from workbench.usecases.history_replacement import backups_of, move_to, repair, restore, use_repaired
from workbench.usecases.maintenance import Maintenance

RUNS = 60
STEPS = {"open", "os.rename", "os.remove", "os.link", "sqlite3.connect", "os.chmod"}


class Steps:
    """Counts the file operations of this process below a folder, and kills it at one of them."""

    def __init__(self) -> None:
        self.count, self.last = 0, -1
        self._folder = ""
        sys.addaudithook(self._heard)
        if sqlite3.__name__ != "sqlite3":
            self._tell_of_connecting()

    def _tell_of_connecting(self) -> None:
        """Raise the audit event that Python's own sqlite3 module raises."""
        connect = sqlite3.connect

        def told(database: object, *args: Any, **named: Any) -> Any:
            sys.audit("sqlite3.connect", database)
            return connect(database, *args, **named)

        sqlite3.connect = told

    def begin(self, folder: Path, last: int) -> None:
        """Start counting, and die at step `last`; -1 never dies."""
        self.count, self.last, self._folder = 0, last, os.fspath(folder)

    def step(self, _: float | None = None) -> bool:
        """Count a step; as a progress callback it returns True to continue."""
        # Threads may step concurrently; a step counted twice skips a number.
        if 0 <= self.last <= self.count:
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1
        return True

    def _heard(self, event: str, args: tuple[object, ...]) -> None:
        if self._folder and event in STEPS and any(self._folder in str(arg) for arg in args):
            self.step()


def works(steps: Steps) -> dict[str, Callable[[Path], object]]:
    """Return the operations on a closed history."""
    uid = uids("care")

    def make_smaller(path: Path) -> None:
        store = opened(path)
        shrink = Upkeep.shrink
        Upkeep.shrink = lambda mine, _: shrink(mine, steps.step)  # type: ignore[method-assign,assignment]
        Maintenance(store, lambda: LATER).make_smaller(threading.Event(), lambda _: steps.step())
        store.close()

    def back_up(path: Path) -> None:
        store = opened(path)
        Maintenance(store, lambda: LATER).back_up(steps.step)
        store.close()

    return {
        "backup": back_up,
        "restore": lambda path: restore(path, backups_of(path)[0].path, LATER, steps.step),
        "move": lambda path: move_to(path, path.parent / "away", LATER, uid, keep=False, watch=steps.step),
        "repair": lambda path: use_repaired(path, repair(path, LATER, uid, steps.step), LATER, steps.step),
        "smaller": make_smaller,
    }


def make(folder: Path) -> Path:
    """Make the initial history."""
    path = folder / "history.db"
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW)
    for number in range(RUNS):
        store.begin_run(run(f"r{number}", text(f"Ask {number}: " + "words " * 400)))
        store.finish_output(f"r{number}.0.0", FULL_RESULT, NOW)
    store.close()
    backups.make(path, backups.folder_of(path), NOW, by_hand=True)
    return path


def in_another(folder: Path, first: Path, work: Callable[[Path], object], steps: Steps, last: int) -> int:
    """Run the operation in a process that is killed at step `last`; return its exit code, negative if killed."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(first.parent, folder)
    (folder / "away").mkdir()
    child = os.fork()
    if child == 0:
        steps.begin(folder, last)
        work(folder / first.name)
        (folder.parent / "count").write_text(str(steps.count))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def look(path: Path) -> None:
    """Check that the history and every backup are intact."""
    place = named_database(path)
    assert place.is_file(), sorted(path.parent.rglob("*"))
    store = opened(place)
    assert len(store.iterations("p", limit=1000)) == RUNS
    store.close()
    connection = sqlite3.connect(place)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    found = backups.listed(path, backups.folder_of(path))
    assert found
    for backup in found:
        backups.verify(backup.path)
        assert backup.path.stat().st_nlink == 1, "a backup must not share its file with the history"


def main(directory: Path, what: str, seed: str, most: str) -> None:
    steps = Steps()
    work = works(steps)[what]
    (directory / "first").mkdir()
    first = make(directory / "first")
    folder = directory / "tried"
    assert in_another(folder, first, work, steps, -1) == 0
    look(folder / first.name)
    total = int((directory / "count").read_text())
    chosen = random.Random(seed).sample(range(total), min(total, int(most)))
    killed = 0
    for last in chosen:
        ended = in_another(folder, first, work, steps, last)
        if ended == 0:
            # The number of SQLite's progress callbacks differs slightly between processes.
            assert int((directory / "count").read_text()) <= last
        else:
            assert ended == -signal.SIGKILL
            killed += 1
        look(folder / first.name)
    print(killed, "killed at up to", total, "steps")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
