"""The client's ledger of calls in flight.

Invariant: the text of a call and its tool calls are stored here as they arrive, so that they survive the death of the
engine; a call leaves the ledger exactly once, with its result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.core.content import Message
from workbench.core.runs import AnswerStep, Failure, Mark, OutputState, Result, Timing, said_steps, steps_so_far
from workbench.engine import protocol
from workbench.engine.calls import (
    Call,
    CallDelta,
    CallEnded,
    CallQueued,
    CallRetrying,
    CallStepped,
    Event,
    RequestSent,
    ToolCallDelta,
)
from workbench.engine.estimate import estimate_ended
from workbench.engine.protocol import ProtocolError
from workbench.engine.redactor import Redactor

_ENDINGS: dict[str, OutputState] = {"finished": "finished", "failed": "failed", "stopped": "stopped"}


@dataclass(slots=True)
class _ToolCall:
    name: str = ""
    call_id: str = ""
    arguments: list[str] = field(default_factory=list)
    length: int = 0


@dataclass(slots=True)
class _Flight:
    call: Call
    parts: dict[str, list[str]] = field(default_factory=lambda: {"text": [], "reasoning": []})
    lengths: dict[str, int] = field(default_factory=lambda: {"text": 0, "reasoning": 0})
    calling: list[_ToolCall] = field(default_factory=list)
    wire: Any = None
    marks: tuple[Mark, ...] = ()
    steps: list[AnswerStep] = field(default_factory=list)

    def begin_round(self) -> None:
        self.parts = {"text": [], "reasoning": []}
        self.lengths = {"text": 0, "reasoning": 0}
        self.calling = []

    def called(self) -> tuple[AnswerStep, ...]:
        """Return the tool calls received so far in the current round."""
        return tuple(AnswerStep("tool_call", "".join(c.arguments), c.name, c.call_id) for c in self.calling)

    def all_steps(self, calls: tuple[AnswerStep, ...]) -> tuple[AnswerStep, ...]:
        return steps_so_far(self.steps, self.joined("reasoning"), self.joined("text"), calls)

    def joined(self, kind: str) -> str:
        return "".join(self.parts[kind])


class CallsInFlight:
    """Converts the engine's messages into events. Not thread-safe: the client holds its lock around every use."""

    def __init__(self) -> None:
        self._flights: dict[str, _Flight] = {}

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._flights

    def __len__(self) -> int:
        return len(self._flights)

    def add(self, call: Call) -> None:
        """Add a call. Raises ValueError when its id is already in flight."""
        if call.id in self._flights:
            raise ValueError(f"The call {call.id} is in flight already.")
        self._flights[call.id] = _Flight(call)

    def calls(self) -> tuple[Call, ...]:
        """Return the calls in flight, oldest first."""
        return tuple(flight.call for flight in self._flights.values())

    def apply(self, message: Mapping[str, Any]) -> Event | None:
        """Return the event of one message, or None when its call is not in flight or its type is unknown.

        Raises ProtocolError when the message contradicts earlier ones.
        """
        flight = self._flights.get(message.get("id", ""))
        if flight is None:
            return None
        kind, call_id = message["type"], flight.call.id
        if kind == "delta":
            return self._delta(flight, message)
        if kind == "tool_call":
            return self._calling(flight, message)
        if kind == "queued":
            return CallQueued(call_id)
        if kind == "sent":
            flight.wire, flight.marks = message["wire"], protocol.marks_from_json(message["marks"])
            return RequestSent(call_id, flight.wire, flight.marks)
        if kind == "retrying":
            return CallRetrying(
                call_id, message["in_ms"], message["attempt"], message["reason"], message.get("code", "")
            )
        if kind == "steps":
            said = said_steps(flight.joined("reasoning"), flight.joined("text"), message["opaque"])
            steps = (*said, *protocol.steps_from_json(message["steps"]))
            flight.steps += steps
            flight.begin_round()
            return CallStepped(call_id, steps)
        if kind in _ENDINGS:
            return self._end(flight, _ENDINGS[kind], message)
        return None

    def abandon(self, state: OutputState, failure: Failure | None) -> list[CallEnded]:
        """End every call in flight, with the text received so far and an estimated usage."""
        ended = [self._abandon(flight, state, failure) for flight in self._flights.values()]
        self._flights.clear()
        return ended

    def drop(self, call_id: str, state: OutputState, failure: Failure | None) -> CallEnded:
        """End one call as `abandon` does. Raises KeyError when it is not in flight."""
        return self._abandon(self._flights.pop(call_id), state, failure)

    def _delta(self, flight: _Flight, message: Mapping[str, Any]) -> CallDelta:
        kind, offset, text = message["kind"], message["offset"], message["text"]
        if offset != flight.lengths.get(kind):
            raise ProtocolError(f"A delta of {kind} starts at {offset} instead of {flight.lengths.get(kind)}.")
        flight.parts[kind].append(text)
        flight.lengths[kind] += len(text)
        return CallDelta(flight.call.id, kind, offset, text)

    def _calling(self, flight: _Flight, message: Mapping[str, Any]) -> ToolCallDelta:
        number, offset, text = message["number"], message["offset"], message["text"]
        if number == len(flight.calling):
            flight.calling.append(_ToolCall())
        if not 0 <= number < len(flight.calling):
            raise ProtocolError(f"Tool call {number} comes after {len(flight.calling)} others.")
        call = flight.calling[number]
        if offset != call.length:
            raise ProtocolError(f"A piece of tool call {number} starts at {offset} instead of {call.length}.")
        call.name, call.call_id = message.get("name", call.name), message.get("call_id", call.call_id)
        call.arguments.append(text)
        call.length += len(text)
        return ToolCallDelta(flight.call.id, number, call.name, call.call_id, offset, text)

    def _end(self, flight: _Flight, state: OutputState, message: Mapping[str, Any]) -> CallEnded:
        del self._flights[flight.call.id]
        failure = message.get("failure")
        # The final message may lack the steps; the calls received so far are used then.
        calls = protocol.steps_from_json(message["steps"]) if "steps" in message else flight.called()
        result = Result(
            state=state,
            text=flight.joined("text"),
            reasoning=flight.joined("reasoning"),
            model=message["model"],
            finish_reason=message["finish_reason"],
            failure=None if failure is None else protocol.failure_from_json(failure),
            usage=protocol.usage_from_json(message["usage"]),
            timing=protocol.timing_from_json(message["timing"]),
            request=flight.wire,
            marks=protocol.marks_from_json(message["marks"]),
            response=message.get("response"),
            steps=flight.all_steps(calls),
        )
        return CallEnded(flight.call.id, result)

    def _abandon(self, flight: _Flight, state: OutputState, failure: Failure | None) -> CallEnded:
        call, text, reasoning = flight.call, flight.joined("text"), flight.joined("reasoning")
        calls = flight.called()
        if failure is not None:
            redact = Redactor(call.secrets)
            failure = Failure(failure.code, redact.text(failure.sentence), redact.text(failure.detail))
        before = "\n".join(step.text for step in flight.steps)
        asked = (*call.messages, Message("assistant", before)) if before else call.messages
        said = "\n".join((text, *(step.text for step in calls))) if call.writes else ""
        usage = estimate_ended(asked, said, reasoning, sent=flight.wire is not None, failed=state == "failed")
        # Times measured by another clock than the engine's would not be comparable.
        result = Result(
            state=state,
            text=text,
            reasoning=reasoning,
            model=call.model,
            failure=failure,
            usage=usage,
            timing=Timing(),
            request=flight.wire,
            marks=flight.marks,
            steps=flight.all_steps(calls),
        )
        return CallEnded(call.id, result)
