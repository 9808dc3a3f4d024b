"""What a file system must have for a history: file locks and shared memory.

Invariant: looking leaves nothing behind. It is only done after something failed, to say why.
"""

from __future__ import annotations

import mmap
import tempfile
from pathlib import Path

from workbench.store.errors import StoreError

_PAGE = mmap.PAGESIZE


def lack_of(folder: Path) -> str:
    """Return what the file system of `folder` lacks in words, "" for nothing or where that cannot be found out."""
    try:
        import fcntl
    except ImportError:  # not on Windows, whose file systems have both
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
        pass  # nothing can be made there, which is told as such
    return ""


def unsuitable(path: Path, detail: str) -> StoreError | None:
    """Return what to say where the file system is why the history at `path` failed, None where it is not."""
    if not (lack := lack_of(path.parent)):
        return None
    return StoreError(
        f"The file system of {path.parent} has {lack}, which a history needs; some network and shared folders have"
        " none. Keep the history on a local disk: name another file with --db or WORKBENCH_DB.",
        detail,
        "file_system",
    )
