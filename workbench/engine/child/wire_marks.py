"""Marks for parameters changed by LiteLLM, found by comparing the requested parameters with the body sent.

Invariant: every parameter that was set is either in the body unchanged, or marked; every setting in the body that was
not requested is marked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.core.parameters import parameter
from workbench.core.runs import Mark

# Objects in which translations nest settings; other nested objects are content.
_CONTAINERS = frozenset(
    {"generationConfig", "generation_config", "inferenceConfig", "parameters", "options", "extra_body", "config",
     "additionalModelRequestFields", "textGenerationConfig"}
)  # fmt: skip
# Fields that hold content or transport options, never settings.
_CONTENT = frozenset(
    {"model", "modelId", "messages", "contents", "system", "system_instruction", "systemInstruction", "prompt",
     "stream", "input", "inputs", "message", "chat_history", "extra_headers", "headers", "timeout", "api_key",
     "instructions"}
)  # fmt: skip
# Wire names of fields that are not lane parameters; those have theirs in `core.parameters`.
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
    """Return the body that was sent without LiteLLM's own additions: headers, keys, timeouts. None if unreadable."""
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
    # A copy in plain JSON, because LiteLLM modifies the object later.
    return json.loads(json.dumps(body, default=str))


def compare(asked: Mapping[str, Any], wire: Mapping[str, Any]) -> tuple[Mark, ...]:
    """Return the marks for the `asked` parameters, compared with the body that was sent."""
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
