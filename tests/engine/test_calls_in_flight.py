"""The client's ledger of running calls, from queued to ended."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.core.content import Message
from workbench.core.lanes import Endpoint
from workbench.core.money import Usage
from workbench.core.runs import AnswerStep, Failure, Mark
from workbench.engine.calls import (
    Call,
    CallDelta,
    CallEnded,
    CallQueued,
    CallRetrying,
    CallStepped,
    RequestSent,
    ToolCallDelta,
)
from workbench.engine.calls_in_flight import CallsInFlight
from workbench.engine.protocol import ProtocolError


def call(call_id: str = "a", key: str = "") -> Call:
    return Call(call_id, Endpoint("e", "echo", "E"), "m", (Message("user", "Hello there"),), key=key)


def delta(offset: int, text: str, kind: str = "text", call_id: str = "a") -> dict[str, Any]:
    return {"type": "delta", "id": call_id, "kind": kind, "offset": offset, "text": text}


ENDING = {"id": "a", "model": "m2", "finish_reason": "stop", "failure": None, "usage": {"output": 3}, "marks": []}


def test_call_events_lead_from_queued_to_ended() -> None:
    ledger = CallsInFlight()
    ledger.add(call())
    assert ledger.apply({"type": "queued", "id": "a"}) == CallQueued("a")
    marks = [["added", "x", "y"]]
    sent = ledger.apply({"type": "sent", "id": "a", "wire": {"k": 1}, "marks": marks})
    assert sent == RequestSent("a", {"k": 1}, (Mark("added", "x", "y"),))
    retry = {"type": "retrying", "id": "a", "in_ms": 5, "attempt": 2, "reason": "r"}
    assert ledger.apply(retry) == CallRetrying("a", 5, 2, "r")
    assert ledger.apply(delta(0, "éa")) == CallDelta("a", "text", 0, "éa")
    assert ledger.apply(delta(0, "hm", "reasoning")) == CallDelta("a", "reasoning", 0, "hm")
    assert ledger.apply(delta(2, "b")) == CallDelta("a", "text", 2, "b")
    ended = ledger.apply({"type": "finished", **ENDING, "timing": [0, 1, 2, 3], "response": {"r": 1}})
    assert isinstance(ended, CallEnded)
    result = ended.result
    assert (result.state, result.text, result.reasoning, result.model) == ("finished", "éab", "hm", "m2")
    assert (result.request, result.response, result.usage) == ({"k": 1}, {"r": 1}, Usage(output=3))
    assert len(ledger) == 0


def test_late_and_unknown_messages_are_ignored() -> None:
    ledger = CallsInFlight()
    ledger.add(call())
    assert ledger.apply(delta(0, "x", call_id="other")) is None
    assert ledger.apply({"type": "fanfare", "id": "a"}) is None
    assert ledger.apply({"type": "fanfare"}) is None


@pytest.mark.parametrize("bad", [delta(1, "x"), delta(0, "x", kind="smell")])
def test_text_delta_with_gap_or_unknown_kind_raises_protocol_error(bad: dict[str, Any]) -> None:
    ledger = CallsInFlight()
    ledger.add(call())
    with pytest.raises(ProtocolError):
        ledger.apply(bad)


def tool_call(number: int, offset: int, text: str, **names: str) -> dict[str, Any]:
    return {"type": "tool_call", "id": "a", "number": number, "offset": offset, "text": text, **names}


def test_tool_call_grows_until_its_round_ends() -> None:
    ledger = CallsInFlight()
    ledger.add(call())
    ledger.apply(delta(0, "Well."))
    assert ledger.apply(tool_call(0, 0, "", name="now", call_id="c")) == ToolCallDelta("a", 0, "now", "c", 0, "")
    assert ledger.apply(tool_call(0, 0, "{")) == ToolCallDelta("a", 0, "now", "c", 0, "{")
    assert ledger.apply(tool_call(0, 1, "}")) == ToolCallDelta("a", 0, "now", "c", 1, "}")
    steps = [["tool_call", "{}", "now", "c", ""], ["tool_result", "noon", "now", "c", ""]]
    stepped = ledger.apply({"type": "steps", "id": "a", "opaque": "", "steps": steps})
    counted = (
        AnswerStep("text", "Well."),
        AnswerStep("tool_call", "{}", "now", "c"),
        AnswerStep("tool_result", "noon", "now", "c"),
    )
    assert stepped == CallStepped("a", counted)
    assert ledger.apply(tool_call(0, 0, "[", name="more", call_id="d")) == ToolCallDelta("a", 0, "more", "d", 0, "[")
    # A result without all steps does not remove the calls received before.
    ended = ledger.apply({"type": "failed", **ENDING, "timing": [0, 1, 2, 3]})
    assert isinstance(ended, CallEnded)
    assert ended.result.steps == (*counted, AnswerStep("tool_call", "[", "more", "d"))


@pytest.mark.parametrize("bad", [tool_call(0, 1, "x"), tool_call(1, 0, "x"), tool_call(-1, 0, "x")])
def test_tool_call_delta_with_gap_raises_protocol_error(bad: dict[str, Any]) -> None:
    ledger = CallsInFlight()
    ledger.add(call())
    with pytest.raises(ProtocolError):
        ledger.apply(bad)


def test_abandoned_call_keeps_text_and_masks_key() -> None:
    ledger = CallsInFlight()
    ledger.add(call(key="sk-planted"))
    ledger.add(call("b"))
    ledger.apply({"type": "sent", "id": "a", "wire": {"k": 1}, "marks": []})
    ledger.apply(delta(0, "half an"))
    first, second = ledger.abandon("failed", Failure("engine_died", "It died.", "stderr: sk-planted"))
    assert first.result.text == "half an"
    assert first.result.request == {"k": 1}
    assert first.result.usage.source == "estimate"
    assert first.result.failure is not None
    assert "sk-planted" not in first.result.failure.detail
    assert second.result.usage == Usage()
    assert len(ledger) == 0


def test_duplicate_call_id_raises_value_error() -> None:
    ledger = CallsInFlight()
    ledger.add(call())
    with pytest.raises(ValueError):
        ledger.add(call())
