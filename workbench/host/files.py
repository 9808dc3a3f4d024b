"""Reading of files named by the user, and replacing and appending to files of the product.

Invariant: pipes and devices are refused before any read or write, which could block; files that are too large are
refused before they are read.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path


def read_file(path: Path, most_bytes: int) -> bytes:
    """Return the content of a file. Raises OSError, also if it is not a regular file or exceeds `most_bytes`."""
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
        found = os.fstat(stream.fileno())
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is a pipe or a device, not a file", str(path))
        if found.st_size > most_bytes:
            raise OSError(errno.EFBIG, f"it is larger than {most_bytes // 2**20} MB", str(path))
        return stream.read(most_bytes)


def replace_file(path: Path, text: str) -> None:
    """Replace or create a file of the product durably, with mode 600. Raises OSError; an existing file stays then."""
    import tempfile  # imported late: nothing is written before the window opens

    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except OSError:
        if temporary:
            with contextlib.suppress(OSError):  # report the first error
                Path(temporary).unlink(missing_ok=True)
        raise


def open_to_append(path: Path) -> int:
    """Open a file of the product for appending, creating it with mode 600, and return the descriptor.

    Raises OSError for a symbolic link and for anything that is not a regular file.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is a pipe or a device, not a file", str(path))
    return descriptor
