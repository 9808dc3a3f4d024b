"""Builds the body of a chat-completions request, with marks for every deviation from the call.

Invariant: a parameter that was set is sent unchanged or marked; a parameter that was not set is sent only with a mark
that says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.core.blocks import BlockError
from workbench.core.chat_form import IN_WORDS, format_form, speaks_of_json, tools_form
from workbench.core.runs import Mark
from workbench.engine.calls import Call
from workbench.engine.child.failures import CallError
from workbench.engine.child.request_files import RequestFiles
from workbench.engine.child.wire_messages import refusals, wire_messages

RESERVED = frozenset({"model", "messages", "stream"})
"""Keys decided by the lane and the engine; extra JSON cannot override them, so the screen stays true."""
FORMAT = "response_format"

_USAGE_WISH = Mark("added", "stream_options", "Asks the server to count the tokens of a streamed answer.")
_USAGE_REFUSED = Mark(
    "refused", "stream_options", "The server does not count tokens of a streamed answer; the counts may be estimates."
)


@dataclass(frozen=True, slots=True)
class RequestAdjustments:
    """Adjustments that an endpoint needs for a model, learned from its refusals or taken from data."""

    wish_usage: bool = True
    renames: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    """Refused parameters, with the provider's message."""
    format_in_words: str = ""
    """Why the output format is requested in the prompt, "" where `response_format` works."""


def build(
    call: Call,
    model: str,
    known: RequestAdjustments,
    turns: list[dict[str, Any]] | None = None,
    files: RequestFiles | None = None,
) -> tuple[dict[str, Any], tuple[Mark, ...]]:
    """Return the JSON body for `model` (the endpoint's name for it), and the marks; `turns` follow the messages.

    Without `files`, hashes replace the attached files. Raises CallError for an invalid schema.
    """
    shape, marks, in_words = shaped(call, known.format_in_words)
    marks = [*refusals(call.messages), *marks]
    body: dict[str, Any] = {
        "model": model,
        "messages": wire_messages(call, turns or [], files, format_in_words=in_words),
    }
    for name, value in call.params.items():
        if name in RESERVED:
            marks.append(Mark("refused", name, "The lane sets this; it cannot be a parameter."))
        elif decided_by_prompt(call, name):
            marks.append(DECIDED[name])
        elif name in known.refused:
            marks.append(Mark("refused", name, known.refused[name]))
        elif (other := known.renames.get(name)) is not None and other not in call.params:
            body[other] = value
            marks.append(Mark("changed", name, f"Sent as {other}, its name for this model."))
        else:
            body[name] = value
    body |= shape
    if call.stream:
        body["stream"] = True
        if "stream_options" not in call.params:
            if known.wish_usage:
                body["stream_options"] = {"include_usage": True}
                marks.append(_USAGE_WISH)
            else:
                marks.append(_USAGE_REFUSED)
    return body, tuple(marks)


DECIDED = {
    "tools": Mark("refused", "tools", "The prompt has tools, so those in the parameters are ignored."),
    FORMAT: Mark("refused", FORMAT, "The prompt has an output format, so the one in the parameters is ignored."),
}


def decided_by_prompt(call: Call, name: str) -> bool:
    """Whether the prompt's tools or output format override this parameter."""
    return (name == "tools" and bool(call.tools)) or (name == FORMAT and call.output is not None)


def shaped(call: Call, format_in_words: str) -> tuple[dict[str, Any], list[Mark], bool]:
    """Return the request's tools and `response_format`, the marks, and whether the prompt must describe the format.

    `format_in_words` is the reason for the latter, "" for none. Raises CallError for an invalid schema.
    """
    shape: dict[str, Any] = {}
    marks: list[Mark] = []
    in_words = False
    try:
        if call.tools:
            shape["tools"] = tools_form(call.tools)
        if call.output is not None:
            why = call.format_in_words or format_in_words
            form = format_form(call.output)
            if not why:
                shape[FORMAT] = form
                if call.output.kind == "json" and not speaks_of_json(call.messages):
                    why = "Providers return JSON only if the messages mention it."
            if why:
                in_words = True
                marks.append(Mark("changed", FORMAT, f"{IN_WORDS}{why}"))
    except BlockError as error:
        raise CallError("bad_prompt", str(error)) from error
    return shape, marks, in_words


def dumps(body: Mapping[str, Any]) -> bytes:
    """Return the encoded body: UTF-8, or ASCII escapes when it holds a lone surrogate, which has no UTF-8 form.

    Raises ValueError for NaN and infinities.
    """
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
