"""Tools and output formats in the form of the chat completions API.

Invariant: requests contain exactly what was typed. A text that is not a JSON Schema raises BlockError; it is never
left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.core.blocks import BlockError, OutputFormat, Tool
from workbench.core.content import Message

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_NEVER_STRICT = ("oneOf", "allOf", "not", "if", "patternProperties", "dependentSchemas", "prefixItems")
IN_WORDS = "Output format sent as an instruction: "
"""Prefix of a mark's detail when the format was sent as an instruction; the reason follows."""
ONLY_JSON = "Answer with one JSON value and nothing else: no text around it, and no code fence."


def tools_form(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """Return the `tools` of a request. Raises BlockError for an invalid or duplicate name or an invalid schema."""
    seen: set[str] = set()
    for tool in tools:
        if not _NAME.fullmatch(tool.name):
            raise BlockError(
                f"The tool “{tool.name}” needs a name of 1 to 64 characters: A-Z, a-z, 0-9, _ or -. Rename it."
                if tool.name
                else "A tool has no name. Give it one, or switch it off."
            )
        if tool.name in seen:
            raise BlockError(f"Two tools are named {tool.name}. Rename one of them, or switch it off.")
        seen.add(tool.name)
    return [{"type": "function", "function": _function(tool)} for tool in tools]


def _function(tool: Tool) -> dict[str, Any]:
    data: dict[str, Any] = {"name": tool.name}
    if tool.description:
        data["description"] = tool.description
    data["parameters"] = (
        schema_object(tool.parameters, f"The parameters of the tool {tool.name}")
        if tool.parameters.strip()
        else {"type": "object", "properties": {}}
    )
    return data


def format_form(output: OutputFormat) -> dict[str, Any]:
    """Return the `response_format` of a request, strict where the schema allows that. Raises BlockError."""
    if output.kind == "json":
        return {"type": "json_object"}
    schema = schema_object(output.schema, "The schema of the output format")
    name = _NOT_IN_A_NAME.sub("_", output.name).strip("_")[:64] or "answer"
    form: dict[str, Any] = {"name": name, "schema": schema}
    if is_strict(schema):
        form["strict"] = True
    return {"type": "json_schema", "json_schema": form}


def format_instruction(output: OutputFormat) -> str:
    """Return the output format as an instruction, for models without `response_format`."""
    if output.kind == "json":
        return ONLY_JSON
    return f"{ONLY_JSON} It has to be valid against this JSON Schema:\n{output.schema.strip()}"


def speaks_of_json(messages: Iterable[Message]) -> bool:
    """Whether a message mentions JSON, which providers require for JSON mode without a schema."""
    return any("json" in message.text.lower() for message in messages)


def told_the_format(messages: Sequence[Message], words: str) -> list[Message]:
    """Return the messages with `words` appended to the first system message, or in a new one at the front."""
    at = next((i for i, m in enumerate(messages) if m.role == "system"), None)
    if at is None:
        return [Message("system", words), *messages]
    system = messages[at]
    told = Message("system", f"{system.text}\n\n{words}" if system.text else words, system.attachments, system.cache)
    return [*messages[:at], told, *messages[at + 1 :]]


def schema_object(text: str, what: str) -> dict[str, Any]:
    """Parse a typed schema. Raises BlockError, whose text begins with `what`, if it is not a JSON object."""
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BlockError(f"{what}: not valid JSON at {place} ({error.msg}). Correct it there.") from error
    except RecursionError as error:
        raise BlockError(f"{what}: nested too deeply. Flatten it.") from error
    except ValueError as error:
        raise BlockError(f"{what}: a number in it has too many digits. Shorten it.") from error
    if not isinstance(schema, dict):
        raise BlockError(f'{what}: not a JSON object. Write it like {{"type": "object", "properties": {{}}}}.')
    return schema


def is_strict(schema: Any) -> bool:
    """Whether providers can enforce the schema strictly: an object, all keys required, no others allowed."""
    return isinstance(schema, Mapping) and schema.get("type") == "object" and _closed(schema)


def _closed(schema: Any) -> bool:
    if isinstance(schema, list):
        return all(_closed(item) for item in schema)
    if not isinstance(schema, Mapping):
        return True
    if schema.get("type") == "object" or "properties" in schema:
        properties = schema.get("properties")
        required = schema.get("required", [])
        if schema.get("additionalProperties") is not False or not isinstance(properties, Mapping):
            return False
        if not isinstance(required, list) or set(map(str, required)) != set(properties):
            return False
        if not all(_closed(item) for item in properties.values()):
            return False
    if any(name in schema for name in _NEVER_STRICT):
        return False
    tables = [table for name in ("$defs", "definitions") if isinstance(table := schema.get(name), Mapping)]
    inner = [schema.get("items"), schema.get("anyOf"), *(list(table.values()) for table in tables)]
    return all(_closed(one) for one in inner)
