"""One engine child process, from start to exit, managed by its parent.

Invariant: an `EngineProcess` that ended leaves no process behind: it leads its own process group, and `finish` kills
the rest of that group before it releases the group's id. The thread that starts a child must live until `finish`,
because the kernel kills the child when that thread ends.
"""

from __future__ import annotations

import collections
import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from workbench.engine.protocol import LineSplitter, decode

_READ_SIZE = 1 << 16
_STDERR_LINES = 60
_EXIT_GRACE_S = 2.0


class EngineProcess:
    """A running child. `messages` is read by one thread; `send` and `kill` are thread-safe."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Start the child. Raises OSError when the command cannot be started."""
        self._child = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(env),
            bufsize=0,
            start_new_session=True,
        )
        self._stderr: collections.deque[str] = collections.deque(maxlen=_STDERR_LINES)
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._stdin, self._stdout = _pipe(self._child.stdin), _pipe(self._child.stdout)
        self._errors = _pipe(self._child.stderr)
        self._kill_reason = ""
        self._lock = threading.Lock()
        self._reaped = False
        self._writer = threading.Thread(target=self._write, name="engine-in", daemon=True)
        self._stderr_reader = threading.Thread(target=self._read_stderr, name="engine-stderr", daemon=True)
        self._writer.start()
        self._stderr_reader.start()

    @property
    def pid(self) -> int:
        """The process id of the child."""
        return self._child.pid

    def send(self, line: bytes) -> None:
        """Queue one encoded line; never blocks. Lines to a dead child are dropped; `messages` ends at its death."""
        self._outgoing.put(line)

    def hang_up(self) -> None:
        """Close the child's stdin after everything queued is written."""
        self._outgoing.put(None)

    def messages(self) -> Iterator[dict[str, Any]]:
        """Yield messages until the child closes its stdout. Raises ProtocolError on an invalid line."""
        splitter = LineSplitter()
        while chunk := os.read(self._stdout.fileno(), _READ_SIZE):
            for line in splitter.feed(chunk):
                yield decode(line)

    def kill(self, reason: str) -> None:
        """Kill the child and its process group; the first reason given goes into the report."""
        with self._lock:
            self._kill_reason = self._kill_reason or reason
            if self._reaped:
                return
            self._kill_group()

    def finish(self) -> str:
        """Wait for the exit, kill the rest of the group, and return a report: how it ended and the tail of stderr."""
        self._await_end(_EXIT_GRACE_S)
        with self._lock:
            self._kill_group()
            code = self._child.wait()
            self._reaped = True
        self._outgoing.put(None)
        self._writer.join()
        self._stderr_reader.join(_EXIT_GRACE_S)
        for pipe in (self._stdout, self._errors):
            pipe.close()
        how = self._kill_reason or (f"It was ended by signal {-code}." if code < 0 else f"It exited with code {code}.")
        return "\n".join([how, *self._stderr])

    def _await_end(self, timeout: float) -> None:
        """Wait for the child's exit without reaping it: the zombie keeps its group's id from being reused."""
        deadline = time.monotonic() + timeout
        pause = 0.001
        while not self._has_ended() and time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(pause * 2, 0.05)

    def _has_ended(self) -> bool:
        if not hasattr(os, "waitid"):
            return self._child.poll() is not None
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None

    def _kill_group(self) -> None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        else:
            self._child.kill()

    def _write(self) -> None:
        # A broken pipe means that the child has exited, which the reader reports.
        with contextlib.suppress(OSError), self._stdin:
            while (line := self._outgoing.get()) is not None:
                view = memoryview(line)
                while view:
                    view = view[os.write(self._stdin.fileno(), view) :]

    def _read_stderr(self) -> None:
        with contextlib.suppress(ValueError, OSError):
            for raw in self._errors:
                self._stderr.append(raw[:2000].decode("utf-8", "replace").rstrip())


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise AssertionError("the child was started with pipes")
    return stream
