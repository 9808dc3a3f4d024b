"""Streaming of tool calls over the real pipe: the order of events, and hostile calls."""

from __future__ import annotations

import json
import os
import signal
import sys

import pytest

from tests.engine.listening import Engine, address
from tests.engine.test_tools import KEY, LOOKUP, NOW, calling, code, piece, texts
from tests.fakes.provider import SSE, FakeProvider, Hold, Reply, Send, chunk, event, stream, whole
from workbench.core.blocks import Tool
from workbench.core.runs import AnswerStep, Result
from workbench.engine.calls import CallStepped, ToolCallDelta
from workbench.engine.child.model_turn import MAX_ARGUMENTS, MAX_CALLS


@pytest.fixture
def engine(shared_engine: Engine) -> Engine:
    return shared_engine


def told(engine: Engine, call_id: str, number: int = 0) -> str:
    """Return the arguments received so far; fails on gaps between offsets."""
    text = ""
    for one in engine.heard.of(ToolCallDelta, call_id):
        if one.number == number:
            assert one.offset == len(text)
            text += one.text
    return text


def calls_of(result: Result) -> list[AnswerStep]:
    return [step for step in result.steps if step.kind == "tool_call"]


def test_tool_call_is_reported_while_its_arguments_stream(engine: Engine, fake: FakeProvider) -> None:
    """The name is there before any argument is, and the arguments before the call is whole."""
    fake.script(
        Reply(
            (piece(0, "c1", "lookup_order"), piece(0, arguments='{"order"'), Hold(), piece(0, arguments=': "A1"}')),
            headers=SSE,
        )
    )
    call_id = engine.run(address(fake.base_url), tools=(LOOKUP,))
    engine.heard.wait_for(lambda: told(engine, call_id) == '{"order"')
    first = engine.heard.of(ToolCallDelta, call_id)[0]
    assert (first.number, first.name, first.call_id, first.offset) == (0, "lookup_order", "c1", 0)
    assert engine.heard.of(CallStepped, call_id) == []
    fake.release()
    result = engine.heard.result(call_id)
    assert told(engine, call_id) == '{"order": "A1"}'
    assert (code(result), texts(result)) == ("half_answer", [("tool_call", '{"order": "A1"}')])


def test_simulated_tool_results_are_reported_before_next_round(engine: Engine, fake: FakeProvider) -> None:
    fake.script(calling(piece(0, "c1", "now", "{}")), Reply((Hold(),), headers=SSE))
    call_id = engine.run(address(fake.base_url), tools=(NOW,))
    engine.heard.wait_for(lambda: engine.heard.of(CallStepped, call_id))
    (stepped,) = engine.heard.of(CallStepped, call_id)
    assert stepped.steps == (AnswerStep("tool_call", "{}", "now", "c1"), AnswerStep("tool_result", "noon", "now", "c1"))
    engine.client.cancel(call_id)
    assert engine.heard.result(call_id).steps == stepped.steps


def test_small_argument_chunks_are_coalesced_like_text(engine: Engine, fake: FakeProvider) -> None:
    pieces = [piece(0, "c1", "now"), *(piece(0, arguments=f'"{n}",') for n in range(2000))]
    fake.script(calling(Send(b"".join(one.data for one in pieces))), stream("Done."))
    call_id = engine.run(address(fake.base_url), tools=(NOW,))
    whole_text = "".join(f'"{n}",' for n in range(2000))
    assert engine.heard.result(call_id).steps[0] == AnswerStep("tool_call", whole_text, "now", "c1")
    assert told(engine, call_id) == whole_text
    assert len(engine.heard.of(ToolCallDelta, call_id)) < 200


def test_interleaved_tool_calls_stay_separate(engine: Engine, fake: FakeProvider) -> None:
    turns = [piece(n % 2, arguments=str(n)) for n in range(10)]
    fake.script(calling(piece(0, "a", "now"), piece(1, "b", "lookup_order"), *turns), stream("Done."))
    call_id = engine.run(address(fake.base_url), tools=(LOOKUP, NOW))
    result = engine.heard.result(call_id)
    assert [(s.name, s.text) for s in calls_of(result)] == [("now", "02468"), ("lookup_order", "13579")]
    assert [told(engine, call_id, n) for n in (0, 1)] == ["02468", "13579"]


def test_key_split_across_argument_chunks_is_masked(engine: Engine, fake: FakeProvider) -> None:
    written = f'{{"key": "{KEY}"}}'
    pieces = [piece(0, "c1", KEY), *(piece(0, arguments=letter) for letter in written)]
    fake.script(calling(*pieces), stream("Done."))
    call_id = engine.run(address(fake.base_url), tools=(NOW,), key=KEY)
    result = engine.heard.result(call_id)
    assert KEY not in repr(engine.heard.of(ToolCallDelta, call_id)) + repr(result) + told(engine, call_id)
    assert calls_of(result)[0].text == told(engine, call_id) == '{"key": "•••"}'


def test_split_surrogate_pair_in_arguments_is_joined(engine: Engine, fake: FakeProvider) -> None:
    fake.script(calling(piece(0, "c1", "now", '{"a": "\ud83d'), piece(0, arguments='\ude00"}')), stream("Done."))
    call_id = engine.run(address(fake.base_url), tools=(NOW,))
    result = engine.heard.result(call_id)
    assert calls_of(result)[0].text == told(engine, call_id) == '{"a": "😀"}'


def test_too_many_calls_in_one_answer_fail_and_keep_the_first(engine: Engine, fake: FakeProvider) -> None:
    pieces = [piece(n, f"c{n}", "now", f'{{"n": {n}}}') for n in range(1000)]
    fake.script(calling(*pieces))
    call_id = engine.run(address(fake.base_url), tools=(NOW,))
    result = engine.heard.result(call_id)
    assert (result.state, code(result), len(fake.requests)) == ("failed", "answer_too_long", 1)
    assert [step.text for step in result.steps] == [f'{{"n": {n}}}' for n in range(MAX_CALLS)]
    assert [told(engine, call_id, n) for n in range(MAX_CALLS)] == [step.text for step in result.steps]


@pytest.mark.parametrize("streams", [True, False])
def test_oversized_arguments_are_truncated(engine: Engine, fake: FakeProvider, streams: bool) -> None:
    part = "x" * 1000
    if streams:
        fake.script(calling(piece(0, "c1", "now"), *(piece(0, arguments=part) for _ in range(5000))))
    else:
        function = {"name": "now", "arguments": part * 5000}
        fake.script(whole("", tool_calls=[{"id": "c1", "function": function}], finish="tool_calls"))
    result = engine.ask(address(fake.base_url), tools=(NOW,), stream=streams)
    assert (result.state, code(result)) == ("failed", "answer_too_long")
    (step,) = result.steps
    assert (step.name, step.text[:3], MAX_ARGUMENTS - 10 < len(step.text) <= MAX_ARGUMENTS) == ("now", "xxx", True)


@pytest.mark.parametrize("where", ["id", "name"])
def test_oversized_tool_names_and_call_ids_are_truncated(engine: Engine, fake: FakeProvider, where: str) -> None:
    named = {"id": "c", "name": "now"} | {where: "x" * 300_000}
    fake.script(calling(piece(0, named["id"], named["name"])))
    result = engine.ask(address(fake.base_url), tools=(NOW,))
    assert code(result) == "answer_too_long"
    assert len(repr(result.steps)) < 1000


def test_duplicate_call_ids_are_made_unique(engine: Engine, fake: FakeProvider) -> None:
    """In one answer and over rounds: whoever gets the answers could not tell which call each belongs to."""
    twice = calling(piece(0, "same", "lookup_order", '{"order": "A1"}'), piece(1, "same", "now", "{}"))
    fake.script(twice, calling(piece(0, "same", "now", "{}")), stream("Done."))
    result = engine.ask(address(fake.base_url), tools=(LOOKUP, NOW))
    assert [(s.name, s.call_id) for s in calls_of(result)] == [
        ("lookup_order", "same"),
        ("now", "call_1_2"),
        ("now", "call_2_1"),
    ]
    last = fake.requests[-1].body["messages"]
    asked = [call["id"] for message in last for call in message.get("tool_calls", ())]
    answered = [(m["tool_call_id"], m["content"]) for m in last if m["role"] == "tool"]
    assert asked == ["same", "call_1_2", "call_2_1"]
    assert answered == [("same", "shipped"), ("call_1_2", "noon"), ("call_2_1", "noon")]


def test_chunks_without_index_are_assigned_by_call_id(engine: Engine, fake: FakeProvider) -> None:
    fake.script(
        calling(
            piece(None, "a", "lookup_order", '{"order": '),
            piece(None, "b", "now", "{"),
            piece(None, "a", arguments='"A1"}'),
            piece(None, "b", arguments="}"),
        ),
        stream("Done."),
    )
    result = engine.ask(address(fake.base_url), tools=(LOOKUP, NOW))
    assert [(s.name, s.text) for s in calls_of(result)] == [("lookup_order", '{"order": "A1"}'), ("now", "{}")]


def test_oversized_tool_results_fail_without_another_request(engine: Engine, fake: FakeProvider) -> None:
    pieces = [piece(n, f"c{n}", "now", "{}") for n in range(MAX_CALLS)]
    fake.script(calling(*pieces))
    result = engine.ask(address(fake.base_url), tools=(Tool("now", answer="x" * 1_000_000),))
    assert (result.state, code(result), len(fake.requests)) == ("failed", "too_long", 1)
    assert [step.kind for step in result.steps] == ["tool_call"] * MAX_CALLS


def test_engine_crash_keeps_partial_tool_call(fake: FakeProvider) -> None:
    fake.script(
        calling(piece(0, "a", "now")),
        Reply((Send(chunk({"content": "Well."})), piece(0, "b", "lookup_order", '{"ord'), Hold()), headers=SSE),
    )
    with Engine() as engine:
        call_id = engine.run(address(fake.base_url), tools=(LOOKUP, NOW))
        engine.heard.wait_for(lambda: told(engine, call_id).endswith('{"ord'))
        pid = engine.client.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        result = engine.heard.result(call_id)
    assert (code(result), result.text) == ("engine_died", "Well.")
    assert texts(result) == [
        ("tool_call", ""),
        ("tool_result", "noon"),
        ("text", "Well."),
        ("tool_call", '{"ord'),
    ]
    assert result.usage.output


_DIES_WHILE_IT_TELLS = """
import json, os, sys
from workbench.engine import protocol
out = sys.stdout.buffer
def tell(kind, **fields):
    out.write(protocol.encode(kind, 1, fields))
for line in sys.stdin.buffer:
    message = json.loads(line)
    if message["type"] == "hello":
        tell("ready", pid=os.getpid())
    if message["type"] == "run":
        told = {"id": message["id"]}
        tell("sent", wire={}, marks=[], **told)
        tell("tool_call", number=0, name="now", call_id="c1", offset=0, text="{}", **told)
        steps = [["tool_call", "{}", "now", "c1", ""], ["tool_result", "noon", "now", "c1", ""]]
        line = protocol.encode("steps", 1, {"opaque": "", "steps": steps, **told})
        out.write(line[: len(line) // 2])
        out.flush()
        os._exit(9)
    out.flush()
"""


def test_engine_crash_while_sending_tool_result_keeps_tool_call() -> None:
    with Engine([sys.executable, "-c", _DIES_WHILE_IT_TELLS]) as engine:
        result = engine.heard.result(engine.run(tools=(NOW,)))
    assert (code(result), result.steps) == ("engine_died", (AnswerStep("tool_call", "{}", "now", "c1"),))


def test_retried_round_discards_reasoning_of_failed_attempt(engine: Engine, fake: FakeProvider) -> None:
    """A server that hangs up before a word is asked again, and the thoughts it signed go with it."""
    thought = event({"choices": [{"delta": {"reasoning_details": [{"type": "a", "data": "old"}]}}]})
    fake.script(
        Reply((Send(thought), Send(event({"error": {"message": "overloaded", "code": 503}}))), headers=SSE),
        calling(piece(0, "c1", "now")),
        stream("Done."),
    )
    result = engine.ask(address(fake.base_url), tools=(NOW,))
    assert result.text == "Done."
    assert "old" not in json.dumps(fake.requests[-1].body)
