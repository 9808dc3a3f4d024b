"""Files that are values of a configuration's tests.

Invariant: a file becomes a value only if its bytes are a picture that models take, or the file that a pack names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from workbench.core.attachments import picture_type
from workbench.core.blocks import Attachment
from workbench.core.imported_runs import clean
from workbench.core.testing.imported_suite import LossKind


class FileValue(str):
    """The name of a file that is a value, as a text, with the file."""

    __slots__ = ("attachment",)
    attachment: Attachment

    @classmethod
    def of(cls, attachment: Attachment) -> FileValue:
        """Return the value that a file is."""
        made = cls(attachment.name)
        made.attachment = attachment
        return made


class ValueFiles:
    """Reads files that are values, each once."""

    def __init__(self, body: Callable[[str, str], bytes], lose: Callable[[LossKind, str, str], None]) -> None:
        """`body` returns the content of a file by its path and the place that refers to it, `lose` notes a loss."""
        self._body, self._lose = body, lose
        self._pictures: dict[str, FileValue | None] = {}
        self._bodies: dict[str, tuple[bytes, str]] = {}

    @property
    def files(self) -> tuple[tuple[bytes, str], ...]:
        """The content and the media type of each file."""
        return tuple(self._bodies.values())

    def picture(self, path: str, where: str) -> FileValue | None:
        """Return a picture, None if it is none that models take, which is noted. Raises SuiteFileError."""
        if path not in self._pictures:
            body = self._body(path, where)
            kind = picture_type(body)
            hash_ = hashlib.sha256(body).hexdigest()
            name = clean(path.rpartition("/")[2])
            self._pictures[path] = self._kept(body, Attachment(hash_, kind, name)) if kind else None
        found = self._pictures[path]
        if found is None:
            self._lose("refused", where, f"The case is left out: “{path[:80]}” is no PNG, JPEG, GIF or WebP.")
        return found

    def own_file(self, path: str, attachment: Attachment, where: str) -> FileValue | None:
        """Return a file of a pack, None if it is not the one that the pack names. Raises SuiteFileError."""
        if attachment.hash in self._bodies:
            return FileValue.of(attachment)
        body = self._body(path, where)
        is_same = hashlib.sha256(body).hexdigest() == attachment.hash
        if not is_same or picture_type(body) != (attachment.media_type if attachment.is_image else ""):
            return None
        return self._kept(body, attachment)

    def _kept(self, body: bytes, attachment: Attachment) -> FileValue:
        self._bodies[attachment.hash] = body, attachment.media_type
        return FileValue.of(attachment)
