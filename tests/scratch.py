"""Where the files of tests are."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30
"""Bytes; containers often have a few megabytes there."""


def in_memory() -> Path | None:
    """A folder in memory that has room, and that programs can be started from; None where there is none."""
    try:
        system = os.statvfs(_MEMORY)
    except OSError:
        return None
    usable = os.access(_MEMORY, os.W_OK) and not system.f_flag & os.ST_NOEXEC
    return _MEMORY if usable and system.f_bavail * system.f_frsize >= _ROOM else None


def throwaway(inside: Path) -> str:
    """Make a folder that is gone when this process ends: killed programs leave sockets and half of their files."""
    made = tempfile.mkdtemp(prefix="workbench-tests-", dir=inside)
    # As /tmp: some tests look at their files as another user.
    Path(made).chmod(0o1777)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made
