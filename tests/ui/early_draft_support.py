"""Starts that are held or killed while text is typed."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE_S
from workbench.store.draft_preview import read_newest_preview
from workbench.usecases.workbench import Workbench

FIRST = "You are brief."
DEEP = pytest.mark.deep(only=True)


class Child:
    """A start in its own process, stopped at a stage."""

    def __init__(self, forks: socket.socket, db: Path, stage: str) -> None:
        (its_input, write), (read, its_output) = os.pipe(), os.pipe()
        request = json.dumps([str(db), stage, {**os.environ, "QT_QPA_PLATFORM": "offscreen"}]).encode()
        socket.send_fds(forks, [request], [its_input, its_output])
        self._pid = int(forks.recv(100))
        self._ended = os.pidfd_open(self._pid)
        os.close(its_input)
        os.close(its_output)
        self._input, self._output = os.fdopen(write, "w"), os.fdopen(read)

    def type(self, text: str) -> None:
        """Type, and return once the window has the text."""
        self._input.write(f"{text}\n")
        self._input.flush()
        assert self._output.readline() == "typed\n"

    def kill(self) -> None:
        """Kill it and wait until it has ended."""
        signal.pidfd_send_signal(self._ended, signal.SIGKILL)
        # Its output may be closed before its locks are released; both are once the process is over.
        assert select.select([self._ended], [], [], PATIENCE_S)[0]
        os.close(self._ended)
        self._input.close()
        self._output.close()


Held = Callable[[Path, str], AbstractContextManager[Child]]


@pytest.fixture(scope="module")
def forks(_session_home: Path) -> Iterator[socket.socket]:
    """A process that forks starts, because the imports take longer than the start itself."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with its:
            command = [sys.executable, "-m", "tests.ui.held_start", str(its.fileno())]
            process = subprocess.Popen(command, pass_fds=[its.fileno()])
        # The leak check could not identify a process that is still being started, because its environment is empty.
        assert ours.recv(100) == b"ready"
        yield ours
    process.wait()


@pytest.fixture
def held(forks: socket.socket) -> Held:
    """Return a context manager that starts a window over a database, stopped at a stage, and kills it."""

    @contextmanager
    def hold(db: Path, stage: str) -> Iterator[Child]:
        child = Child(forks, db, stage)
        try:
            yield child
        finally:
            child.kill()

    return hold


def newest(db: Path) -> str:
    found = read_newest_preview(db)
    assert found is not None
    return found.content.messages[0].text


@pytest.fixture
def opening(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Block the opening of the history until this is set."""
    may_open, real = threading.Event(), Workbench.open

    def wait(*args: Any) -> Workbench:
        may_open.wait()
        return real(*args)

    monkeypatch.setattr(Workbench, "open", wait)
    yield may_open
    may_open.set()
