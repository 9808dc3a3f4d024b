"""Adding files to the history as attachments of messages.

Invariant: the bytes of an attachment are in the history before its reference is returned. Everything here blocks; use
it on worker threads.
"""

from __future__ import annotations

import stat
from pathlib import Path

from workbench.core.attachments import MOST_BYTES, AttachError, check_size, media_type
from workbench.core.blocks import Attachment
from workbench.store import Store
from workbench.usecases.problems import RefusedError


class Attachments:
    """The attached files of one history."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def take_file(self, path: Path) -> Attachment:
        """Store a copy of a file. Raises RefusedError if it cannot be read or no model accepts its type."""
        name = _name(path)
        try:
            about = path.stat()
            if not stat.S_ISREG(about.st_mode):
                # A pipe or a device might be read forever.
                raise RefusedError(f"“{name}” is not a file. Choose single files.")
            check_size(name, about.st_size)
            with path.open("rb") as file:
                body = file.read(MOST_BYTES + 1)
        except OSError as error:
            why = error.strerror or "the disk reported an error"
            raise RefusedError(
                f"“{name}” cannot be read ({why.lower()}). Check that it is there and that you may read it.", str(error)
            ) from error
        except AttachError as error:
            raise RefusedError(str(error)) from error
        return self.take(body, name)

    def take(self, body: bytes, name: str) -> Attachment:
        """Store bytes under a name. Raises RefusedError if no model accepts their type, StoreError if storing fails."""
        try:
            kind = media_type(name, body)
        except AttachError as error:
            raise RefusedError(str(error)) from error
        return Attachment(self._store.add_blob(body, kind).result(), kind, name)

    def body(self, attachment: Attachment) -> bytes:
        """Return the bytes. Raises StoreError (missing) for an attachment that is not in this history."""
        return self._store.blob(attachment.hash)


def _name(path: Path) -> str:
    """Return a file's name as text that can be stored, whatever bytes it has on the disk."""
    return path.name.encode("utf-8", "replace").decode() or str(path)
