"""Tools and output formats as requests to providers carry them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbench.core.blocks import OutputFormat, Tool

_MOST_TOOLS = 100
_SCHEMAS = ("parameters", "input_schema", "inputSchema")
"""The names of a tool's schema: OpenAI's, Anthropic's and MCP's."""


def tools_of(given: object) -> tuple[Tool, ...] | None:
    """Return the tools of a list in the form of OpenAI, Anthropic or MCP; None if one cannot be read."""
    if not isinstance(given, list) or len(given) > _MOST_TOOLS:
        return None
    found = [_tool(one) for one in given]
    tools = tuple(tool for tool in found if tool is not None)
    names = {tool.name for tool in tools}
    return tools if len(names) == len(found) else None


def output_of(given: object) -> OutputFormat | None:
    """Return the output format in a `response_format`, None if it is another form."""
    form = _as_map(given)
    if form.get("type") == "json_object":
        return OutputFormat("json")
    inner = _as_map(form.get("json_schema")) or form
    schema = inner.get("schema")
    if form.get("type") != "json_schema" or not isinstance(schema, dict):
        return None
    return OutputFormat("schema", _indented(schema), _as_text(inner.get("name")))


def is_tool(given: object) -> bool:
    """Return whether something says that it is a tool: a function, or a name with a schema."""
    tool = _as_map(given)
    if tool.get("type") == "function":
        return True
    return "name" in tool and any(isinstance(tool.get(name), dict) for name in _SCHEMAS)


def _tool(given: object) -> Tool | None:
    tool = _as_map(given)
    # OpenAI's chats nest the function; its responses, Anthropic and MCP do not.
    function = _as_map(tool.get("function")) or tool
    schema = next((function[name] for name in _SCHEMAS if name in function), None)
    name = _as_text(function.get("name"))
    if not name or (schema is not None and not isinstance(schema, dict)):
        return None
    return Tool(name, _as_text(function.get("description")), _indented(schema) if schema else "")


def _indented(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2)


def _as_map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else ""
