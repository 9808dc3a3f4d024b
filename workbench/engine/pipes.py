"""The child's side of the wire: its stdin and stdout.

Invariant: only messages reach the pipe. The real stdout is moved to a private descriptor before anything else can
print, and printed output goes to stderr. When stdin closes, the process exits immediately.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from workbench.engine.protocol import LineSplitter, ProtocolError, decode, encode

_READ_SIZE = 1 << 16


class ChildPipe:
    """Reads messages on one thread and writes them on another; `send` never blocks and is thread-safe."""

    def __init__(self) -> None:
        """Move stdin and stdout to private descriptors; descriptors 0 and 1 become the null device and stderr."""
        self._out = os.dup(1)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        self._in = os.dup(0)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        self._lines: queue.SimpleQueue[bytes | threading.Event] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._seq = 0
        threading.Thread(target=self._write, name="wire-out", daemon=True).start()

    def send(self, kind: str, /, **fields: Any) -> None:
        """Queue one message. Raises ProtocolError when it is too long for a line."""
        with self._lock:
            self._seq += 1
            self._lines.put(encode(kind, self._seq, fields))

    def send_raw(self, line: bytes) -> None:
        """Queue bytes that are not a message, to simulate a broken child."""
        self._lines.put(line)

    def flush(self, timeout: float) -> None:
        """Wait until everything queued so far is written, at most `timeout` seconds."""
        done = threading.Event()
        self._lines.put(done)
        done.wait(timeout)

    def listen(self, on_message: Callable[[Mapping[str, Any]], None]) -> None:
        """Start the reading thread; `on_message` is called on it, in order."""
        threading.Thread(target=self._read, args=(on_message,), name="wire-in", daemon=True).start()

    def _read(self, on_message: Callable[[Mapping[str, Any]], None]) -> None:
        splitter = LineSplitter()
        try:
            while chunk := os.read(self._in, _READ_SIZE):
                for line in splitter.feed(chunk):
                    on_message(decode(line))
        except (ProtocolError, OSError) as error:
            print(f"The wire broke: {error}", file=sys.stderr, flush=True)  # noqa: T201 - stderr is the child's log
            os._exit(2)
        # The parent has exited or closed the pipe; nothing may delay this exit, not even an import in another thread.
        os._exit(0)

    def _write(self) -> None:
        while True:
            item = self._lines.get()
            if isinstance(item, threading.Event):
                item.set()
                continue
            view = memoryview(item)
            try:
                while view:
                    view = view[os.write(self._out, view) :]
            except OSError:
                # The parent has closed its end.
                os._exit(0)
