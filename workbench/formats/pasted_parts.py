"""Recognise examples, tools and an output format in a copied text.

Invariant: what is recognised for sure says itself what it is: a JSON Schema, tools or a `response_format` as requests
carry them, pairs in JSON, or rows of two cells. The text of a schema is kept as it was copied.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from workbench.core.blocks import Example, OutputFormat, Tool
from workbench.core.content import Content
from workbench.core.json_parts import fault
from workbench.core.text import counted, unify_newlines
from workbench.formats.example_pairs import read_pairs
from workbench.formats.request_parts import is_tool, output_of, tools_of

MOST = 2_000_000
"""Maximum number of characters read; more would block the UI thread."""
_TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}
_SAYS_SCHEMA = {"$schema", "$defs", "properties", "items", "anyOf", "oneOf", "allOf", "enum", "const", "$ref"}
_NOTHING = "There are no examples, tools or JSON Schema in the clipboard. Copy them first."


@dataclass(frozen=True, slots=True)
class PastedParts:
    """The parts of a prompt found in a pasted text; `left_out` has a sentence for each thing that was not used."""

    examples: tuple[Example, ...] = ()
    tools: tuple[Tool, ...] = ()
    output: OutputFormat | None = None
    left_out: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any parts."""
        return bool(self.examples or self.tools or self.output is not None)

    @property
    def words(self) -> str:
        """What was found: "2 examples and 1 tool"."""
        found = []
        if self.examples:
            found.append(counted(len(self.examples), "example"))
        if self.tools:
            found.append(counted(len(self.tools), "tool"))
        if self.output is not None:
            found.append("a JSON Schema" if self.output.kind == "schema" else "an output format")
        return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)

    def added_to(self, content: Content) -> Content:
        """Return a prompt with these parts behind its own; its output format is replaced."""
        return replace(
            content,
            examples=(*content.examples, *self.examples),
            tools=(*content.tools, *self.tools),
            output=self.output or content.output,
        )


def read_parts(text: str) -> PastedParts:
    """Return the parts found in `text`. Without any, `left_out` says why."""
    if not text.strip():
        return PastedParts(left_out=(_NOTHING,))
    if len(text) > MOST:
        return PastedParts(left_out=(f"The copied text is longer than {MOST:,} characters. Copy a part of it.",))
    if found := _of_json(text):
        return found
    pairs = read_pairs(text)
    is_table = pairs.has_names or "\t" in text or text.lstrip()[0] in "{["
    if not pairs.examples or not is_table:
        return PastedParts(left_out=(_NOTHING,))
    return PastedParts(examples=pairs.examples, left_out=pairs.left_out)


def recognised(text: str) -> PastedParts:
    """Return what `text` is for sure and as a whole, nothing if it may be a text of its own."""
    if len(text) > MOST:
        return PastedParts()
    if found := _of_json(text):
        return found
    if text.lstrip()[:1] not in ("{", "[") and not _is_two_columns(text):
        return PastedParts()
    pairs = read_pairs(text)
    return PastedParts() if pairs.left_out else PastedParts(examples=pairs.examples)


def _is_two_columns(text: str) -> bool:
    rows = [line.split("\t") for line in text.split("\n") if line.strip()]
    return bool(rows) and all(len(row) == 2 and row[0].strip() and row[1].strip() for row in rows)


def _of_json(text: str) -> PastedParts:
    if text.lstrip()[:1] not in ("{", "["):
        return PastedParts()
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return PastedParts()
    if isinstance(data, list):
        return PastedParts(tools=_tools(data))
    output = output_of(data) or output_of(data.get("response_format"))
    if output is None and isinstance(data.get("schema"), dict) and isinstance(data.get("name"), str):
        output = output_of({"type": "json_schema", **data})
    if output is None and _is_schema(data) and not fault(text):
        output = OutputFormat("schema", unify_newlines(text).strip())
    return PastedParts(tools=_tools([data]) or _tools(data.get("tools")), output=output)


def _tools(given: object) -> tuple[Tool, ...]:
    """Return the tools of a list whose entries all say that they are some."""
    is_list = isinstance(given, list) and all(is_tool(one) for one in given)
    return (tools_of(given) or ()) if is_list else ()


def _is_schema(data: dict[str, Any]) -> bool:
    kinds = data.get("type")
    named = kinds if isinstance(kinds, list) else [kinds]
    if any(isinstance(kind, str) and kind in _TYPES for kind in named):
        return "name" not in data
    return "type" not in data and bool(_SAYS_SCHEMA & data.keys()) and "name" not in data
