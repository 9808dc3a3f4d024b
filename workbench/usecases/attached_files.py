"""Temporary files that hold attachments for calls.

Invariant: a file is written once for all calls of this session, is readable by the user alone, and is removed when the
session ends; the next session removes those of sessions that died. Attachments that a model is known not to support
are refused with a reason before anything is sent.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from workbench.core.attachments import PICTURES
from workbench.core.blocks import Attachment
from workbench.core.lanes import Endpoint
from workbench.core.rendered_content import RenderedRequest
from workbench.core.runs import Failure
from workbench.host.dirs import make_private
from workbench.host.errors import HostError, explain

NO_VISION = Failure(
    "no_vision",
    "This model cannot see images, but this prompt has some, so nothing was sent. Choose a model with vision for the "
    "lane, or remove the images.",
)


def attachments_of(rendered: RenderedRequest) -> tuple[Attachment, ...]:
    """Return the distinct attachments of a rendered prompt."""
    return tuple(dict.fromkeys(one for message in rendered.messages for one in message.attachments))


def refusal(attached: Iterable[Attachment], endpoint: Endpoint, lacking: frozenset[str]) -> Failure | None:
    """Return why a model cannot receive these attachments, None when no reason is known."""
    images = [one for one in attached if one.is_image]
    if not images or endpoint.kind == "echo":
        return None
    if "vision" in lacking or endpoint.is_local:
        return NO_VISION
    for one in images:
        if one.media_type not in PICTURES:
            return Failure(
                "bad_file",
                f"The image {one.name} has a format that models do not accept. Attach it as PNG, JPEG, GIF or WebP.",
                one.media_type,
            )
    return None


class AttachedFiles:
    """Writes attachments to files for calls. Blocks; use it on worker threads."""

    def __init__(self, cache: Path, database: Path, owner_uid: str, blob: Callable[[str], bytes]) -> None:
        """Use a folder of `cache` for this database, which alone knows whether its other sessions are alive."""
        self._all = cache / "attachments" / hashlib.sha256(str(database).encode()).hexdigest()[:16]
        self._mine = self._all / owner_uid
        self._blob = blob
        self._lock = threading.Lock()
        self._written: set[str] = set()

    def paths(self, attached: Iterable[Attachment]) -> tuple[tuple[str, str], ...]:
        """Return hash and path of each file. Raises StoreError if one is not in the history, HostError for the disk."""
        return tuple((one.hash, str(self._path(one.hash))) for one in attached)

    def _path(self, name: str) -> Path:
        path = self._mine / name
        with self._lock:
            if name not in self._written:
                body = self._blob(name)
                make_private(self._mine)
                try:
                    path.touch(mode=0o600)
                    path.write_bytes(body)
                except OSError as error:
                    raise HostError(
                        "An attached file could not be written out for the call, so nothing was sent. "
                        "Free some space, then try again.",
                        explain(error),
                    ) from error
                self._written.add(name)
        return path

    def sweep(self, alive: Callable[[str], bool]) -> None:
        """Remove the folders of sessions that are not alive."""
        if self._all.is_dir():
            for folder in self._all.iterdir():
                if not alive(folder.name):
                    shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Remove the files of this session."""
        shutil.rmtree(self._mine, ignore_errors=True)
