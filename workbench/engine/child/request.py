"""The body of a chat-completions request, and what it did to what was asked.

Invariant: a parameter that was set goes out unchanged or is marked; a parameter that was not set goes out only when it
is marked as added.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.core.runs import Mark
from workbench.engine.calls import Call
from workbench.engine.child.caching import refusals

RESERVED = frozenset({"model", "messages", "stream"})
"""Keys that the lane and the engine decide; extra JSON does not change what the screen says was asked."""

_USAGE_WISH = Mark("added", "stream_options", "Asks the server to count the tokens of a streamed answer.")
_USAGE_REFUSED = Mark(
    "refused", "stream_options", "The server does not count tokens of a streamed answer; the counts may be estimates."
)


@dataclass(frozen=True, slots=True)
class Adjustments:
    """What is known not to work at an endpoint with a model: learned from its refusals, or from data."""

    wish_usage: bool = True
    renames: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    """Refused parameters, with the provider's words."""


def build(call: Call, model: str, known: Adjustments) -> tuple[dict[str, Any], tuple[Mark, ...]]:
    """Return the JSON body for `model` as the endpoint calls it, and the marks."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": m.role, "content": m.text} for m in call.messages],
    }
    marks: list[Mark] = [*refusals(call.messages)]
    for name, value in call.params.items():
        if name in RESERVED:
            marks.append(Mark("refused", name, "The lane decides this; it cannot be set as a parameter."))
        elif name in known.refused:
            marks.append(Mark("refused", name, known.refused[name]))
        elif (other := known.renames.get(name)) is not None and other not in call.params:
            body[other] = value
            marks.append(Mark("changed", name, f"Sent as {other}, its name for this model."))
        else:
            body[name] = value
    if call.stream:
        body["stream"] = True
        if "stream_options" not in call.params:
            if known.wish_usage:
                body["stream_options"] = {"include_usage": True}
                marks.append(_USAGE_WISH)
            else:
                marks.append(_USAGE_REFUSED)
    return body, tuple(marks)


def dumps(body: Mapping[str, Any]) -> bytes:
    """Return the bytes that go out: UTF-8, or ASCII escapes when a lone surrogate has no UTF-8.

    Raises ValueError for a number that JSON has no form for.
    """
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
