"""File locks that show which processes are alive.

Invariant: the operating system releases a lock when its process ends, however it ends; the existence of a lock file
means nothing.
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
    """Ensures one window per database. Paths are resolved, so that links to one file share its lock."""

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
        """Acquire the lock; return False when another window holds it.

        Returns True in a directory without write permission, where there is nothing to guard. Raises HostError when
        the lock file cannot be created for another reason, such as a full disk.
        """
        try:
            return self._lock.take()
        except OSError as error:
            if error.errno in _UNWRITABLE:
                return True
            raise _trouble(self._file, error) from error

    def release(self, *, remove: bool = False) -> None:
        """Release the lock if it is held; `remove` also deletes its file, to leave none beside another's database."""
        self._lock.give_back(remove=remove)


class OwnerLock:
    """Lock held by a process while the runs that it started may still be running."""

    def __init__(self, directory: Path, owner_uid: str) -> None:
        self._directory = directory
        self._file = _owner_file(directory, owner_uid)
        self._lock = _lock(self._file)

    def acquire(self) -> None:
        """Acquire the lock within a second, before any row contains the owner's uid. Raises HostError."""
        make_private(self._directory)
        deadline = time.monotonic() + _OWNER_WAIT_S
        try:
            while not self._lock.take():
                if time.monotonic() > deadline:
                    raise TimeoutError("another process has this lock")
                time.sleep(_POLL_S)
        except OSError as error:
            raise _trouble(self._file, error) from error

    def try_acquire(self) -> bool:
        """Acquire the lock at once; return False when another holder has it. Raises HostError."""
        make_private(self._directory)
        try:
            return self._lock.take()
        except OSError as error:
            raise _trouble(self._file, error) from error

    def release(self) -> None:
        """Release the lock; the owner then counts as dead."""
        self._lock.give_back(remove=True)


def owners_directory(db_path: Path) -> Path:
    """Return the directory of the owner locks of a database: beside it, the same for every process."""
    resolved = db_path.resolve()
    return resolved.with_name(f"{resolved.name}.owners")


def owner_alive(directory: Path, owner_uid: str) -> bool:
    """Return whether the process that holds the `OwnerLock` is alive; the file of a dead one is removed.

    An owner acquires its lock before its uid is in any row, so a starting owner is never mistaken for a dead one. A
    lock that cannot be checked counts as alive: marking running outputs of another process as interrupted is worse.
    """
    try:
        file = _owner_file(directory, owner_uid)
    except ValueError:
        # Not a uid of this program; a history may contain any text.
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
    """A lock file that one process can hold; any of its threads may release it."""

    def take(self) -> bool:
        """Acquire the lock; return False when another holder has it. Raises OSError."""

    def give_back(self, *, remove: bool) -> None:
        """Release the lock if it is held, and delete the file if `remove` is set."""


if sys.platform == "win32":

    class _FileLock:
        """A mandatory lock on Windows, which also prevents deletion of its file."""

        def __init__(self, file: Path) -> None:
            # Imported late, because its metadata takes longer to load than the rest of this module.
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
        """An advisory lock (flock) on an open file."""

        def __init__(self, file: Path) -> None:
            self._file = file
            self._handle: int | None = None

        def take(self) -> bool:
            while self._handle is None:
                handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    # The previous holder may have deleted the file after it was opened here; retry with a new file.
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
                    # Delete while the lock is held: afterwards the file may belong to another process.
                    self._file.unlink(missing_ok=True)
                os.close(handle)


def _lock(file: Path) -> _Lock:
    return _FileLock(file)
