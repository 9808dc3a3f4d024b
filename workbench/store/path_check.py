"""Checks whether a path can be that of a history.

Invariant: the check changes nothing and never blocks: pipes are not opened, and no file is created beside one that
turns out to belong to something else.
"""

from __future__ import annotations

import contextlib
import errno
import stat
from pathlib import Path

from workbench.store.errors import StoreError, failure

_HEADER = b"SQLite format 3\0"
EARLY_DRAFT = ".early-draft-"
"""Part of the names of files beside a history that hold text typed before it was open."""


def check_place(path: Path) -> None:
    """Raise StoreError if no history can be there: path, not_a_database, readonly, corrupt. A missing file is fine."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise _nowhere(
            "The path of the history database has bytes that are not text. Use a name in UTF-8.", path
        ) from error
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise _nowhere("This is not a file. Name a file for the history database.", path)
        with path.open("rb") as file:
            start = file.read(len(_HEADER))
    except FileNotFoundError as error:
        if path.is_symlink() and not path.resolve().parent.is_dir():
            raise _nowhere(
                "This is a link into a folder that does not exist. Create the folder, or choose another file.", path
            ) from error
        return
    except NotADirectoryError as error:
        raise _nowhere("This path leads through a file, not a folder. Choose another place.", path) from error
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENAMETOOLONG):
            what = "is a link that leads to itself" if error.errno == errno.ELOOP else "is too long"
            raise _nowhere(f"This path {what}. Choose another file for the history.", path) from error
        raise failure("readonly", str(error)) from error
    if start and start != _HEADER:
        raise failure("not_a_database", f"{path} starts with {start!r}")
    # Another process that creates the history writes the file before its log, perhaps between these looks.
    if not start and _was_a_history(path) and not path.stat().st_size:
        # SQLite would take it for a new one and discard the log.
        raise failure("corrupt", f"{path} is empty")


def is_ours(path: Path) -> bool:
    """Whether the header of a file, which survives damage elsewhere, says that it is a history."""
    from workbench.store.schema.format_version import APPLICATION_ID  # not needed for a sound history

    with contextlib.suppress(OSError), path.open("rb") as file:
        return file.read(72)[68:] == APPLICATION_ID.to_bytes(4)
    return False


def _was_a_history(path: Path) -> bool:
    from workbench.store.maintenance.backups import folder_of, listed  # not needed for a complete history

    log = path.with_name(f"{path.name}-wal")
    return (log.is_file() and log.stat().st_size > 0) or bool(listed(path, folder_of(path)))


def _nowhere(sentence: str, path: Path) -> StoreError:
    return StoreError(sentence, ascii(str(path)), "path")
