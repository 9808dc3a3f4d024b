"""Long work on the file, watched: how far it is, and whether to go on.

Invariant: work that was told to stop ends soon, as a StoreError with the code `interrupted`, and leaves what it found.
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
"""Gets the share that is done, from 0 to 1 or None where nobody knows, and answers whether to go on. Must be quick."""
_STEPS = 500
"""So many steps of SQLite's machine between two looks, some dozens of rows."""


_PATIENCE_S, _BYTES_A_SECOND = 5.0, 2_000_000


def patience_s(path: Path) -> float:
    """Return how many seconds reading a file once may take: more for a large file on a slow disk. Raises OSError."""
    return _PATIENCE_S + path.stat().st_size / _BYTES_A_SECOND


def go_on(_: float | None) -> bool:
    """Watch nothing."""
    return True


def stopped() -> StoreError:
    """Return what stopped work ends with."""
    return StoreError("This was stopped; the history is as it was. Start it again when you like.", "", "interrupted")


def look(watch: Watch, share: float | None) -> None:
    """Tell how far it is. Raises StoreError (interrupted)."""
    if not watch(share):
        raise stopped()


@contextmanager
def limited(
    connection: sqlite3.Connection, seconds: float, clock: Callable[[], float] = time.monotonic
) -> Iterator[None]:
    """Let `connection` work for so long at most. Raises StoreError (corrupt): a sound file is looked at in a moment.

    On the main thread Ctrl+C ends the work as well, as in `watched`.
    """
    until = clock() + seconds
    connection.set_progress_handler(lambda: clock() > until, _STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if clock() > until:
            raise StoreError(
                "The history takes far longer to be looked at than any sound one, so it was left alone. Repair it,"
                " which reads its rows into a new file, or restore a backup.",
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
    """Let `watch` look on while `connection` works; `share` tells how far it is. Raises StoreError (interrupted).

    On the main thread Ctrl+C ends the work as well: SQLite does not return to Python, but for the look.
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
    """Raise KeyboardInterrupt where that is what ended the work: SQLite only tells that it was ended."""
    if threading.current_thread() is threading.main_thread() and error.sqlite_errorname == "SQLITE_INTERRUPT":
        raise KeyboardInterrupt from error
