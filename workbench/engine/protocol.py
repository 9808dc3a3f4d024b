"""The wire protocol between the client and the engine: one ASCII JSON object per line.

Invariant: every line has `v`, `type` and `seq` and is at most MAX_LINE bytes; each `*_from_json` is the inverse of
`*_to_json`, lone surrogates included (two adjacent halves of a pair become one character). Readers ignore unknown
types and keys.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any

from workbench.core.blocks import Attachment, output_from_json, output_to_json, tools_from_json, tools_to_json
from workbench.core.content import Message
from workbench.core.judging.decisions import question_from_json, question_to_json
from workbench.core.lanes import Endpoint
from workbench.core.money import Usage
from workbench.core.runs import AnswerStep, Failure, Mark, Timing
from workbench.engine.calls import Call, Timeouts

VERSION = 1
MAX_LINE = 8 * 1024 * 1024
MAX_CALL = 7 * 1024 * 1024
"""Bytes of a call's line; less than MAX_LINE because `sent` repeats its messages and adds to them."""
MAX_DELTA = 500_000
"""Code points of one delta: at twelve bytes each they fit into a line."""
MAX_RESPONSE = 1024 * 1024
"""Characters of a raw response as JSON; a longer one is omitted from the result."""

_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class ProtocolError(Exception):
    """A line is invalid or belongs to another version of the protocol."""


def encode(kind: str, seq: int, fields: Mapping[str, Any]) -> bytes:
    """Return one line with its newline. Raises ProtocolError when it would be longer than MAX_LINE."""
    line = _encode({"v": VERSION, "type": kind, "seq": seq, **fields}).encode("ascii") + b"\n"
    if len(line) > MAX_LINE:
        raise ProtocolError(f"A message of type {kind} has {len(line)} bytes; {MAX_LINE} fit.")
    return line


def decode(line: bytes) -> dict[str, Any]:
    """Return the object of one line. Raises ProtocolError when it is not a message or has another version."""
    try:
        message = json.loads(line)
    except ValueError as error:
        raise ProtocolError(f"Not JSON: {line[:200]!r}") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise ProtocolError(f"Not a message: {line[:200]!r}")
    if message.get("v") != VERSION:
        raise ProtocolError(f"Protocol version {message.get('v')!r}; this is version {VERSION}.")
    return message


class LineSplitter:
    """Splits a byte stream into lines without their newline; raises ProtocolError when a line exceeds MAX_LINE."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the lines that `chunk` completes."""
        if b"\n" not in chunk:
            self._hold(chunk)
            return []
        head, *lines = chunk.split(b"\n")
        self._hold(head)
        lines.insert(0, b"".join(self._parts))
        self._parts, self._size = [], 0
        self._hold(lines.pop())
        return lines

    def _hold(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > MAX_LINE:
            raise ProtocolError(f"A line is longer than {MAX_LINE} bytes.")
        if piece:
            self._parts.append(piece)


def messages_to_json(messages: Iterable[Message]) -> list[list[Any]]:
    """Return messages as lists of role, text, attachments, and whether a cache breakpoint follows."""
    return [[m.role, m.text, [[a.hash, a.media_type, a.name] for a in m.attachments], m.cache] for m in messages]


def messages_from_json(data: Iterable[Any]) -> tuple[Message, ...]:
    """Read `messages_to_json` back."""
    return tuple(
        Message(role, text, tuple(Attachment(*attachment) for attachment in attached), cache)
        for role, text, attached, cache in data
    )


def _set_fields(value: Any) -> dict[str, Any]:
    return {
        f.name: item
        for f in dataclasses.fields(value)
        if (item := getattr(value, f.name)) is not None and item != "" and item != ()
    }


def endpoint_to_json(endpoint: Endpoint) -> dict[str, Any]:
    """Return an endpoint's non-empty fields; of its secret headers only the names."""
    return _set_fields(endpoint)


def endpoint_from_json(data: Mapping[str, Any]) -> Endpoint:
    """Read `endpoint_to_json` back."""
    fields = dict(data)
    fields["headers"] = tuple((name, value) for name, value in data.get("headers", ()))
    fields["secret_headers"] = tuple(data.get("secret_headers", ()))
    fields["settings"] = tuple((name, value) for name, value in data.get("settings", ()))
    return Endpoint(**{"uid": "", "name": "", **fields})


def access_to_json(endpoint: Endpoint, key: str, secret_headers: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return an endpoint with its key and secret headers, as questions carry them."""
    return {
        "endpoint": endpoint_to_json(endpoint),
        "key": key,
        "secret_headers": [list(pair) for pair in secret_headers],
    }


def call_to_json(call: Call) -> dict[str, Any]:
    """Return the fields of a `run` message, key included."""
    return {
        "id": call.id,
        "endpoint": endpoint_to_json(call.endpoint),
        "model": call.model,
        "messages": messages_to_json(call.messages),
        "params": call.params,
        "key": call.key,
        "secret_headers": [list(pair) for pair in call.secret_headers],
        "settings": [list(pair) for pair in call.settings],
        "stream": call.stream,
        "timeouts": [call.timeouts.connect, call.timeouts.first, call.timeouts.silence],
        "retries": call.retries,
        "group": call.group,
        "output": None if call.output is None else output_to_json(call.output),
        "tools": tools_to_json(call.tools),
        "tool_rounds": call.tool_rounds,
        "format_in_words": call.format_in_words,
        "files": [list(pair) for pair in call.files],
        "think_tags": call.think_tags,
        "marks": marks_to_json(call.marks),
        "task": call.task,
        "questions": [question_to_json(question) for question in call.questions],
    }


def call_from_json(data: Mapping[str, Any]) -> Call:
    """Read `call_to_json` back."""
    return Call(
        id=data["id"],
        endpoint=endpoint_from_json(data["endpoint"]),
        model=data["model"],
        messages=messages_from_json(data["messages"]),
        params=data["params"],
        key=data["key"],
        secret_headers=tuple((name, value) for name, value in data["secret_headers"]),
        settings=tuple((name, value) for name, value in data["settings"]),
        stream=data["stream"],
        timeouts=Timeouts(*data["timeouts"]),
        retries=data["retries"],
        group=data["group"],
        output=None if data["output"] is None else output_from_json(data["output"]),
        tools=tools_from_json(data["tools"]),
        tool_rounds=data["tool_rounds"],
        format_in_words=data["format_in_words"],
        files=tuple((name, path) for name, path in data["files"]),
        think_tags=data["think_tags"],
        marks=marks_from_json(data["marks"]),
        task=data["task"],
        questions=tuple(question_from_json(question) for question in data["questions"]),
    )


def failure_to_json(failure: Failure) -> list[str]:
    """Return a failure as code, sentence, detail."""
    return [failure.code, failure.sentence, failure.detail]


def failure_from_json(data: Iterable[str]) -> Failure:
    """Read `failure_to_json` back."""
    return Failure(*data)


def marks_to_json(marks: Iterable[Mark]) -> list[list[str]]:
    """Return marks as kind, name, detail."""
    return [[m.kind, m.name, m.detail] for m in marks]


def marks_from_json(data: Iterable[Any]) -> tuple[Mark, ...]:
    """Read `marks_to_json` back."""
    return tuple(Mark(kind, name, detail) for kind, name, detail in data)


def steps_to_json(steps: Iterable[AnswerStep]) -> list[list[str]]:
    """Return steps as kind, text, name, call id, opaque."""
    return [[s.kind, s.text, s.name, s.call_id, s.opaque] for s in steps]


def steps_from_json(data: Iterable[Any]) -> tuple[AnswerStep, ...]:
    """Read `steps_to_json` back."""
    return tuple(AnswerStep(kind, text, name, call_id, opaque) for kind, text, name, call_id, opaque in data)


def usage_to_json(usage: Usage) -> dict[str, Any]:
    """Return the known fields of a usage."""
    return usage.to_json()


def usage_from_json(data: Mapping[str, Any]) -> Usage:
    """Read `usage_to_json` back."""
    return Usage.from_json(data)


def timing_to_json(timing: Timing) -> list[int | None]:
    """Return queued, sent, first, end."""
    return [timing.queued, timing.sent, timing.first, timing.end]


def timing_from_json(data: Iterable[int | None]) -> Timing:
    """Read `timing_to_json` back."""
    return Timing(*data)
