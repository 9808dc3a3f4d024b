"""Progress and cancellation of long work on the file.

Invariant: cancelled work ends soon, with StoreError (interrupted), and leaves the file as it was.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.store.errors import StoreError
from workbench.store.sqlite import sqlite3

Watch = Callable[[float | None], bool]
"""Receives the fraction that is done, 0 to 1 or None if unknown, and returns whether to go on. Must be quick."""
_STEPS = 500
"""Steps of SQLite's virtual machine between two calls, some dozens of rows."""


_PATIENCE_S, _BYTES_A_SECOND = 5.0, 2_000_000


def patience_s(path: Path) -> float:
    """Return the time limit in seconds for reading a file once, enough for a slow disk. Raises OSError."""
    return _PATIENCE_S + path.stat().st_size / _BYTES_A_SECOND


def go_on(_: float | None) -> bool:
    """Go on without watching; the default `Watch`."""
    return True


def stopped() -> StoreError:
    """Return the error that cancelled work ends with."""
    return StoreError("This was stopped; the history is as it was. Start it again when you like.", "", "interrupted")


def look(watch: Watch, share: float | None) -> None:
    """Report progress. Raises StoreError (interrupted) if `watch` cancels."""
    if not watch(share):
        raise stopped()


@contextmanager
def limited(
    connection: sqlite3.Connection, seconds: float, clock: Callable[[], float] = time.monotonic
) -> Iterator[None]:
    """Limit the time that `connection` works. Raises StoreError (corrupt): a sound file takes far less.

    On the main thread Ctrl+C cancels the work as well, as in `watched`.
    """
    until = clock() + seconds
    connection.set_progress_handler(lambda: clock() > until, _STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if clock() > until:
            raise StoreError(
                "Checking the history takes far too long, so it was not opened. Repair it, which copies its rows into "
                "a new file, or restore a backup.",
                f"over {seconds:g} s",
                "corrupt",
                is_of_file=True,
            ) from error
        _raise_signal(error)
        raise
    finally:
        connection.set_progress_handler(None, 0)


@contextmanager
def watched(
    connection: sqlite3.Connection, watch: Watch, share: Callable[[], float | None] = lambda: None
) -> Iterator[None]:
    """Call `watch` while `connection` works; `share` returns the fraction done. Raises StoreError (interrupted).

    On the main thread Ctrl+C cancels the work as well: SQLite returns to Python only for the progress handler.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if watch is go_on and not is_main:
        yield
        return
    ended = False

    def step() -> int:
        nonlocal ended
        ended = ended or not watch(share())
        return ended

    connection.set_progress_handler(step, _STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if ended:
            raise stopped() from error
        _raise_signal(error)
        raise
    finally:
        connection.set_progress_handler(None, 0)


def _raise_signal(error: sqlite3.OperationalError) -> None:
    """Raise KeyboardInterrupt if that is what ended the work: SQLite only reports an interrupt."""
    if threading.current_thread() is threading.main_thread() and error.sqlite_errorname == "SQLITE_INTERRUPT":
        raise KeyboardInterrupt from error
