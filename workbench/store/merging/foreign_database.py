"""Opens databases of other programs for reading.

Invariant: nothing is written to the folder of the file, not even the side files that SQLite creates when it only reads.
Where they would be needed (a log without its index, an unfinished transaction), a private copy is read instead.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from workbench.store.connections import check_beside, connect
from workbench.store.errors import StoreError, salvaging, translate
from workbench.store.path_check import is_ours
from workbench.store.progress import patience_s
from workbench.store.sqlite import FILE_ERRORS, sqlite3

T = TypeVar("T")

_HEADER = b"SQLite format 3\0"
_WAL = b"\x02\x02"
_LOOK_EVERY = 10_000
SCRATCH = ".import-"
_STALE_S = 24 * 3600
_PARTS = ("", "-wal", "-journal")
"""Suffixes of the files to copy."""
_MOST_HOLES = 64 << 20
"""Bytes that a file may claim without having any on the disk."""
_TRIES, _PAUSE_S = 10, 0.05
"""Attempts to copy a file that changes meanwhile, and seconds between them."""


class ReadingHalt:
    """Cancels reading from another thread, and measures how long it has made no progress."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._event = threading.Event()
        self._clock = clock
        self._since = clock()

    def went_on(self) -> None:
        """Report progress, which restarts the measured time."""
        self._since = self._clock()

    @property
    def waited_s(self) -> float:
        """Seconds since the last progress."""
        return self._clock() - self._since

    def ask(self) -> None:
        """Cancel reading as soon as possible. Safe to repeat."""
        self._event.set()

    def wait(self, seconds: float) -> bool:
        """Wait for so many seconds or until cancelled; return whether it was cancelled."""
        return self._event.wait(seconds)

    @property
    def asked(self) -> bool:
        """Whether reading was cancelled."""
        return self._event.is_set()


def is_sqlite(path: Path) -> bool:
    """Whether a file begins like a SQLite database. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(_HEADER)) == _HEADER


@contextlib.contextmanager
def reading(path: Path, scratch: Path, halt: ReadingHalt) -> Iterator[sqlite3.Connection]:
    """Open a database for reading only; a copy, if needed, is made in the folder `scratch` and removed again.

    Text that is not UTF-8 is read with U+FFFD. Raises StoreError; interrupted after `halt`.
    """
    _sweep(scratch)
    try:
        with _plain(path, scratch, halt) as (opened, immutable):
            connection = connect(opened, mode="ro", immutable=immutable)
            try:
                only_read(connection, halt, patience_s(path))
                yield connection
            finally:
                connection.close()
    except (*FILE_ERRORS, OSError) as error:
        raise _told(error, path, halt) from error


def told(path: Path, items: Iterator[T], halt: ReadingHalt) -> Iterator[T]:
    """Yield what is read from a database; errors of SQLite become StoreError about it."""
    try:
        for item in items:
            yield item
            halt.went_on()
    except FILE_ERRORS as error:
        raise _told(error, path, halt) from error


def damaged(path: Path, detail: str) -> StoreError:
    """Return the error for another history that is damaged, with what to do."""
    return StoreError(f"“{path.name}” is damaged. {salvaging(path, 'import')}", detail, "corrupt")


def tables(connection: sqlite3.Connection) -> dict[str, frozenset[str]]:
    """Return the ordinary tables of a database with their columns; views, which may compute anything, are excluded."""
    names = [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")
        if isinstance(name, str)
    ]
    return {
        name: frozenset(column for (column,) in connection.execute("SELECT name FROM pragma_table_info(?)", (name,)))
        for name in names
    }


@contextlib.contextmanager
def _plain(path: Path, scratch: Path, halt: ReadingHalt) -> Iterator[tuple[Path, bool]]:
    """Yield a file that can be opened without writing beside it, and whether to open it as immutable."""
    check_beside(path)
    log, index, journal = (path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))
    for _ in range(_TRIES):
        with path.open("rb") as file:
            keeps_log = file.read(20)[18:20] == _WAL
        if not _has_bytes(journal) and (index.exists() or not _has_bytes(log)):
            # With a log and its index, readers can share the file. Without a log, it is not open in WAL mode.
            yield path, keeps_log and not index.exists()
            return
        _check_room(path, scratch)
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=scratch) as folder:
            copy = Path(folder) / "copy.db"
            if _copied(path, copy):
                # Completes or rolls back the unfinished transaction, in the copy.
                recovering = connect(copy, mode="rw")
                try:
                    recovering.execute("SELECT count(*) FROM sqlite_master").fetchone()
                finally:
                    recovering.close()
                yield copy, False
                return
        if halt.wait(_PAUSE_S):
            raise StoreError("Stopped before anything was read. Import again to continue.", str(path), "interrupted")
    raise StoreError(
        f"“{path.name}” keeps changing while it is read. Close the program that writes it, and import again.",
        f"{_TRIES} copies",
        "busy",
    )


def _check_room(path: Path, scratch: Path) -> None:
    """Check the free disk space: a log can claim any size without having bytes. Raises StoreError and OSError."""
    needed = 0
    for end in _PARTS:
        with contextlib.suppress(FileNotFoundError):
            found = path.with_name(path.name + end).stat()
            needed += found.st_size
            if found.st_size > _MOST_HOLES and found.st_blocks * 512 < found.st_size // 2:
                raise StoreError(
                    f"“{path.name}{end}” has gaps without data, so nothing was read. Remove it, or"
                    " import a copy that was made while the program that wrote it was closed.",
                    f"{found.st_size:,} bytes, of which {found.st_blocks * 512:,} are on the disk",
                    "corrupt",
                )
    if needed > shutil.disk_usage(scratch).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(scratch))


def _copied(path: Path, copy: Path) -> bool:
    """Copy a database with its log and journal; return whether they are a consistent snapshot."""
    beside = {path.with_name(path.name + end): copy.with_name(copy.name + end) for end in _PARTS if end}
    before = [_stamp(source) for source in (path, *beside)]
    shutil.copyfile(path, copy)
    for source, target in beside.items():
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(source, target)
    # A transaction that ended meanwhile removed what would undo the half of it that was copied.
    return before == [_stamp(source) for source in (path, *beside)]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size


def _sweep(scratch: Path) -> None:
    """Remove copies left by killed processes, unless one may still be in use."""
    for left in scratch.glob(f"{SCRATCH}*"):
        if time.time() - left.stat().st_mtime > _STALE_S:
            shutil.rmtree(left, ignore_errors=True)


def _has_bytes(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False


def only_read(connection: sqlite3.Connection, halt: ReadingHalt, patience_s: float) -> None:
    """Make a connection to an untrusted file read-only, and let `halt` cancel it.

    Reading also ends after `patience_s` seconds without progress.
    """
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cell_size_check = ON")
    halt.went_on()
    connection.set_progress_handler(lambda: halt.asked or halt.waited_s > patience_s, _LOOK_EVERY)


def _told(error: Exception, path: Path, halt: ReadingHalt) -> Exception:
    """Return the error as one about an imported file instead of the history."""
    told = translate(error, path)
    if told is None:
        return error
    if told.code == "interrupted" and not halt.asked:
        return StoreError(
            f"“{path.name}” takes far too long to read for its size, so it was not imported. Repair it, or import a "
            "copy of it.",
            f"nothing was read for {halt.waited_s:.0f} s",
            "corrupt",
        )
    if told.code == "corrupt" and is_ours(path):
        return damaged(path, told.detail)
    sentences = {
        "corrupt": "is damaged, so it cannot be read any further. Repair it, or import a copy of it.",
        "not_a_database": "is not an SQLite database. Choose another file.",
        "newer_major": "has tables that this release cannot read.",
        "busy": "is locked by another program. Close it and import again.",
        "readonly": "cannot be read. Check its permissions.",
        "io": "cannot be read, because the disk reported an error.",
        "full": "has to be copied to be read, and the disk is full. Make room and import again.",
        "interrupted": "was not read to its end.",
        "too_large": "has a text or file of more than 64 MB, the limit. Import a copy without it.",
    }
    sentence = sentences.get(told.code)
    return told if sentence is None else StoreError(f"“{path.name}” {sentence}", told.detail, told.code)
