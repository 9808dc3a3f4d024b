"""Calls in the log of the `llm` command, independent of the version of its tables.

Invariant: nothing is interpreted here; missing values are None or "".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from workbench.core.imported_runs import LeftOut

PartKind = Literal["text", "reasoning", "tool_call", "tool_result", "attachment"]


@dataclass(frozen=True, slots=True)
class LogFile:
    """An attachment: its bytes, or None and the path or URL (`place`) in the log."""

    media_type: str
    body: bytes | None
    place: str = ""


@dataclass(frozen=True, slots=True)
class LogPart:
    """A part of a message. `text` is the text, the arguments of a tool call, or a tool's result; `opaque` is JSON of
    provider-specific data."""

    kind: PartKind
    text: str = ""
    name: str = ""
    call_id: str = ""
    opaque: str = ""
    file: LogFile | None = None


@dataclass(frozen=True, slots=True)
class LogMessage:
    """A message; `role` is system, user, assistant or tool, as the log spells it."""

    role: str
    parts: tuple[LogPart, ...]


@dataclass(frozen=True, slots=True)
class LogTool:
    """A tool that the model could call; `schema` is the JSON Schema of its arguments."""

    name: str
    description: str
    schema: str


@dataclass(frozen=True, slots=True)
class LogTurn:
    """One call: the messages sent (`before`, oldest first) and received (`said`).

    `at` and the JSON texts are as stored in the log.
    """

    id: str
    thread: str
    thread_name: str
    model: str
    before: tuple[LogMessage, ...]
    said: tuple[LogMessage, ...]
    resolved_model: str = ""
    options: str = ""
    schema: str = ""
    tools: tuple[LogTool, ...] = ()
    input_tokens: int | None = None
    output_tokens: int | None = None
    token_details: str = ""
    duration_ms: int | None = None
    at: str = ""
    response: str = ""


class CallLog(Protocol):
    """An open log."""

    @property
    def total(self) -> int:
        """The number of calls."""

    def conversations(self) -> Iterator[list[LogTurn | LeftOut]]:
        """Yield the calls of each conversation in order of time."""
