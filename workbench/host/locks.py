"""Who is alive.

Invariant: a lock is held by the operating system for a process and ends with it, however it ends; the lock files mean
nothing by themselves.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from pathlib import Path
from typing import Protocol

from workbench.host.dirs import make_private
from workbench.host.errors import HostError, explain

_UNWRITABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_OWNER_WAIT_S = 1.0
_POLL_S = 0.05


class WindowLock:
    """One window per database. Two paths to one file, through links for example, are one lock."""

    def __init__(self, db_path: Path) -> None:
        try:
            resolved = db_path.resolve()
        except (OSError, RuntimeError) as error:
            raise HostError(
                f"The path {db_path} leads nowhere. Choose another database file.", explain(error)
            ) from error
        self._file = resolved.with_name(f"{resolved.name}.window")
        self._lock = _lock(self._file)

    def acquire(self) -> bool:
        """Take the lock; False when another window has it.

        In a directory that this user cannot write there is nothing to guard, and the answer is True. Raises HostError
        when the lock cannot be made for another reason, such as a full disk.
        """
        try:
            return self._lock.take()
        except OSError as error:
            if error.errno in _UNWRITABLE:
                return True
            raise _trouble(self._file, error) from error

    def release(self, *, remove: bool = False) -> None:
        """Give the lock back; `remove` leaves no file beside a database of somebody else. Harmless when not held."""
        self._lock.give_back(remove=remove)


class OwnerLock:
    """Held by a process as long as the runs that it started may still be running."""

    def __init__(self, directory: Path, owner_uid: str) -> None:
        self._directory = directory
        self._file = _owner_file(directory, owner_uid)
        self._lock = _lock(self._file)

    def acquire(self) -> None:
        """Take the lock within a second; call it before the first row carries the owner's uid. Raises HostError."""
        make_private(self._directory)
        deadline = time.monotonic() + _OWNER_WAIT_S
        try:
            while not self._lock.take():
                if time.monotonic() > deadline:
                    raise TimeoutError("another process has this lock")
                time.sleep(_POLL_S)
        except OSError as error:
            raise _trouble(self._file, error) from error

    def release(self) -> None:
        """Give the lock back; from now on the owner counts as dead."""
        self._lock.give_back(remove=True)


def owners_directory(db_path: Path) -> Path:
    """Return where the owners of a database keep their locks: beside it, so that every process looks in one place."""
    resolved = db_path.resolve()
    return resolved.with_name(f"{resolved.name}.owners")


def owner_alive(directory: Path, owner_uid: str) -> bool:
    """Return whether the process that took `OwnerLock` still lives; the file of a dead one is removed.

    An owner takes its lock before its uid is in any row, so nobody asks about one that is just starting. A lock that
    cannot be looked at counts as alive: calling another's running outputs interrupted would be the worse mistake.
    """
    try:
        file = _owner_file(directory, owner_uid)
    except ValueError:
        # No process of this program has such a name, whatever a history says.
        return False
    if not file.exists():
        return False
    probe = _lock(file)
    try:
        if not probe.take():
            return True
    except OSError:
        return True
    probe.give_back(remove=True)
    return False


def _owner_file(directory: Path, owner_uid: str) -> Path:
    if not owner_uid or not owner_uid.replace("-", "").isalnum():
        raise ValueError(f"not an owner uid: {owner_uid!r}")
    return directory / f"{owner_uid}.lock"


def _trouble(file: Path, error: Exception) -> HostError:
    return HostError(
        f"The lock file {file} cannot be made. Make room on the disk, or choose a database in another folder.",
        explain(error),
    )


class _Lock(Protocol):
    """A file that one process can hold; any thread of it may give it back."""

    def take(self) -> bool:
        """Return whether it is held now; False when another holder has it. Raises OSError."""

    def give_back(self, *, remove: bool) -> None:
        """End holding it, and remove the file if wanted; harmless when it is not held."""


if sys.platform == "win32":

    class _FileLock:
        """A mandatory lock of Windows, which also keeps its file from being removed."""

        def __init__(self, file: Path) -> None:
            # Loaded where it is needed: its metadata costs more than everything else here.
            from filelock import FileLock

            self._file = file
            self._lock = FileLock(file, thread_local=False)

        def take(self) -> bool:
            from filelock import Timeout

            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                return False
            return True

        def give_back(self, *, remove: bool) -> None:
            if self._lock.is_locked:
                self._lock.release()
                if remove:
                    self._file.unlink(missing_ok=True)

else:
    import fcntl

    class _FileLock:
        """An advisory lock of the kernel on an open file."""

        def __init__(self, file: Path) -> None:
            self._file = file
            self._handle: int | None = None

        def take(self) -> bool:
            while self._handle is None:
                handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    # The holder before may have removed the file after it was opened here: that lock guards nothing.
                    if os.fstat(handle).st_nlink:
                        self._handle, handle = handle, -1
                except BlockingIOError:
                    return False
                finally:
                    if handle >= 0:
                        os.close(handle)
            return True

        def give_back(self, *, remove: bool) -> None:
            handle, self._handle = self._handle, None
            if handle is not None:
                if remove:
                    # While it is held: afterwards the file may be another's.
                    self._file.unlink(missing_ok=True)
                os.close(handle)


def _lock(file: Path) -> _Lock:
    return _FileLock(file)
