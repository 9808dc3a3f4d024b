"""Starts the real window, and a bare one to compare with, in a temporary home.

Invariant: none of the user's own files are read or written, and no process outlives its `Home`.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PRODUCT = (sys.executable, "-m", "tests.bench.product_window")
"""Runs the product's window; takes the name of a probe of `window_probes`."""
START_S = 90.0


@dataclass(frozen=True, slots=True)
class Home:
    """A temporary home directory with a database in it."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "history.db"

    def environment(self, **more: str) -> dict[str, str]:
        """Return this process's environment moved into the home, without keys and without a session bus."""
        env = {k: v for k, v in os.environ.items() if not k.endswith(("_KEY", "_TOKEN", "_SECRET"))}
        # Users have byte code from their first start on, so a start that compiles everything is not representative.
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        # A display socket relative to these directories needs its absolute path before they change.
        if wayland := env.get("WAYLAND_DISPLAY"):
            env["WAYLAND_DISPLAY"] = str(Path(env.get("XDG_RUNTIME_DIR", "/"), wayland))
        env.setdefault("XAUTHORITY", str(Path.home() / ".Xauthority"))
        runtime = self.folder / "run"
        runtime.mkdir(mode=0o700, exist_ok=True)
        env |= {
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(runtime),
            "WORKBENCH_DB": str(self.database),
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        }
        env |= {f"XDG_{name}_HOME": str(self.folder / name.lower()) for name in ("DATA", "STATE", "CONFIG", "CACHE")}
        return env | more


@contextlib.contextmanager
def home() -> Iterator[Home]:
    """Yield an empty home."""
    with tempfile.TemporaryDirectory(prefix="bench-home-", ignore_cleanup_errors=True) as folder:
        yield Home(Path(folder))


class Started:
    """A child that prints JSON lines."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._name = " ".join(command[1:])
        since = str(time.monotonic_ns())
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**env, "BENCH_STARTED_NS": since},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.pid = self._process.pid
        self._errors: list[bytes] = []
        self._drain = threading.Thread(target=self._read_errors, daemon=True)
        self._drain.start()

    def line(self, timeout_s: float = START_S) -> dict[str, Any]:
        """Return the next JSON line. Raises RuntimeError with the child's stderr when none comes."""
        timer = threading.Timer(timeout_s, self._process.kill)
        timer.start()
        try:
            assert self._process.stdout is not None
            for line in self._process.stdout:
                if line.startswith(b"{"):
                    return dict(json.loads(line))
        finally:
            timer.cancel()
        what = "ended" if self._process.wait() >= 0 else f"said nothing within {timeout_s:.0f} s"
        raise RuntimeError(f"{self._name} {what}.\n{self._said()}")

    def end(self, timeout_s: float = 20) -> None:
        """Close its standard input and wait. Raises RuntimeError when it does not exit by itself, or with an error."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = None
        if code != 0:
            raise RuntimeError(f"{self._name} ended with {code}.\n{self._said()}")

    def kill(self) -> None:
        """Kill it; does nothing when it has ended."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        with contextlib.suppress(ValueError):  # the reader may find the file closed by `kill`
            self._errors.extend(self._process.stderr)

    def _said(self) -> str:
        self._drain.join(2)
        return b"".join(self._errors[-30:]).decode(errors="replace")


@contextlib.contextmanager
def started(command: Sequence[str], env: Mapping[str, str]) -> Iterator[Started]:
    """Start a child; it is killed when the block ends."""
    child = Started(command, env)
    try:
        yield child
    finally:
        child.kill()


def measured(command: Sequence[str], env: Mapping[str, str]) -> dict[str, Any]:
    """Start a child, return the one line it prints, and wait until it has exited."""
    with started(command, env) as child:
        line = child.line()
        child.end()
        return line
