"""Connections to the database file, all configured alike, and one read connection per thread.

Invariant: a connection is used by one thread at a time and closed only while it is idle. The contents of the file are
treated as data: its schema may call only harmless functions, no value is larger than MOST_BYTES, and no statement can
write to the internals of the search index. The schema is read before a connection is handed out, because SQLite loads
the statistics of the tables (sqlite_stat1) along with it, and in a crafted file these may be computed.
"""

from __future__ import annotations

import contextlib
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from workbench.store.damaged_text import read_text
from workbench.store.errors import StoreError, failure, translate
from workbench.store.sqlite import FILE_ERRORS, defend, sqlite3

# Keeps the statements of the hot path prepared.
_CACHED_STATEMENTS = 256
MOST_BYTES = 64 << 20
"""Bytes of one value or row. The longest answer that is kept takes two thirds of it, in four-byte characters."""
MOST_VALUE = MOST_BYTES * 3 // 4
"""Bytes of one value, which leaves space for the rest of its row."""
_MOST_SQL = 1 << 20
"""Bytes of one statement, and so of what the schema of a file says of one object."""
_MOST_SCHEMA = 16 << 10
"""Bytes of a schema statement, and of a value while the schema is read. A single function call cannot be interrupted,
and the slowest ones take time quadratic in this."""
_MOST_PATTERN = 100
"""Bytes of a LIKE or GLOB pattern while the schema is read."""
_CACHE_KB = 2000
"""KiB of page cache; SQLite's default."""
_SCHEMA_S, _STEPS = 2.0, 500
"""Seconds for reading the schema, which takes about 1 ms, and SQLite's steps between two checks of the clock."""
_JOURNAL = bytes.fromhex("d9d505f920a163d7")
"""Begins a rollback journal, and ends one that names a super-journal."""
_STRANGE = (
    *(TypeError, ValueError, AttributeError, LookupError, ArithmeticError, RecursionError),
    *(sqlite3.IntegrityError, sqlite3.OperationalError),
)
"""Exceptions that rows of unexpected types, or a damaged index, can raise in the code that reads them."""
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-._~")


def connect(path: Path, *, mode: str = "rwc", immutable: bool = False, busy_ms: int = 5000) -> sqlite3.Connection:
    """Open `path` in autocommit mode with foreign keys on; `mode` is "ro", "rw" or "rwc" (create if missing).

    Raises sqlite3.Error, and StoreError (path) as `check_beside` does.
    """
    if not immutable:
        check_beside(path)
    uri = f"file:{_quoted(path)}?mode={mode}{'&immutable=1' if immutable else ''}"
    connection = sqlite3.connect(
        uri,
        uri=True,
        timeout=busy_ms / 1000,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_CACHED_STATEMENTS,
    )
    connection.text_factory = read_text
    try:
        harden(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        _read_schema(connection)
        # A file can request a cache of any size.
        connection.execute(f"PRAGMA cache_size = {-_CACHE_KB}")
    except BaseException:
        connection.close()
        raise
    return connection


def check_beside(path: Path) -> None:
    """Refuse journal and log files that SQLite must not open or follow.

    A pipe would block SQLite forever. A journal may name a second file, the super-journal of a transaction over several
    databases, which SQLite deletes after a rollback whatever it is; a history never has such a transaction. Source of
    the format: section 2.2 of SQLite's "Atomic Commit" and `readSuperJournal` in its pager. Raises StoreError (path).
    """
    real = Path(os.path.realpath(path))
    for end in ("-journal", "-wal", "-shm"):
        beside = real.with_name(real.name + end)
        with contextlib.suppress(OSError):
            found = beside.lstat()
            if not stat.S_ISREG(found.st_mode):
                raise StoreError(
                    f"“{beside.name}” beside this database is not a regular file. Remove it, then try again.",
                    ascii(str(beside)),
                    "path",
                )
            if end == "-journal" and _ends_with_name(beside):
                raise StoreError(
                    f"“{beside.name}” beside this database would make SQLite delete another file."
                    " Remove it, then try again; what it would roll back stays as it is.",
                    ascii(str(beside)),
                    "path",
                )


def _ends_with_name(journal: Path) -> bool:
    with journal.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - len(_JOURNAL)))
        return size > len(_JOURNAL) and file.read() == _JOURNAL


def harden(connection: sqlite3.Connection) -> None:
    """Make a connection treat the contents of its file as data; call it before anything is read."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, _MOST_SQL)
    connection.execute("PRAGMA trusted_schema = OFF")
    defend(connection, True)


def _read_schema(connection: sqlite3.Connection) -> None:
    """Make SQLite read the schema with the statistics, which may be computed. Raises sqlite3.Error."""
    tight = {
        sqlite3.SQLITE_LIMIT_LENGTH: _MOST_SCHEMA,
        sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: _MOST_PATTERN,
    }
    usual = {limit: connection.setlimit(limit, most) for limit, most in tight.items()}
    # CPU time: a disk that has to spin up is no fault of the file.
    until = time.thread_time() + _SCHEMA_S
    connection.set_progress_handler(lambda: time.thread_time() > until, _STEPS)
    try:
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 0").fetchone()
    except sqlite3.Error as error:
        if error.sqlite_errorname == "SQLITE_TOOBIG":
            raise sqlite3.DatabaseError(
                f"malformed database schema: over {_MOST_SCHEMA:,} bytes in one place"
            ) from error
        if error.sqlite_errorname == "SQLITE_INTERRUPT" and time.thread_time() > until:
            raise sqlite3.DatabaseError(f"malformed database schema: over {_SCHEMA_S:g} s of work") from error
        raise
    finally:
        connection.set_progress_handler(None, 0)
        for limit, most in usual.items():
            connection.setlimit(limit, most)


def _quoted(path: Path) -> str:
    """Return an absolute path percent-encoded for a URI, whatever bytes it contains.

    The first paint waits for this module, and importing urllib would take longer than reading the draft.
    """
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in os.fsencode(path.absolute()))


def let_go(error: BaseException) -> None:
    """Close the unfinished statements that the traceback of `error` keeps alive.

    A rollback does not end them, and while one is open, every later query on the connection sees the old snapshot.
    """
    import traceback  # the first paint waits for this module

    place = error.__traceback__
    while place is not None:
        for value in tuple(place.tb_frame.f_locals.values()):
            if isinstance(value, sqlite3.Cursor):
                with contextlib.suppress(sqlite3.Error):
                    value.close()
        place = place.tb_next
    traceback.clear_frames(error.__traceback__)


def _wrong(connection: sqlite3.Connection, path: Path) -> str:
    """Return what is wrong with the file, "" if it is sound or the time limit passes; reads all of it."""
    # Rarely needed, and the first paint waits for this module.
    from workbench.store.progress import limited, patience_s
    from workbench.store.schema.integrity import file_problems, missing_references

    try:
        with limited(connection, patience_s(path)):
            return "".join(file_problems(connection, 1, quick=True) or missing_references(connection, 1))
    except (StoreError, OSError):
        return ""
    except FILE_ERRORS as error:
        return str(error)


def as_damage(error: Exception, connection: sqlite3.Connection, path: Path) -> StoreError | None:
    """Return a StoreError (corrupt) if `error` looks like a bug but the file is damaged, else None.

    For an error of such a type it reads the whole file, within a time limit.
    """
    if isinstance(error, _STRANGE) and translate(error, path) is None and (wrong := _wrong(connection, path)):
        return failure("corrupt", f"{wrong}\n{type(error).__name__}: {error}")
    return None


def bounded(column: str, most: int = MOST_VALUE) -> str:
    """Return SQL that yields a column, or NULL where its value is larger than `most` bytes.

    One oversized value must not keep the rest of its row, and the rows beside it, from being read.
    """
    return f"iif(octet_length({column}) > {most}, NULL, {column})"


class _Reader:
    """A connection, its thread, and the lock that is held while it is in use."""

    __slots__ = ("connection", "is_closed", "lock", "thread")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.is_closed = False
        self.lock = threading.Lock()
        self.thread = threading.current_thread()

    def close(self) -> None:
        self.connection.interrupt()
        with self.lock:
            self.is_closed = True
            self.connection.close()


class Readers:
    """Gives each thread its own read-only connection, opened on first use."""

    def __init__(self, path: Path, opener: Callable[[], sqlite3.Connection], limit_s: float | None = None) -> None:
        """`limit_s` limits the duration of a transaction in seconds; None for no limit."""
        self._path = path
        self._open = opener
        self._limit_s = limit_s
        self._guard = threading.Lock()
        self._readers: dict[int, _Reader] = {}
        self._closed = False

    @contextlib.contextmanager
    def use(self) -> Iterator[sqlite3.Connection]:
        """Yield this thread's connection inside one read transaction: all statements see the same snapshot."""
        try:
            reader = self._locked()
            try:
                if self._closed:
                    raise failure("closed")
                reader.connection.execute("BEGIN")
                try:
                    with self._limited(reader.connection):
                        yield reader.connection
                except Exception as error:
                    let_go(error)
                    if (told := as_damage(error, reader.connection, self._path)) is not None:
                        raise told from error
                    raise
                finally:
                    reader.connection.rollback()
            finally:
                reader.lock.release()
        except Exception as error:
            told = translate(error, self._path)
            if told is None or told is error:
                raise
            raise told from error

    def _limited(self, connection: sqlite3.Connection) -> contextlib.AbstractContextManager[None]:
        if self._limit_s is None:
            return contextlib.nullcontext()
        from workbench.store.progress import limited

        return limited(connection, self._limit_s)

    def interrupt(self, thread: threading.Thread) -> None:
        """Interrupt what `thread` is reading; its call raises StoreError (interrupted). No effect while it is idle."""
        with self._guard:
            reader = self._readers.get(thread.ident or 0)
        if reader is not None and reader.thread is thread:
            reader.connection.interrupt()

    def reopen(self, opener: Callable[[], sqlite3.Connection]) -> None:
        """Interrupt and close every connection; later ones are opened with `opener`."""
        with self._guard:
            self._open = opener
        self._let_go()

    def close(self) -> None:
        """Interrupt and close every connection."""
        with self._guard:
            self._closed = True
        self._let_go()

    def _let_go(self) -> None:
        with self._guard:
            readers = list(self._readers.values())
            self._readers.clear()
        for reader in readers:
            reader.close()

    def _locked(self) -> _Reader:
        """Return this thread's reader with its lock held; one that was closed meanwhile is replaced."""
        while True:
            reader = self._mine()
            reader.lock.acquire()
            if self._closed or not reader.is_closed:
                return reader
            reader.lock.release()

    def _mine(self) -> _Reader:
        ident = threading.get_ident()
        with self._guard:
            if self._closed:
                raise failure("closed")
            reader = self._readers.get(ident)
            if reader is not None and reader.thread is threading.current_thread():
                return reader
            # Connections of threads that ended are closed when a new one is opened.
            gone = [key for key, other in self._readers.items() if not other.thread.is_alive() or key == ident]
            for key in gone:
                self._readers.pop(key).close()
            reader = self._readers[ident] = _Reader(self._open())
            return reader
