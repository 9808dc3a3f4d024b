"""The error log: unexpected exceptions of this program's processes.

Invariant: the log holds reports of `core.faults` and fixed sentences, never text by a user or a model. It is limited in
size and can be written by several processes at once. Logging an exception never raises one.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from workbench.core.faults import install_hooks, report_of
from workbench.host.clock import utc_now
from workbench.host.files import open_to_append

NAME = "errors.log"
MOST_BYTES = 256 * 1024
"""Size limit of one file; there are at most two."""
_MOST_REPORT = 16 * 1024
_AGAIN_S = 60.0
"""Seconds in which a repeated report, such as one from a paint event, is logged only once."""
_REMEMBERED = 100
_NOTED = "_workbench_noted"

Tell = Callable[[str, Path | None], None]
"""Callback for a report and its log file, None if logging failed; called on any thread."""


def log_file(state: Path) -> Path:
    """Return the path of the error log in a state directory."""
    return state / NAME


class FaultLog:
    """Appends to the log in `state`; `process` is the writer's name in it."""

    def __init__(self, state: Path, process: str, version: str) -> None:
        self.file = log_file(state)
        self._process, self._version = process, version

    def write(self, report: str, process: str = "") -> bool:
        """Append a report; return False when that fails."""
        head = (
            f"{utc_now()} {process or self._process} {os.getpid()}, Prompt Workbench {self._version}, {platform_name()}"
        )
        entry = f"{head}\n{report[:_MOST_REPORT]}\n\n".encode("utf-8", "replace")
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(self.file) as stream:
                if stream.tell() and stream.tell() + len(entry) > MOST_BYTES:
                    older = self.file.with_name(f"{NAME}.1")
                    self.file.replace(older)
                    with _locked(self.file) as fresh:
                        fresh.write(entry)
                else:
                    stream.write(entry)
        except OSError:
            return False
        return True


class _Recorder:
    """Logs the exceptions of this process, each once."""

    def __init__(self, log: FaultLog, tell: Tell) -> None:
        self.log = log
        self._tell = tell
        self._inside = threading.local()
        self._guard = threading.Lock()
        self._last: dict[str, float] = {}

    def note(self, report: str, *, tell: bool, process: str = "") -> Path | None:
        """Log a report and, with `tell`, pass it to the callback; return the file, None when logging failed.

        Ignores re-entrant calls, so that an error in the callback or in writing does not recurse.
        """
        if getattr(self._inside, "busy", False):
            return None
        self._inside.busy = True
        try:
            if self._is_repeated(report):
                return self.log.file
            where = self.log.file if self.log.write(report, process) else None
            if tell:
                self._tell(report, where)
            return where
        except Exception:  # noqa: BLE001 - logging an exception must not raise another one
            return None
        finally:
            self._inside.busy = False

    def _is_repeated(self, report: str) -> bool:
        now = time.monotonic()
        with self._guard:
            last = self._last.get(report)
            if last is not None and now - last < _AGAIN_S:
                return True
            if len(self._last) >= _REMEMBERED:
                self._last.clear()
            self._last[report] = now
            return False


_recorder: _Recorder | None = None


def watch(state: Path, process: str, version: str, tell: Tell, *, print_too: bool = False) -> Callable[[], None]:
    """Log every unexpected exception of this process from now on; return a function that stops this."""
    global _recorder
    recorder = _recorder = _Recorder(FaultLog(state, process, version), tell)

    def noted(error: BaseException) -> None:
        if not _is_noted(error):
            recorder.note(report_of(error), tell=True)

    undo = install_hooks(noted, print_too=print_too)

    def end() -> None:
        global _recorder
        undo()
        _recorder = None

    return end


def note(error: BaseException) -> tuple[str, Path | None]:
    """Log an exception that the caller reports itself; return its report and the log file, None when not logged."""
    report = report_of(error)
    if _recorder is None:
        return report, None
    if _is_noted(error):
        return report, _recorder.log.file
    return report, _recorder.note(report, tell=False)


def note_of_child(report: str, process: str) -> Path | None:
    """Log the report of a child process; return the log file, None when not logged."""
    return None if _recorder is None else _recorder.note(report, tell=False, process=process)


def _is_noted(error: BaseException) -> bool:
    """Return whether the exception was logged before, and mark it as logged."""
    was = getattr(error, _NOTED, False)
    with contextlib.suppress(AttributeError, TypeError):  # the type may not allow attributes
        setattr(error, _NOTED, True)
    return bool(was)


def platform_name() -> str:
    """Return the version of Python, the system and the machine type."""
    import platform  # imported late, so that the terminal starts without it

    return f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[IO[bytes]]:
    """Open the log for appending under an exclusive lock. Raises OSError when it is not a regular file."""
    for _ in range(10):
        with os.fdopen(open_to_append(file), "ab", buffering=0) as stream:
            _lock(stream.fileno())
            # Another process may have rotated the file while this one waited for the lock.
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(stream.fileno()), file.stat()):
                    stream.seek(0, os.SEEK_END)
                    yield stream
                    return
    raise OSError("the log is replaced again and again")


def _lock(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows has no fcntl; lines of two processes may interleave there
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX)
