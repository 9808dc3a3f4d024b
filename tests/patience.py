"""Timeouts of tests.

The machine may be shared and slow, so a timeout only ends a test that would wait for ever. It is no expectation of
speed, which tests/bench measures.
"""

from __future__ import annotations

import faulthandler
import time
from collections.abc import Callable
from typing import Any

from pytestqt.exceptions import TimeoutError as WaitedTooLongError
from pytestqt.qtbot import QtBot

PATIENCE_S = 60.0
PROCESS_S = 300.0
"""For a whole program to start, work and exit."""


class PatientBot(QtBot):
    """pytest-qt's QtBot with longer timeouts; its own default is five seconds."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = int(PATIENCE_S * 1000)) -> None:  # noqa: N802
        """Wait until `callback` returns True, or None without an AssertionError.

        pytest-qt's own polls every 10 ms, and most conditions hold sooner.
        """
        __tracebackhide__ = True
        deadline = time.monotonic() + timeout / 1000
        pause_ms = 1
        while not _holds(callback, is_last=time.monotonic() > deadline):
            self.wait(pause_ms)
            pause_ms = min(pause_ms * 2, 10)

    def waitSignal(self, signal: Any, *, timeout: int = int(PATIENCE_S * 1000), **more: Any) -> Any:  # noqa: N802
        return super().waitSignal(signal, timeout=timeout, **more)

    def waitSignals(self, signals: Any, *, timeout: int = int(PATIENCE_S * 1000), **more: Any) -> Any:  # noqa: N802
        return super().waitSignals(signals, timeout=timeout, **more)

    def waitExposed(self, widget: Any, *, timeout: int = int(PATIENCE_S * 1000)) -> Any:  # noqa: N802
        return super().waitExposed(widget, timeout=timeout)

    def waitActive(self, widget: Any, *, timeout: int = int(PATIENCE_S * 1000)) -> Any:  # noqa: N802
        return super().waitActive(widget, timeout=timeout)


def tell_threads() -> None:
    """Dump the stacks of all threads; pytest shows them with a failure, whose cause is often in another thread."""
    faulthandler.dump_traceback(file=2, all_threads=True)


def _holds(callback: Callable[[], bool | None], *, is_last: bool) -> bool:
    """Return whether a condition holds. Raises WaitedTooLongError when it does not and `is_last`."""
    __tracebackhide__ = True
    failure = None
    try:
        result = callback()
    except AssertionError as error:
        result, failure = False, error
    if result not in (None, True, False):
        raise ValueError(f"a condition returns None, True or False, not {result!r}")
    if result is False and is_last:
        tell_threads()
        raise WaitedTooLongError("the condition did not hold in time") from failure
    return result is not False
