"""Presses keys and types texts in the program, as a person does, and counts what that took.

Invariant: nothing is pressed before the program has nothing left to do. A person looks before they press; a script
that does not would type into a window that is still opening. `settle` waits until all threads of the program and of
its children sleep, so it holds on slow machines too.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.patience import PATIENCE_S

_LOOK_S, _CALM_LOOKS = 0.05, 4
"""A program is calm when it slept at so many looks in a row."""
_TICKS = 2
"""Clock ticks that a calm program may use between two looks: the caret blinks."""


class TaskFailedError(Exception):
    """A task could not be done."""


class Hands:
    """The keyboard of one program on one display."""

    def __init__(self, display: str, pid: int) -> None:
        self._env = {**os.environ, "DISPLAY": display}
        self._pid = pid
        self._counts = True
        self.keys = self.texts = self.waits = 0

    @property
    def actions(self) -> int:
        """Keys and typed texts since the last `start`. There are no clicks: every task can be done by keys."""
        return self.keys + self.texts

    def start(self) -> None:
        """Begin to count a task."""
        self.keys = self.texts = self.waits = 0

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """Do what a task begins with."""
        self._counts = False
        try:
            yield
        finally:
            self._counts = True

    def press(self, *keys: str) -> None:
        """Press keys, one action each, named as xdotool does: "ctrl+Return"."""
        for key in keys:
            self.settle()
            self._xdotool("key", "--clearmodifiers", key)
            self.keys += self._counts
        self.settle()

    def type(self, text: str) -> None:
        """Type a text, one action, into what has the focus."""
        self.settle()
        for number, line in enumerate(text.split("\n")):
            if number:
                self._xdotool("key", "--clearmodifiers", "Return")
            if line:
                self._xdotool("type", "--clearmodifiers", "--delay", "4", "--", line)
        self.texts += self._counts
        self.settle()

    def wait(self, what: str, condition: Callable[[], object]) -> None:
        """Wait for something that a person waits for, too: an answer, a list."""
        self.waits += self._counts
        self.until(what, condition)

    def until(self, what: str, condition: Callable[[], object]) -> None:
        """Wait until a condition holds; raises TaskFailedError otherwise."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                raise TaskFailedError(f"{what}: not within {PATIENCE_S:.0f} s; “{self.window()}” has the focus")
            time.sleep(_LOOK_S)

    def window(self) -> str:
        """Return the title of the window that has the focus."""
        return self._xdotool("getactivewindow", "getwindowname", fails="").strip()

    def settle(self) -> None:
        """Wait until the program has nothing to do."""
        calm, used = 0, _Program(self._pid)
        deadline = time.monotonic() + PATIENCE_S
        while calm < _CALM_LOOKS:
            time.sleep(_LOOK_S)
            calm = calm + 1 if used.was_calm() else 0
            if time.monotonic() > deadline:
                raise TaskFailedError("the program does not come to rest")

    def _xdotool(self, *arguments: str, fails: str | None = None) -> str:
        done = subprocess.run(
            ["xdotool", *arguments], env=self._env, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        if done.returncode:
            if fails is None:
                raise TaskFailedError(f"xdotool {arguments[0]}: {done.stderr.strip()}")
            return fails
        return done.stdout


class _Program:
    """A process with its children, as the kernel describes them."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._used = self._look()[1]

    def was_calm(self) -> bool:
        """Return whether all threads sleep, and used hardly any processor since the last call."""
        sleeps, used = self._look()
        spent, self._used = used - self._used, used
        return sleeps and spent <= _TICKS

    def _look(self) -> tuple[bool, int]:
        """Return whether all threads sleep, and the clock ticks that they have used."""
        threads = [found for pid in family(self._pid) for found in _threads(pid)]
        if not threads:
            raise TaskFailedError("the program has ended")
        return all(state in "SIZ" for state, _ in threads), sum(used for _, used in threads)


def family(pid: int) -> Iterator[int]:
    """Yield a process and all that it started, directly or not."""
    yield pid
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in read_once(file).split():
            yield from family(int(child))


def _threads(pid: int) -> Iterator[tuple[str, int]]:
    """Yield state and used clock ticks of the threads of a process."""
    for file in Path(f"/proc/{pid}/task").glob("*/stat"):
        if fields := read_once(file).rpartition(")")[2].split():
            yield fields[0], int(fields[11]) + int(fields[12])


def read_once(file: Path) -> str:
    """Return the text of a file of the kernel, "" once its process or thread has ended."""
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
