"""Parts of a prompt other than messages: attachments, examples, an output format, tools.

Invariant: every part keeps the text as typed, even while it is invalid; a disabled part is stored but not sent. The
stored form omits defaults, so that a new kind of part changes no existing hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

OutputKind = Literal["json", "schema"]


class BlockError(ValueError):
    """A stored part with an invalid shape."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file attached to a message. `hash` is the lower-case hex SHA-256 of its bytes, which are stored separately."""

    hash: str
    media_type: str
    name: str

    @property
    def is_image(self) -> bool:
        """Whether it is sent to vision models as an image; any other attachment is text."""
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class Example:
    """One few-shot pair; both texts are templates."""

    user: str = ""
    assistant: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """The required form of an answer: any JSON, or JSON that is valid against `schema`, a JSON Schema as typed.

    `name` is the schema's name in requests ("" for a default).
    """

    kind: OutputKind
    schema: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class ToolRow:
    """A simulated result for calls whose arguments contain all entries of the JSON object `arguments`."""

    arguments: str
    answer: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that a model may call, with simulated results: the first matching row, else `answer`.

    `parameters` is the JSON Schema of its arguments as typed, "" for a function without arguments.
    """

    name: str
    description: str = ""
    parameters: str = ""
    answer: str = ""
    rows: tuple[ToolRow, ...] = ()
    enabled: bool = True


def attachment_to_json(attachment: Attachment) -> dict[str, Any]:
    """Return the stored form."""
    return {"hash": attachment.hash, "media_type": attachment.media_type, "name": attachment.name}


def attachment_from_json(data: object, where: str) -> Attachment:
    """Read `attachment_to_json` back. Raises BlockError, whose sentence begins with `where`."""
    item = _object(data, where, ("hash", "media_type", "name"))
    return Attachment(*(_text(item, name, where) for name in ("hash", "media_type", "name")))


def examples_to_json(examples: Iterable[Example]) -> list[dict[str, Any]]:
    """Return the stored form."""
    return [{"user": e.user, "assistant": e.assistant} | _off(e.enabled) for e in examples]


def examples_from_json(data: object) -> tuple[Example, ...]:
    """Read `examples_to_json` back. Raises BlockError."""
    examples = []
    for number, raw in enumerate(_list(data, "The examples"), start=1):
        where = f"Example {number}"
        item = _object(raw, where, ("user", "assistant", "off"))
        examples.append(Example(_text(item, "user", where), _text(item, "assistant", where), _on(item, where)))
    return tuple(examples)


def output_to_json(output: OutputFormat) -> dict[str, Any]:
    """Return the stored form."""
    texts = {"schema": output.schema, "name": output.name}
    return {"kind": output.kind, **{name: text for name, text in texts.items() if text}}


def output_from_json(data: object) -> OutputFormat:
    """Read `output_to_json` back. Raises BlockError."""
    where = "The output format"
    item = _object(data, where, ("kind", "schema", "name"))
    if item.get("kind") not in get_args(OutputKind):
        raise BlockError(f"{where} is {' or '.join(get_args(OutputKind))}, not {item.get('kind')!r}.")
    return OutputFormat(
        cast(OutputKind, item["kind"]), _text(item, "schema", where, ""), _text(item, "name", where, "")
    )


def tools_to_json(tools: Iterable[Tool]) -> list[dict[str, Any]]:
    """Return the stored form."""
    return [_tool_to_json(tool) for tool in tools]


def _tool_to_json(tool: Tool) -> dict[str, Any]:
    data: dict[str, Any] = {"name": tool.name}
    texts = {"description": tool.description, "parameters": tool.parameters, "answer": tool.answer}
    data |= {name: text for name, text in texts.items() if text}
    if tool.rows:
        data["rows"] = [{"arguments": row.arguments, "answer": row.answer} for row in tool.rows]
    return data | _off(tool.enabled)


def tools_from_json(data: object) -> tuple[Tool, ...]:
    """Read `tools_to_json` back. Raises BlockError."""
    return tuple(_tool(raw, f"Tool {number}") for number, raw in enumerate(_list(data, "The tools"), start=1))


def _tool(raw: object, where: str) -> Tool:
    item = _object(raw, where, ("name", "description", "parameters", "answer", "rows", "off"))
    rows = []
    for number, one in enumerate(_list(item.get("rows", []), f"The rows of {where.lower()}"), start=1):
        place = f"Row {number} of {where.lower()}"
        row = _object(one, place, ("arguments", "answer"))
        rows.append(ToolRow(_text(row, "arguments", place), _text(row, "answer", place)))
    return Tool(
        _text(item, "name", where),
        _text(item, "description", where, ""),
        _text(item, "parameters", where, ""),
        _text(item, "answer", where, ""),
        tuple(rows),
        _on(item, where),
    )


def _off(enabled: bool) -> dict[str, Any]:
    return {} if enabled else {"off": True}


def _on(item: Mapping[str, Any], where: str) -> bool:
    off = item.get("off", False)
    if not isinstance(off, bool):
        raise BlockError(f"{where}: off must be true or false, not {off!r}.")
    return not off


def _object(data: object, where: str, known: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise BlockError(f"{where} is not an object.")
    # Dropping a part that a newer release added would silently send, and hash, something else.
    if unknown := ", ".join(repr(key) for key in data if key not in known):
        raise BlockError(f"{where} has {unknown}, which this release does not know; a newer one reads it.")
    return data


def _list(data: object, where: str) -> list[Any]:
    if not isinstance(data, list):
        raise BlockError(f"{where} are not a list.")
    return data


def _text(item: Mapping[str, Any], name: str, where: str, default: str | None = None) -> str:
    value = item.get(name, default)
    if not isinstance(value, str):
        raise BlockError(f"{where} needs the text {name!r}.")
    return value
