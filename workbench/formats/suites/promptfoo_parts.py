"""Tools and output formats in the settings of promptfoo's providers, which are parts of a prompt here.

Invariant: parts are taken only if all models that get a prompt agree on them; otherwise they are named in the losses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.core.blocks import OutputFormat, Tool
from workbench.core.content import Content
from workbench.formats.imports.promptfoo_settings import as_map, as_text
from workbench.packs.promptfoo_config import MARKS
from workbench.packs.promptfoo_references import schema_of_text, self_contained

PARTS = ("tools", "response_format")
_MOST_TOOLS = 100


@dataclass(frozen=True, slots=True)
class PromptParts:
    """Tools and output format of a request."""

    tools: tuple[Tool, ...] = ()
    output: OutputFormat | None = None

    def applied(self, content: Content) -> Content:
        """Return a prompt with these parts."""
        return replace(content, tools=self.tools, output=self.output)


def parts_of(config: Mapping[str, Any]) -> tuple[PromptParts, tuple[str, ...]]:
    """Return the parts in a provider's `config`, and the names of those that cannot be taken."""
    passed = as_map(config.get("passthrough"))
    # promptfoo fills variables into what is not passed through; tools and formats are no templates here.
    rendered = [name for name in PARTS if name in config and "{{" in json.dumps(config[name])]
    given = {name: config.get(name, passed.get(name)) for name in PARTS if name not in rendered}
    for name, text in as_map(config.get(MARKS)).items():
        original = schema_of_text(text)
        # A part that was changed in the file counts.
        if name in PARTS and original is not None and self_contained(original) == given.get(name):
            given[name] = original
    failed = set(rendered)
    tools: tuple[Tool, ...] | None = ()
    output = None
    if given.get("tools") and (tools := _tools(given["tools"])) is None:
        failed.add("tools")
    form = given.get("response_format")
    if form and as_map(form).get("type") != "text" and (output := _output(form)) is None:
        failed.add("response_format")
    return PromptParts(tools or (), output), tuple(sorted(failed))


def _tools(given: Any) -> tuple[Tool, ...] | None:
    if not isinstance(given, list) or len(given) > _MOST_TOOLS:
        return None
    found = []
    for one in given:
        tool = as_map(one)
        # OpenAI's form, else Anthropic's.
        function = as_map(tool.get("function")) if tool.get("type") == "function" else tool
        schema = function.get("parameters", function.get("input_schema"))
        name = as_text(function.get("name"))
        if not name or (schema is not None and not isinstance(schema, dict)):
            return None
        parameters = json.dumps(schema, ensure_ascii=False, indent=2) if schema else ""
        found.append(Tool(name, as_text(function.get("description")), parameters))
    names = [tool.name for tool in found]
    return tuple(found) if len(set(names)) == len(names) else None


def _output(given: Any) -> OutputFormat | None:
    form = as_map(given)
    if form.get("type") == "json_object":
        return OutputFormat("json")
    inner = as_map(form.get("json_schema")) or form
    schema = inner.get("schema")
    if form.get("type") != "json_schema" or not isinstance(schema, dict):
        return None
    return OutputFormat("schema", json.dumps(schema, ensure_ascii=False, indent=2), as_text(inner.get("name")))


def agreed(parts: Sequence[PromptParts]) -> PromptParts | None:
    """Return the parts that all models have, None if they differ."""
    return next(iter(parts)) if len(set(parts)) == 1 else None
