"""The body of a chat-completions request, and what it did to what was asked.

Invariant: a parameter that was set goes out unchanged or is marked; a parameter that was not set goes out only when it
is marked as added.
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
from workbench.engine.child.cache_breakpoints import refusals
from workbench.engine.child.failures import CallError
from workbench.engine.child.request_files import RequestFiles
from workbench.engine.child.wire_messages import wire_messages

RESERVED = frozenset({"model", "messages", "stream"})
"""Keys that the lane and the engine decide; extra JSON does not change what the screen says was asked."""
FORMAT = "response_format"

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
    format_in_words: str = ""
    """Why the wanted form of the answer is asked for in words, "" where `response_format` works."""


def build(
    call: Call,
    model: str,
    known: Adjustments,
    turns: list[dict[str, Any]] | None = None,
    files: RequestFiles | None = None,
) -> tuple[dict[str, Any], tuple[Mark, ...]]:
    """Return the JSON body for `model` as the endpoint calls it, and the marks; `turns` go after the messages.

    Without `files` hashes stand in their places.
    """
    shape, marks, in_words = shaped(call, known.format_in_words)
    marks = [*refusals(call.messages), *marks]
    body: dict[str, Any] = {
        "model": model,
        "messages": wire_messages(call, turns or [], files, format_in_words=in_words),
    }
    for name, value in call.params.items():
        if name in RESERVED:
            marks.append(Mark("refused", name, "The lane decides this; it cannot be set as a parameter."))
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
    "tools": Mark("refused", "tools", "The prompt has tools, so they are not taken from the parameters."),
    FORMAT: Mark("refused", FORMAT, "The prompt has an output format, so it is not taken from the parameters."),
}


def decided_by_prompt(call: Call, name: str) -> bool:
    """Whether the prompt says what this parameter would say."""
    return (name == "tools" and bool(call.tools)) or (name == FORMAT and call.output is not None)


def shaped(call: Call, format_in_words: str) -> tuple[dict[str, Any], list[Mark], bool]:
    """Return the request's tools and `response_format`, the marks, and whether the form is to be told in words.

    `format_in_words` says why it has to be. Raises CallError where what was typed is no schema.
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
                    why = "JSON is only given by providers when the messages speak of it."
            if why:
                in_words = True
                marks.append(Mark("changed", FORMAT, f"{IN_WORDS}{why}"))
    except BlockError as error:
        raise CallError("bad_prompt", str(error)) from error
    return shape, marks, in_words


def dumps(body: Mapping[str, Any]) -> bytes:
    """Return the bytes that go out: UTF-8, or ASCII escapes when a lone surrogate has no UTF-8.

    Raises ValueError for a number that JSON has no form for.
    """
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
