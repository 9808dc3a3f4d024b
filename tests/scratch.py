"""Folders for the files of tests."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30
"""Free bytes needed; containers often have only a few megabytes there."""


def in_memory() -> Path | None:
    """Return a folder in memory with enough room, from which programs can be started; None where there is none."""
    try:
        system = os.statvfs(_MEMORY)
    except OSError:
        return None
    usable = os.access(_MEMORY, os.W_OK) and not system.f_flag & os.ST_NOEXEC
    return _MEMORY if usable and system.f_bavail * system.f_frsize >= _ROOM else None


def throwaway(inside: Path) -> str:
    """Make a folder that is removed when this process ends, with whatever killed programs left in it."""
    made = tempfile.mkdtemp(prefix="workbench-tests-", dir=inside)
    # The same mode as /tmp: some tests read their files as another user.
    Path(made).chmod(0o1777)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made
