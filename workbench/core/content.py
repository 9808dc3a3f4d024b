"""The content of a version: what is sent, apart from values and lane parameters.

Invariant: equal content has an equal hash on every machine and in every release. The hash is SHA-256 over RFC 8785
canonical JSON of the non-empty keys with `format: 1`; it knows no name, parent, value or lane parameter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

Role = Literal["system", "user", "assistant"]
Template = Literal["plain", "jinja"]
ROLES: tuple[Role, ...] = get_args(Role)
FORMAT = 1
_KNOWN = frozenset({"format", "messages", "template"})


class ContentError(ValueError):
    """Stored or imported content that does not have the documented shape."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `text` is a template and exact to the byte."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Content:
    """Messages and how their variables are written.

    `extra` is canonical JSON of the keys that a newer release added and this one does not know ("" for none); it
    is carried along and hashed, so that a round trip through an older release loses nothing.
    """

    messages: tuple[Message, ...] = ()
    template: Template = "plain"
    extra: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send."""
        return not any(m.text for m in self.messages) and not self.extra


def to_json(content: Content) -> dict[str, Any]:
    """Return the stored form: `format` and the keys that are not empty or default."""
    data: dict[str, Any] = json.loads(content.extra) if content.extra else {}
    data["format"] = FORMAT
    if content.messages:
        data["messages"] = [{"role": m.role, "text": m.text} for m in content.messages]
    if content.template != "plain":
        data["template"] = content.template
    return data


def from_json(data: Mapping[str, Any]) -> Content:
    """Read the stored form back; raises ContentError with a sentence where the shape is wrong."""
    if not isinstance(data, Mapping):
        raise ContentError("This prompt is not an object with a format and messages.")
    if not _has_format(data):
        raise ContentError(
            f"This prompt has content format {data.get('format')!r}; this release reads format {FORMAT}."
        )
    raw = data.get("messages", [])
    if not isinstance(raw, list):
        raise ContentError("The messages of this prompt are not a list.")
    template = data.get("template", "plain")
    if template not in get_args(Template):
        raise ContentError(f"Templates are plain or jinja, not {template!r}.")
    messages = tuple(_message(item, index) for index, item in enumerate(raw, start=1))
    unknown = {key: value for key, value in data.items() if key not in _KNOWN}
    extra = _extra(unknown) if unknown else ""
    return Content(messages, template, extra)


def _has_format(data: Mapping[str, Any]) -> bool:
    return type(data.get("format")) is int and data["format"] == FORMAT


def readable(data: Mapping[str, Any]) -> tuple[Content, str]:
    """Return what this release can show of stored content, and a sentence about what it cannot, "" when it is whole.

    A newer release of the same format may add keys, roles and kinds of messages. Content that is not whole is for the
    eye only: sent, edited or hashed it would be something else. Raises ContentError for another format, and where the
    messages are no list.
    """
    try:
        return from_json(data), ""
    except ContentError as error:
        if not isinstance(data, Mapping) or not _has_format(data) or not isinstance(data.get("messages"), list):
            raise
        known = [
            Message(cast(Role, item["role"]), item["text"])
            for item in data["messages"]
            if isinstance(item, Mapping) and item.get("role") in ROLES and isinstance(item.get("text"), str)
        ]
        template: Template = "jinja" if data.get("template") == "jinja" else "plain"
        sentence = f"{error} So this version can only be read here; edit and run it with the release that made it."
        return Content(tuple(known), template), sentence


def _extra(unknown: Mapping[str, Any]) -> str:
    """Return canonical JSON, made twice: numbers over 2^53 can be written as floats and not be read as integers."""
    import rfc8785

    try:
        text = bytes(rfc8785.dumps(unknown)).decode()
        rfc8785.dumps(json.loads(text))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        names = ", ".join(repr(key) for key in unknown)
        raise ContentError(f"What a newer release stored under {names} cannot be kept: {error}.") from error
    return text


def _message(item: object, index: int) -> Message:
    role, text = (item.get("role"), item.get("text")) if isinstance(item, Mapping) else (None, None)
    if not isinstance(item, Mapping) or role not in ROLES or not isinstance(text, str):
        raise ContentError(f"Message {index} needs a role (one of {', '.join(ROLES)}) and a text.")
    # Dropping a part that a newer release added would silently send, and hash, something else.
    if unknown := ", ".join(repr(key) for key in item if key not in ("role", "text")):
        raise ContentError(f"Message {index} has {unknown}, which this release does not know; a newer one reads it.")
    return Message(cast(Role, role), text)


def canonical(content: Content) -> bytes:
    """Return the RFC 8785 bytes that are hashed and stored. Raises ContentError for text that UTF-8 cannot hold."""
    # Here and in `content_hash`, not at the top: the window is painted before anything is hashed.
    import rfc8785

    for index, message in enumerate(content.messages, start=1):
        try:
            message.text.encode()
        except UnicodeEncodeError as error:
            raise ContentError(
                f"The text of message {index} has half a character (at {error.start}) and cannot be sent. Remove it."
            ) from error
    return bytes(rfc8785.dumps(to_json(content)))


def content_hash(content: Content) -> str:
    """Return the lower-case hex SHA-256 of `canonical(content)`. Raises ContentError as `canonical` does."""
    import hashlib

    return hashlib.sha256(canonical(content)).hexdigest()
