"""The content of a version: everything that is sent except values and lane parameters.

Invariant: equal content has an equal hash on every machine and in every release. The hash is SHA-256 over RFC 8785
canonical JSON of the non-empty keys with `format: 1`; it excludes name, parent, values and lane parameters.

Modules for optional parts and for hashing are imported on first use, because the first paint shows the draft.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

if TYPE_CHECKING:
    from workbench.core.blocks import Attachment, Example, OutputFormat, Tool

Role = Literal["system", "user", "assistant"]
Template = Literal["plain", "jinja"]
ExamplesIn = Literal["messages", "system"]
ROLES: tuple[Role, ...] = get_args(Role)
ROLE_NAMES: dict[Role, str] = {"system": "System", "user": "User", "assistant": "Assistant"}
"""The roles as people read them."""
FORMAT = 1
TOOL_ROUNDS = 5
"""Default number of rounds of tool calls before an answer is stopped."""
MOST_TOOL_ROUNDS = 20
MOST_LANES = 200
"""Maximum number of lanes of a draft; here, because the first paint reads a draft without importing lanes."""
_PARTS = frozenset({"examples", "examples_in", "output", "tools", "tool_rounds"})
KNOWN = frozenset({"format", "messages", "template"}) | _PARTS

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class ContentError(ValueError):
    """Stored or imported content with an invalid shape."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `text` is a template, kept exactly as typed.

    `cache` sets a prompt cache breakpoint after this message, for providers that support them.
    """

    role: Role
    text: str
    attachments: tuple[Attachment, ...] = ()
    cache: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """Messages and the other parts, and the template syntax of their variables.

    `tool_rounds` is the number of rounds of tool calls before an answer is stopped. `extra` is canonical JSON of keys
    unknown to this release ("" for none); it is kept and hashed, so that a round trip through an older release loses
    nothing.
    """

    messages: tuple[Message, ...] = ()
    template: Template = "plain"
    extra: str = ""
    examples: tuple[Example, ...] = ()
    examples_in: ExamplesIn = "messages"
    output: OutputFormat | None = None
    tools: tuple[Tool, ...] = ()
    tool_rounds: int = TOOL_ROUNDS

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send: examples, formats and tools alone are not a request."""
        return not any(m.text or m.attachments for m in self.messages) and not self.extra


def to_json(content: Content) -> dict[str, Any]:
    """Return the stored form: `format` and the keys that are not empty or default."""
    data: dict[str, Any] = json.loads(content.extra) if content.extra else {}
    data["format"] = FORMAT
    if content.messages:
        data["messages"] = [_message_to_json(m) for m in content.messages]
    if content.template != "plain":
        data["template"] = content.template
    if content.examples_in != "messages":
        data["examples_in"] = content.examples_in
    if content.tool_rounds != TOOL_ROUNDS:
        data["tool_rounds"] = content.tool_rounds
    if content.examples or content.output is not None or content.tools:
        data |= _parts_to_json(content)
    return data


def _parts_to_json(content: Content) -> dict[str, Any]:
    from workbench.core import blocks

    data: dict[str, Any] = {}
    if content.examples:
        data["examples"] = blocks.examples_to_json(content.examples)
    if content.output is not None:
        data["output"] = blocks.output_to_json(content.output)
    if content.tools:
        data["tools"] = blocks.tools_to_json(content.tools)
    return data


def _message_to_json(message: Message) -> dict[str, Any]:
    data: dict[str, Any] = {"role": message.role, "text": message.text}
    if message.attachments:
        from workbench.core import blocks

        data["attachments"] = [blocks.attachment_to_json(attachment) for attachment in message.attachments]
    if message.cache:
        data["cache"] = True
    return data


def from_json(data: Mapping[str, Any]) -> Content:
    """Read the stored form back. Raises ContentError for an invalid shape."""
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
    unknown = {key: value for key, value in data.items() if key not in KNOWN}
    extra = _extra(unknown) if unknown else ""
    return Content(messages, template, extra, **(_parts(data) if _PARTS & data.keys() else {}))


def _parts(data: Mapping[str, Any]) -> dict[str, Any]:
    from workbench.core import blocks

    examples_in, rounds = data.get("examples_in", "messages"), data.get("tool_rounds", TOOL_ROUNDS)
    if examples_in not in get_args(ExamplesIn):
        raise ContentError(f"Examples go into {' or '.join(get_args(ExamplesIn))}, not {examples_in!r}.")
    if type(rounds) is not int or not 1 <= rounds <= MOST_TOOL_ROUNDS:
        raise ContentError(f"Tools may be called in 1 to {MOST_TOOL_ROUNDS} rounds, not {rounds!r}.")
    output = data.get("output")
    try:
        return {
            "examples": blocks.examples_from_json(data.get("examples", [])),
            "examples_in": examples_in,
            "output": None if output is None else blocks.output_from_json(output),
            "tools": blocks.tools_from_json(data.get("tools", [])),
            "tool_rounds": rounds,
        }
    except blocks.BlockError as error:
        raise ContentError(str(error)) from error


def _has_format(data: Mapping[str, Any]) -> bool:
    return type(data.get("format")) is int and data["format"] == FORMAT


def readable(data: Mapping[str, Any]) -> tuple[Content, str]:
    """Return the part of stored content that this release can show, and a sentence if it is incomplete, else "".

    A newer release of the same format may add keys, roles and kinds of messages. Incomplete content is for display
    only: it must not be sent, edited or hashed. Raises ContentError for another format, and if the messages are not a
    list.
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
    """Return canonical JSON of the unknown keys. Raises ContentError for values that would not survive a round trip.

    It is encoded a second time: floats above 2^53 can be written, but are read back as integers too large to write.
    """
    import rfc8785

    try:
        text = bytes(rfc8785.dumps(unknown)).decode()
        rfc8785.dumps(json.loads(text))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        names = ", ".join(repr(key) for key in unknown)
        raise ContentError(f"Data of a newer release under {names} cannot be kept: {error}.") from error
    return text


def _message(item: object, index: int) -> Message:
    role, text = (item.get("role"), item.get("text")) if isinstance(item, Mapping) else (None, None)
    if not isinstance(item, Mapping) or role not in ROLES or not isinstance(text, str):
        raise ContentError(f"Message {index} needs a role (one of {', '.join(ROLES)}) and a text.")
    # Dropping a part that a newer release added would silently send, and hash, something else.
    known = ("role", "text", "attachments", "cache")
    if unknown := ", ".join(repr(key) for key in item if key not in known):
        raise ContentError(f"Message {index} has {unknown}, which this release does not know; a newer one reads it.")
    attached, cache = item.get("attachments", []), item.get("cache", False)
    if not isinstance(attached, list) or not isinstance(cache, bool):
        raise ContentError(f"Message {index}: attachments must be a list, and a cache mark must be true.")
    return Message(cast(Role, role), text, _attachments(attached, index) if attached else (), cache)


def _attachments(attached: list[Any], index: int) -> tuple[Attachment, ...]:
    from workbench.core import blocks

    try:
        return tuple(blocks.attachment_from_json(one, f"An attachment of message {index}") for one in attached)
    except blocks.BlockError as error:
        raise ContentError(str(error)) from error


def canonical(content: Content) -> bytes:
    """Return the RFC 8785 bytes that are hashed and stored. Raises ContentError for text that UTF-8 cannot encode."""
    for index, message in enumerate(content.messages, start=1):
        try:
            message.text.encode()
        except UnicodeEncodeError as error:
            raise ContentError(
                f"The text of message {index} has half a character (at {error.start}) and cannot be sent. Remove it."
            ) from error
    try:
        return _canonical(to_json(content), foreign=bool(content.extra))
    except UnicodeEncodeError as error:
        raise ContentError(
            "An example, a tool or the output format has half a character and cannot be sent. Remove it."
        ) from error


def _canonical(data: Mapping[str, Any], *, foreign: bool) -> bytes:
    if not foreign:
        # Only strings, booleans and small integers under ASCII keys: the standard library writes the same bytes,
        # several times faster.
        return _ENCODER.encode(data).encode()
    import rfc8785

    return bytes(rfc8785.dumps(data))


def content_hash(content: Content) -> str:
    """Return the lower-case hex SHA-256 of `canonical(content)`. Raises ContentError as `canonical` does."""
    import hashlib

    return hashlib.sha256(canonical(content)).hexdigest()
