"""The real program on its own display, with its own data and a fake provider; nothing of the user's is touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.first_hour.hands import Hands, TaskFailedError, family, read_once
from tests.fakes.provider import FakeProvider, Reply, Request, models, stream, usage, whole
from tests.patience import PROCESS_S
from workbench.store.sqlite import sqlite3

NEEDED = ("Xvfb", "xdotool", "openbox")
"""Commands of the system: a display, keys, and the window manager that gives dialogs the focus."""
SIZE = "1440x900"
PROPOSAL = '<message role="user">\nSay hello, briefly.\n</message>'
_GRAB = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication(sys.argv)
sys.exit(not app.primaryScreen().grabWindow(0).save(sys.argv[1]))
"""
_COPY = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication(sys.argv)
clipboard = app.clipboard()
clipboard.setText(sys.stdin.read())
clipboard.dataChanged.connect(lambda: None if clipboard.ownsClipboard() else app.quit())
print("copied", flush=True)
sys.exit(app.exec())
"""
"""Another program, from which a text is copied: it serves the clipboard until somebody else copies something."""


def missing() -> list[str]:
    """Return the needed commands that this system lacks."""
    return [name for name in NEEDED if shutil.which(name) is None]


class Desk:
    """A database, a provider, and the program once it is opened."""

    def __init__(self, home: Path, fake: FakeProvider, display: str) -> None:
        self.home, self.fake, self._display = home, fake, display
        self.db = home / "w.db"
        self._env = {**os.environ, "QT_QPA_PLATFORM": "xcb", "DISPLAY": display, "HOME": str(home)}
        self._env.pop("WAYLAND_DISPLAY", None)
        for name in ("DATA", "STATE", "CONFIG", "CACHE"):
            self._env[f"XDG_{name}_HOME"] = str(home / name.lower())
        self.hands: Hands
        fake.answer = answer

    def terminal(self, *arguments: str, given: str = "") -> Any:
        """Prepare something by the `workbench` command; return its JSON document, if it prints one."""
        done = subprocess.run(
            [sys.executable, "-m", "workbench.cli.main", *arguments, "--db", str(self.db)],
            env=self._env,
            input=given,
            capture_output=True,
            text=True,
            timeout=PROCESS_S,
            check=False,
        )
        if done.returncode:
            raise TaskFailedError(f"workbench {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout) if "--json" in arguments else done.stdout

    @contextmanager
    def copied(self, text: str) -> Iterator[None]:
        """Have `text` in the clipboard, copied in another program."""
        command = [sys.executable, "-c", _COPY]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=self._env, stdin=pipe, stdout=pipe, text=True) as other:
            try:
                assert other.stdin is not None
                assert other.stdout is not None
                other.stdin.write(text)
                other.stdin.close()
                if other.stdout.readline() != "copied\n":
                    raise TaskFailedError("the clipboard: nothing could be copied")
                yield
            finally:
                other.terminate()

    @contextmanager
    def opened(self) -> Iterator[Hands]:
        """Open the program; it is calm, and its window has the focus."""
        with (self.home / "log").open("w", encoding="utf-8") as log:
            command = [sys.executable, "-m", "workbench", "--db", str(self.db)]
            program = subprocess.Popen(command, env=self._env, stdout=log, stderr=subprocess.STDOUT)
            try:
                self.hands = hands = Hands(self._display, program.pid)
                hands.until("the window", lambda: hands.window() == "Prompt Workbench")
                hands.until("the engine, which starts last", lambda: _has_engine(program.pid))
                hands.settle()
                yield hands
            finally:
                program.terminate()
                program.wait(PROCESS_S)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Query the history through a connection of its own."""
        connection = sqlite3.connect(f"file:{self.db}?mode=ro", uri=True, timeout=10)
        try:
            return list(connection.execute(query, values))
        finally:
            connection.close()

    def wait_for_rows(self, what: str, query: str, count: int = 1, *values: object) -> None:
        """Wait, as the person does, until a query has so many rows."""
        self.hands.wait(what, lambda: len(self.rows(query, *values)) >= count)

    def picture(self, file: Path) -> None:
        """Save a picture of the whole display."""
        file.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-c", _GRAB, str(file)], env=self._env, timeout=PROCESS_S, check=False)


@contextmanager
def display() -> Iterator[str]:
    """Start a display with a window manager; yield its name."""
    with ExitStack() as stack:
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{SIZE}x24", "-nolisten", "tcp"]
        server = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
        stack.callback(_end, server)
        os.close(writing)
        with os.fdopen(reading) as names:
            name = f":{names.readline().strip()}"
        env = {**os.environ, "DISPLAY": name}
        manager = subprocess.Popen(
            ["openbox", "--sm-disable"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        stack.callback(_end, manager)
        yield name


def answer(request: Request) -> Reply:
    """Answer like a provider with three models, each time with another text."""
    if request.path.endswith("/models"):
        return models("fake-1", "fake-2", "fake-3")
    asked = request.body if isinstance(request.body, dict) else {}
    if "<message" in request.raw.decode("utf-8"):
        return stream(PROPOSAL, counted=usage())
    text = f"Hello from {asked.get('model')} at {request.at}."
    return stream(*text.partition(" from"), counted=usage()) if asked.get("stream") else whole(text)


def _has_engine(pid: int) -> bool:
    """Return whether a process has started its engine."""
    return any("workbench.engine\0" in read_once(Path(f"/proc/{one}/cmdline")) for one in family(pid))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(PROCESS_S)
