"""What the log of the `llm` command says of one call, whichever generation of its tables it stands in.

Invariant: nothing is interpreted here; what a row does not have is None or "".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PartKind = Literal["text", "reasoning", "tool_call", "tool_result", "attachment"]


@dataclass(frozen=True, slots=True)
class LogFile:
    """An attachment: its bytes, or None with the place that the log names instead of them."""

    media_type: str
    body: bytes | None
    place: str = ""


@dataclass(frozen=True, slots=True)
class LogPart:
    """A part of a message. `text` is what was said, the arguments of a call, or what a tool gave back; `opaque` is
    JSON of what belongs to the provider."""

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
    """One call: all that was sent (`before`, oldest first) and what came back (`said`).

    `at` and the JSON texts are as the log has them.
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
