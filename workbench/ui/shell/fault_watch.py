"""Handles unexpected exceptions of the window's process: logs them and shows a notice.

Invariant: an exception in a slot, a thread or an event handler does not end the window.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from workbench import __version__
from workbench.host import faults
from workbench.host.files import open_to_append
from workbench.host.terminal import tell
from workbench.usecases.problems import fault_problem

CRASHES = "crash.log"
_MOST_BYTES = 256 * 1024


class FaultWatch(QObject):
    """Logs exceptions in `state`, and calls `show(sentence, detail)` for each on the UI thread, until `end`."""

    _happened = Signal(str, str)

    def __init__(self, state: Path, show: Callable[[str, str], None]) -> None:
        super().__init__()
        self._happened.connect(show, Qt.ConnectionType.QueuedConnection)
        self._end = faults.watch(state, "window", __version__, self._tell)
        self._crashes = _watch_crashes(state)

    def end(self) -> None:
        """Restore Python's exception hooks."""
        self._end()
        if self._crashes is not None:
            self._crashes()

    def _tell(self, report: str, log: Path | None) -> None:
        problem = fault_problem(report, log)
        tell(problem.sentence)
        self._happened.emit(problem.sentence, problem.detail)


def _watch_crashes(state: Path) -> Callable[[], None] | None:
    """Make a crash in native code dump the tracebacks of all threads; return what disables this, None on failure.

    The interpreter writes files, lines and names of functions, no values.
    """
    import faulthandler

    try:
        file = state / CRASHES
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        stream = os.fdopen(open_to_append(file), "ab", buffering=0)
        if stream.tell() > _MOST_BYTES:
            file.replace(file.with_name(f"{CRASHES}.1"))
            stream.close()
            stream = os.fdopen(open_to_append(file), "ab", buffering=0)
        faulthandler.enable(stream)
    except OSError:
        return None

    def end() -> None:
        faulthandler.disable()
        stream.close()

    return end
