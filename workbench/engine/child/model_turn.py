"""The parts of a model's turn besides its text: tool calls, and the signed data that the provider expects back.

Invariant: the chunks of a tool call concatenate to the model's output, except for masked secrets; signed data is sent
back unchanged. A turn holds at most MAX_CALLS calls with MAX_ARGUMENTS characters; what arrived within that is kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.core.runs import AnswerStep
from workbench.core.simulated_tools import arguments_of
from workbench.engine.child.failures import CallError
from workbench.engine.child.stream_buffer import StreamBuffer
from workbench.engine.untrusted_json import text_of

MAX_CALLS = 64
MAX_ARGUMENTS = 200_000
"""Characters of the names, ids and arguments of one turn's calls, and of its signed data, together."""
_PLAIN = frozenset({"index", "id", "type", "function"})


@dataclass(slots=True)
class ToolCall:
    """One tool call; `signed` holds its fields besides index, id, type and function."""

    arguments: StreamBuffer
    id: str = ""
    name: str = ""
    signed: dict[str, Any] = field(default_factory=dict)
    told: tuple[str, str] | None = None
    """Name and id as last sent over the wire, None before that."""

    @property
    def text(self) -> str:
        """The arguments received so far."""
        return self.arguments.text


class ModelTurn:
    """Accumulates one turn, streamed or whole."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        self._secrets = secrets
        self.calls: list[ToolCall] = []
        self._by_index: dict[int, ToolCall] = {}
        self._thinking: list[dict[str, Any]] = []
        self._details: list[Any] = []
        self._thought_key = False
        self._size = 0

    def read(self, part: Mapping[str, Any]) -> bool:
        """Add a delta or a message; return whether it held part of a tool call. Raises CallError beyond the limits."""
        if isinstance(thought := part.get("reasoning_content"), str) and thought:
            self._thought_key = True
        for block in _list(part.get("thinking_blocks")):
            self._think(block)
        if details := _list(part.get("reasoning_details")):
            self._grow(len(json.dumps(details)))
            self._details += details
        pieces = [piece for piece in _list(part.get("tool_calls")) if isinstance(piece, Mapping)]
        if isinstance(function := part.get("function_call"), Mapping):
            # The deprecated field, from before a message could hold several tool calls.
            pieces.append({"index": 0, "function": function})
        for piece in pieces:
            self._piece(piece)
        return bool(pieces)

    def close(self) -> None:
        """End the turn."""
        for call in self.calls:
            call.arguments.close()

    def name_calls(self, prefix: str, taken: set[str]) -> None:
        """Give every call a unique id, which its result refers to, and add it to `taken`."""
        for number, call in enumerate(self.calls, start=1):
            if not call.id or call.id in taken:
                call.id = f"{prefix}_{number}"
            while call.id in taken:
                call.id += "_"
            taken.add(call.id)

    @property
    def opaque(self) -> dict[str, Any]:
        """The data besides the calls that the provider expects back."""
        kept: dict[str, Any] = {}
        if self._thinking:
            kept["thinking_blocks"] = self._thinking
        if self._details:
            kept["reasoning_details"] = self._details
        return kept

    def message(self, text: str, reasoning: str) -> dict[str, Any]:
        """Return the turn as an assistant message for the next request."""
        message: dict[str, Any] = {"role": "assistant", "content": text or None, "tool_calls": []}
        for call in self.calls:
            # Providers fail on arguments that are not a JSON object; the tool's answer already names the mistake.
            arguments = call.text if call.text.strip() and arguments_of(call.text) is not None else "{}"
            function = {"name": call.name, "arguments": arguments}
            message["tool_calls"].append({"id": call.id, "type": "function", "function": function, **call.signed})
        if self._thought_key and reasoning and not self._thinking:
            # Models that reason between calls expect their reasoning back in the field in which it arrived.
            message["reasoning_content"] = reasoning
        return message | self.opaque

    def steps(self) -> list[AnswerStep]:
        """Return the calls as steps."""
        return [
            AnswerStep("tool_call", call.text, call.name, call.id, json.dumps(call.signed) if call.signed else "")
            for call in self.calls
        ]

    def raw(self) -> list[dict[str, str]]:
        """Return the calls for the raw response."""
        return [{"id": call.id, "name": call.name, "arguments": call.text} for call in self.calls]

    def _think(self, block: Any) -> None:
        if not isinstance(block, Mapping):
            return
        self._grow(len(json.dumps(block)))
        last = self._thinking[-1] if self._thinking else None
        goes_on = last is not None and last.get("type") == "thinking" and not last.get("signature")
        if last is not None and goes_on and block.get("type", "thinking") == "thinking":
            last["thinking"] = text_of(last.get("thinking")) + text_of(block.get("thinking"))
            if signature := block.get("signature"):
                last["signature"] = signature
        else:
            self._thinking.append(dict(block))

    def _piece(self, piece: Mapping[str, Any]) -> None:
        function = piece.get("function")
        function = function if isinstance(function, Mapping) else {}
        call_id, name = text_of(piece.get("id")), text_of(function.get("name"))
        call = self._call_of(piece.get("index"), call_id, name)
        if not call.id:
            self._grow(len(call_id))
            call.id = call_id
        if not call.name:
            self._grow(len(name))
            call.name = name
        arguments = function.get("arguments")
        # Some servers send the arguments as a JSON value instead of a string.
        written = arguments if isinstance(arguments, str) else "" if arguments is None else json.dumps(arguments)
        if written:
            call.arguments.add(written[: max(0, MAX_ARGUMENTS - self._size)])
            self._grow(len(written))
        if signed := {name: value for name, value in piece.items() if name not in _PLAIN and value is not None}:
            self._grow(len(json.dumps(signed)))
            call.signed |= signed

    def _call_of(self, index: Any, call_id: str, name: str) -> ToolCall:
        numbered = isinstance(index, int)
        found = self._by_index.get(index) if numbered else None
        # Some servers give every call the index 0, and some give none.
        is_another = found is not None and bool(call_id and found.id and call_id != found.id)
        if found is not None and not is_another:
            return found
        if not numbered and not name and self.calls:
            if not call_id:
                return self.calls[-1]
            if (same := next((call for call in self.calls if call.id == call_id), None)) is not None:
                return same
        if len(self.calls) >= MAX_CALLS:
            raise CallError(
                "answer_too_long",
                f"The model called more than {MAX_CALLS} tools at once, so it was stopped. "
                "Say in the prompt how often tools may be called, or set Max tokens in the lane's parameters.",
            )
        call = ToolCall(StreamBuffer(self._secrets))
        self.calls.append(call)
        if numbered:
            self._by_index[index] = call
        return call

    def _grow(self, characters: int) -> None:
        self._size += characters
        if self._size > MAX_ARGUMENTS:
            raise CallError(
                "answer_too_long",
                f"The arguments of the model's calls are longer than {MAX_ARGUMENTS:,} characters, so it was stopped. "
                "Set Max tokens in the lane's parameters.",
            )


def _list(value: Any) -> list[Any]:
    """Return a value as a list: a single object becomes a list of one, any other value an empty list."""
    return value if isinstance(value, list) else [value] if isinstance(value, Mapping) else []
