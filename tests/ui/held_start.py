"""Starts of the real window that stop at a stage, each in its own process.

Once the stage is reached, a start types each line that it reads from standard input, prints "typed" after each, and
runs until it is killed. `python -m tests.ui.held_start FD` forks a start for each request on the socket, so that the
imports are done only once.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from workbench.ui import main
from workbench.ui.shell import start, window_builder
from workbench.ui.shell.frame import WindowFrame
from workbench.usecases.workbench import Workbench

STEPS = 6
STAGES = ("shown", "opening", "opened", *(f"step {n}" for n in range(STEPS)), "whole")
_LOOK_MS = 5


class Held:
    """Stops the start at a stage, and types."""

    def __init__(self, stage: str) -> None:
        self.stage, self.is_reached = stage, stage == "shown"
        self._lines: list[str] = []
        if stage == "shown":
            start.WindowStart._begin = lambda _: None  # type: ignore[method-assign]
        elif stage == "opening":
            Workbench.open = self._never  # type: ignore[method-assign, assignment]
        elif stage == "opened":
            start.WindowStart._build = lambda _: self._reach()  # type: ignore[method-assign]
        elif stage.startswith("step "):
            self._hold_at_step(int(stage.removeprefix("step ")))
        threading.Thread(target=self._read, daemon=True).start()
        self._timer = QTimer(interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _reach(self) -> None:
        self.is_reached = True

    def _never(self, *_: object) -> Workbench:
        self._reach()
        threading.Event().wait()
        raise AssertionError

    def _hold_at_step(self, wanted: int) -> None:
        build, step, taken = window_builder.build, start.WindowStart._step, [0]

        def counted(window: object) -> Iterator[Future[None] | None]:
            for awaited in build(window):  # type: ignore[arg-type]
                taken[0] += 1
                yield awaited

        def held(startup: start.WindowStart) -> None:
            if taken[0] > wanted:
                self._reach()
            else:
                step(startup)

        window_builder.build = counted  # type: ignore[assignment]
        start.WindowStart._step = held  # type: ignore[method-assign]

    def _read(self) -> None:
        for line in sys.stdin:
            self._lines.append(line.rstrip("\n"))

    def _look(self) -> None:
        frames = [w for w in QApplication.topLevelWidgets() if isinstance(w, WindowFrame) and w.isVisible()]
        target = QApplication.focusWidget()
        if not frames or target is None or not frames[0].isActiveWindow():
            return
        if (self.is_reached or frames[0].is_complete) and self._lines:
            QTest.keyClicks(target, self._lines.pop(0))
            print("typed", flush=True)


def hold(db: str, stage: str) -> int:
    """Start the window over a database and stop it at a stage."""
    assert stage in STAGES
    # QTimer needs the application, which the program makes.
    made = main.Program.run

    def run(program: main.Program) -> int:
        program.held = Held(stage)  # type: ignore[attr-defined]
        return made(program)

    main.Program.run = run  # type: ignore[method-assign]
    return main.main(["--db", db])


def serve(requests: socket.socket) -> None:
    """Fork a start for each request: its database, stage and environment, with its standard input and output.

    Sends "ready", then answers each request with the process id. Ends when the connection closes.
    """
    # Let the kernel reap the children: a test waits for the end of one by its pidfd.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    requests.send(b"ready")
    while True:
        text, files, _, _ = socket.recv_fds(requests, 1 << 16, 2)
        if not text:
            return
        if (child := os.fork()) == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            requests.close()
            for number, file in enumerate(files):
                os.dup2(file, number)
                os.close(file)
            sys.stdin, sys.stdout = open(0), open(1, "w")  # noqa: SIM115 - until it is killed
            db, stage, environment = json.loads(text)
            os.environ.clear()
            os.environ.update(environment)
            os._exit(hold(db, stage))
        for file in files:
            os.close(file)
        requests.send(str(child).encode())


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1]), family=socket.AF_UNIX, type=socket.SOCK_SEQPACKET))
