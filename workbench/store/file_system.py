"""What a history needs of its file system: file locks and shared memory.

Invariant: the probe leaves nothing behind. It runs only after a failure, to explain it.
"""

from __future__ import annotations

import mmap
import tempfile
from pathlib import Path

from workbench.store.errors import StoreError

_PAGE = mmap.PAGESIZE


def lack_of(folder: Path) -> str:
    """Return what the file system of `folder` lacks, in words; "" for nothing or if unknown."""
    try:
        import fcntl
    except ImportError:  # Windows, whose file systems have both
        return ""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.truncate(_PAGE)
            try:
                fcntl.lockf(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return "no file locks"
            try:
                mmap.mmap(file.fileno(), _PAGE).close()
            except OSError:
                return "no shared memory"
    except OSError:
        pass  # the folder is not writable, which is reported as such
    return ""


def unsuitable(path: Path, detail: str) -> StoreError | None:
    """Return the error to report if the file system is why the history at `path` failed, else None."""
    if not (lack := lack_of(path.parent)):
        return None
    return StoreError(
        f"The file system of {path.parent} has {lack}, which a history needs; some network and shared folders have"
        " none. Keep the history on a local disk: name another file with --db or WORKBENCH_DB.",
        detail,
        "file_system",
    )
