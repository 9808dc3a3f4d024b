"""Who is alive.

Invariant: a lock is held by the operating system for a process and ends with it, however it ends; the lock files mean
nothing by themselves.
"""

from __future__ import annotations

import errno
from pathlib import Path

from filelock import FileLock, Timeout

from workbench.host.dirs import make_private
from workbench.host.errors import HostError, explain

_UNWRITABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class WindowLock:
    """One window per database. Two paths to one file, through links for example, are one lock."""

    def __init__(self, db_path: Path) -> None:
        resolved = db_path.resolve()
        self._lock = _lock(resolved.with_name(f"{resolved.name}.window"))

    def acquire(self) -> bool:
        """Take the lock; False when another window has it.

        In a directory that this user cannot write there is nothing to guard, and the answer is True. Raises HostError
        when the lock cannot be made for another reason, such as a full disk.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        except OSError as error:
            if error.errno in _UNWRITABLE:
                return True
            raise _trouble(self._lock.lock_file, error) from error
        return True

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        self._lock.release()


class OwnerLock:
    """Held by a process as long as the runs that it started may still be running."""

    def __init__(self, directory: Path, owner_uid: str) -> None:
        self._directory = directory
        self._lock = _lock(_owner_file(directory, owner_uid))

    def acquire(self) -> None:
        """Take the lock; call it before the first row carries the owner's uid. Raises HostError."""
        make_private(self._directory)
        try:
            self._lock.acquire(timeout=1)
        except (OSError, Timeout) as error:
            raise _trouble(self._lock.lock_file, error) from error

    def release(self) -> None:
        """Give the lock back; from now on the owner counts as dead."""
        self._lock.release()
        Path(self._lock.lock_file).unlink(missing_ok=True)


def owners_directory(db_path: Path) -> Path:
    """Return where the owners of a database keep their locks: beside it, so that every process looks in one place."""
    resolved = db_path.resolve()
    return resolved.with_name(f"{resolved.name}.owners")


def owner_alive(directory: Path, owner_uid: str) -> bool:
    """Return whether the process that took `OwnerLock` still lives; the file of a dead one is removed.

    An owner takes its lock before its uid is in any row, so nobody asks about one that is just starting. A lock that
    cannot be looked at counts as alive: calling another's running outputs interrupted would be the worse mistake.
    """
    file = _owner_file(directory, owner_uid)
    if not file.exists():
        return False
    probe = _lock(file)
    try:
        probe.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    probe.release()
    file.unlink(missing_ok=True)
    return False


def _owner_file(directory: Path, owner_uid: str) -> Path:
    if not owner_uid or not owner_uid.replace("-", "").isalnum():
        raise ValueError(f"not an owner uid: {owner_uid!r}")
    return directory / f"{owner_uid}.lock"


def _lock(file: Path) -> FileLock:
    # A window may be closed by another thread than the one that opened it, so the lock belongs to the process.
    return FileLock(file, thread_local=False)


def _trouble(file: str, error: Exception) -> HostError:
    return HostError(
        f"The lock file {file} cannot be made. Make room on the disk, or choose a database in another folder.",
        explain(error),
    )
