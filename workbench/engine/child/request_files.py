"""Attached files in requests.

Invariant: file contents are sent to the provider only: recorded requests hold `sha256:` and the hash in their place.
A request is not sent unless every file matches its hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workbench.core.blocks import Attachment
from workbench.core.content import Message
from workbench.engine.calls import Call
from workbench.engine.child.failures import CallError

MOST_BYTES = 50 * 1024 * 1024
"""Total size of all files of one call."""
_WORTH_A_LOOK = 32
"""Characters; shorter strings in a request are not searched for file contents."""


class RequestFiles:
    """The files of one call. To be created in a thread, because reading and encoding are slow."""

    def __init__(self, call: Call) -> None:
        """Read the files. Raises CallError when one is missing, changed, too large, or a text file without UTF-8."""
        paths = dict(call.files)
        self._bodies: dict[str, str] = {}
        room = MOST_BYTES
        for attachment in attachments(call.messages):
            if attachment.hash not in self._bodies:
                body = _read(attachment, paths.get(attachment.hash, ""), room)
                room -= len(body)
                self._bodies[attachment.hash] = _encoded(attachment, body)

    def body(self, attachment: Attachment) -> str:
        """Return an image as base64, or the text of a text file."""
        return self._bodies[attachment.hash]

    def hidden(self, value: Any) -> Any:
        """Return a JSON value with the file contents in it replaced by hashes."""
        if isinstance(value, str):
            if len(value) >= _WORTH_A_LOOK:
                for name, body in self._bodies.items():
                    if len(body) >= _WORTH_A_LOOK and body in value:
                        value = value.replace(body, _named(name))
            return value
        if isinstance(value, list):
            return [self.hidden(item) for item in value]
        if isinstance(value, dict):
            return {key: self.hidden(item) for key, item in value.items()}
        return value


def attachments(messages: Iterable[Message]) -> list[Attachment]:
    """Return all files of the messages, in order."""
    return [attachment for message in messages for attachment in message.attachments]


def content_of(message: Message, files: RequestFiles | None) -> Any:
    """Return a message's content: its text, or a list of parts if it has images. Without `files`, hashes replace files.

    Text files follow the text, each within tags that name it, because many servers refuse separate parts for them.
    """
    texts = [message.text] if message.text else []
    images = []
    for one in message.attachments:
        body = files.body(one) if files is not None else _named(one.hash)
        if one.is_image:
            url = f"data:{one.media_type};base64,{body}"
            images.append({"type": "image_url", "image_url": {"url": url}})
        else:
            texts.append(f'<file name="{one.name}">\n{body}\n</file>')
    text = "\n\n".join(texts)
    if not images:
        return text
    return [*([{"type": "text", "text": text}] if text else []), *images]


def _named(name: str) -> str:
    return f"sha256:{name}"


def _read(attachment: Attachment, path: str, room: int) -> bytes:
    try:
        body = Path(path).read_bytes() if path else b""
    except OSError as error:
        raise CallError(
            "bad_file",
            f"The file {attachment.name} could not be read, so nothing was sent. Attach it again, then run again.",
            str(error),
        ) from error
    if hashlib.sha256(body).hexdigest() != attachment.hash:
        raise CallError(
            "bad_file",
            f"The file {attachment.name} differs from the attached one, so nothing was sent. Retry the lane; if it "
            "fails again, attach the file again.",
            attachment.hash,
        )
    if len(body) > room:
        raise CallError(
            "bad_file",
            f"The files of this prompt have more than {MOST_BYTES // 2**20} MB together, so nothing was sent. "
            "Remove some of them.",
        )
    return body


def _encoded(attachment: Attachment, body: bytes) -> str:
    if attachment.is_image:
        return base64.b64encode(body).decode("ascii")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CallError(
            "bad_file",
            f"The file {attachment.name} is not UTF-8 text, so nothing was sent. Save it as UTF-8 and attach it again.",
            str(error),
        ) from error
