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
from workbench.formats.imports.promptfoo_settings import as_map
from workbench.formats.request_parts import output_of, tools_of
from workbench.packs.promptfoo_config import MARKS
from workbench.packs.promptfoo_references import schema_of_text, self_contained

PARTS = ("tools", "response_format")


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
    if given.get("tools") and (tools := tools_of(given["tools"])) is None:
        failed.add("tools")
    form = given.get("response_format")
    if form and as_map(form).get("type") != "text" and (output := output_of(form)) is None:
        failed.add("response_format")
    return PromptParts(tools or (), output), tuple(sorted(failed))


def agreed(parts: Sequence[PromptParts]) -> PromptParts | None:
    """Return the parts that all models have, None if they differ."""
    return next(iter(parts)) if len(set(parts)) == 1 else None
