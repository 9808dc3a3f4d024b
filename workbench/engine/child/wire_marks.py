"""What a translation did to the parameters, seen by comparing what was asked with what went on the wire.

Invariant: every parameter that was set is either found on the wire as it was, or marked; every setting on the wire that
nobody asked for is marked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.core.parameters import parameter
from workbench.core.runs import Mark

# Where translations put settings; elsewhere on the wire is content.
_CONTAINERS = frozenset(
    {"generationConfig", "generation_config", "inferenceConfig", "parameters", "options", "extra_body", "config",
     "additionalModelRequestFields", "textGenerationConfig"}
)  # fmt: skip
# What is said, not how: no settings, whoever put them there.
_CONTENT = frozenset(
    {"model", "modelId", "messages", "contents", "system", "system_instruction", "systemInstruction", "prompt",
     "stream", "input", "inputs", "message", "chat_history", "extra_headers", "headers", "timeout", "api_key",
     "instructions"}
)  # fmt: skip
# Of what is no parameter of a lane; those have their names in their own table.
_ALIASES: Mapping[str, frozenset[str]] = {
    "max_completion_tokens": frozenset(
        {"max_tokens", "maxOutputTokens", "max_output_tokens", "maxTokens", "num_predict"}
    ),
    "tools": frozenset({"toolConfig", "functions"}),
    "response_format": frozenset({"responseMimeType", "responseSchema", "response_schema", "format", "output_format",
                                  "responseJsonSchema", "output_config"}),
}  # fmt: skip
_HIDDEN = re.compile(r"key|token$|secret|password|credential|authorization", re.IGNORECASE)


def visible(wire: Any) -> Any:
    """Return the body that went on the wire without what LiteLLM keeps beside it: headers, keys, time-outs."""
    if isinstance(wire, str | bytes):
        try:
            wire = json.loads(wire)
        except ValueError:
            return None
    if not isinstance(wire, Mapping):
        return None
    body = {k: v for k, v in wire.items() if k not in ("extra_headers", "headers", "timeout", "api_key", "extra_body")}
    if isinstance(extra := wire.get("extra_body"), Mapping):
        body.update(extra)
    # A copy in plain JSON: LiteLLM goes on to change what it showed.
    return json.loads(json.dumps(body, default=str))


def compare(asked: Mapping[str, Any], wire: Mapping[str, Any]) -> tuple[Mark, ...]:
    """Return the marks for `asked` parameters against the body on the wire."""
    settings = dict(_settings(wire))
    marks, explained = [], set()
    for name, value in asked.items():
        if name in settings:
            explained.add(name)
            if settings[name] != value:
                marks.append(Mark("changed", name, f"Sent as {_short(settings[name])}."))
            continue
        others = [key for key in settings if key in _aliases(name)]
        explained.update(others)
        if others:
            sent = ", ".join(f"{key}: {_short(settings[key])}" for key in others)
            marks.append(Mark("changed", name, f"Sent as {sent}."))
        else:
            marks.append(Mark("refused", name, "LiteLLM left it out: this model has no such setting."))
    for name, value in settings.items():
        if name not in explained and not _HIDDEN.search(name):
            marks.append(Mark("added", name, f"Sent as {_short(value)}, though it was not set."))
    return tuple(marks)


def _aliases(name: str) -> frozenset[str]:
    row = parameter(name)
    return _ALIASES.get(name, frozenset()) if row is None else row.aliases | row.carriers


def _settings(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in body.items():
        if name in _CONTAINERS and isinstance(value, Mapping):
            yield from _settings(value)
        elif name not in _CONTENT and value not in (None, {}, []):
            yield name, value


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else text[:119] + "…"
