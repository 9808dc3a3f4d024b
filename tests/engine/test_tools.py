"""Tools with simulated answers over the real pipe: rounds, their limit, and mistakes of models."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine.listening import ECHO, Engine, address, kinds
from tests.fakes.anthropic import called, message, thought
from tests.fakes.provider import (
    JSON,
    SSE,
    FakeProvider,
    Hold,
    Reply,
    Send,
    anthropic_stream,
    chunk,
    error,
    event,
    status,
    stream,
    usage,
    whole,
)
from workbench.core.blocks import Tool, ToolRow
from workbench.core.lanes import Endpoint
from workbench.core.runs import AnswerStep, Result
from workbench.engine.calls import CallStepped

KEY = "sk-planted-0123456789"
SCHEMA = '{"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]}'
LOOKUP = Tool("lookup_order", "Looks an order up.", SCHEMA, "unknown order", (ToolRow('{"order": "A1"}', "shipped"),))
NOW = Tool("now", answer="noon")


@pytest.fixture
def engine(shared_engine: Engine) -> Engine:
    return shared_engine


def piece(index: int | None = None, call_id: str = "", name: str = "", arguments: str = "", **more: Any) -> Send:
    data: dict[str, Any] = {"function": {}, **more}
    if index is not None:
        data["index"] = index
    if call_id:
        data["id"] = call_id
    if name:
        data["function"]["name"] = name
    if arguments:
        data["function"]["arguments"] = arguments
    return Send(chunk({"tool_calls": [data]}))


def calling(*pieces: Send, before: tuple[Send, ...] = (), counted: dict[str, Any] | None = None) -> Reply:
    ending = [Send(chunk({}, finish="tool_calls")), *([Send(chunk(usage=counted))] if counted else [])]
    return Reply((*before, *pieces, *ending, Send(event("[DONE]"))), headers=SSE)


def code(result: Result) -> str:
    return result.failure.code if result.failure else ""


def texts(result: Result) -> list[tuple[str, str]]:
    return [(step.kind, step.text) for step in result.steps]


def test_streamed_tool_call_is_answered_and_the_model_continues(engine: Engine, fake: FakeProvider) -> None:
    fake.script(
        calling(
            piece(0, "c1", "lookup_order"),
            piece(0, arguments='{"ord'),
            piece(0, arguments='er": "A1"}'),
            before=(Send(chunk({"reasoning_content": "hm"})), Send(chunk({"content": "One moment."}))),
            counted=usage(10, 5, cached=2),
        ),
        stream("It is ", "shipped.", counted=usage(20, 4)),
    )
    call_id = engine.run(address(fake.base_url), tools=(LOOKUP, NOW), key=KEY)
    result = engine.heard.result(call_id)
    assert (result.state, result.text, result.finish_reason) == ("finished", "It is shipped.", "stop")
    assert texts(result) == [
        ("reasoning", "hm"),
        ("text", "One moment."),
        ("tool_call", '{"order": "A1"}'),
        ("tool_result", "shipped"),
        ("text", "It is shipped."),
    ]
    call, answer = result.steps[2:4]
    assert (call.name, call.call_id, answer.name, answer.call_id) == ("lookup_order", "c1", "lookup_order", "c1")
    assert [e.steps for e in engine.heard.of(CallStepped, call_id)] == [result.steps[:4]]
    found = result.usage
    assert (found.input, found.output, found.cached, found.source) == (30, 9, 2, "provider")
    first, second = (request.body for request in fake.requests)
    assert [tool["function"]["name"] for tool in first["tools"]] == ["lookup_order", "now"]
    assert first["tools"][0]["function"]["parameters"] == json.loads(SCHEMA)
    assert second["messages"][1:] == [
        {
            "role": "assistant",
            "content": "One moment.",
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "lookup_order", "arguments": '{"order": "A1"}'},
                }
            ],
            "reasoning_content": "hm",
        },
        {"role": "tool", "tool_call_id": "c1", "content": "shipped"},
    ]
    assert result.request == second
    sent, first_ms, end = result.timing.sent, result.timing.first, result.timing.end
    assert sent is not None
    assert first_ms is not None
    assert end is not None
    assert sent <= first_ms <= end


def test_parallel_calls_without_ids_arguments_or_numbers(engine: Engine, fake: FakeProvider) -> None:
    fake.script(
        calling(
            piece(0, name="now"),
            piece(1, name="lookup_order", arguments='{"order": "B"}'),
            piece(None, "own", "now"),
            piece(None, arguments="{}"),
        ),
        stream("Done."),
    )
    result = engine.ask(address(fake.base_url), tools=(LOOKUP, NOW))
    called = [(s.name, s.text, s.call_id) for s in result.steps if s.kind == "tool_call"]
    assert called == [
        ("now", "", "call_1_1"),
        ("lookup_order", '{"order": "B"}', "call_1_2"),
        ("now", "{}", "own"),
    ]
    answers = [m for m in fake.requests[1].body["messages"] if m["role"] == "tool"]
    assert [m["content"] for m in answers] == ["noon", "unknown order", "noon"]
    assert result.text == "Done."
    assert result.usage.source == "estimate"


def test_calls_that_all_have_index_zero_stay_separate(engine: Engine, fake: FakeProvider) -> None:
    fake.script(calling(piece(0, "a", "now", "{}"), piece(0, "b", "now", "{}")), stream("Done."))
    result = engine.ask(address(fake.base_url), tools=(NOW,))
    assert [s.call_id for s in result.steps if s.kind == "tool_call"] == ["a", "b"]


def test_unstreamed_tool_calls_are_answered_with_their_signature(engine: Engine, fake: FakeProvider) -> None:
    call = {"id": "x", "type": "function", "function": {"name": "lookup_order", "arguments": {"order": "A1"}}}
    signed = {**call, "extra_content": {"google": {"thought_signature": "c2ln"}}}
    fake.script(whole("", tool_calls=[signed], finish="tool_calls"), whole("Shipped."))
    result = engine.ask(address(fake.base_url), tools=(LOOKUP,), stream=False)
    assert (result.text, result.usage.input, result.usage.output) == ("Shipped.", 14, 6)
    assert json.loads(result.steps[0].opaque) == {"extra_content": {"google": {"thought_signature": "c2ln"}}}
    repeated = fake.requests[1].body["messages"][1]
    assert repeated["content"] is None
    assert repeated["tool_calls"][0]["extra_content"] == {"google": {"thought_signature": "c2ln"}}


def test_invalid_arguments_and_unknown_tools_are_reported_to_the_model(engine: Engine, fake: FakeProvider) -> None:
    fake.script(calling(piece(0, "a", "lookup_order", "{oops"), piece(1, "b", "find", "{}")), stream("Sorry."))
    result = engine.ask(address(fake.base_url), tools=(LOOKUP,))
    broken, unknown = [s.text for s in result.steps if s.kind == "tool_result"]
    assert broken.startswith("Error: the arguments are not a JSON object. They were: {oops")
    assert unknown == "Error: there is no tool named 'find'. The tools are: lookup_order."
    assert result.steps[0] == AnswerStep("tool_call", "{oops", "lookup_order", "a")
    assert fake.requests[1].body["messages"][1]["tool_calls"][0]["function"]["arguments"] == "{}"


def test_endless_tool_calls_stop_at_the_round_limit(engine: Engine, fake: FakeProvider) -> None:
    fake.answer = lambda request: calling(
        piece(0, f"c{len(request.body['messages'])}", "now"), before=(Send(chunk({"content": "Again."})),)
    )
    result = engine.ask(address(fake.base_url), tools=(NOW,), tool_rounds=2)
    assert (result.state, code(result), result.text) == ("failed", "tool_rounds", "Again.")
    assert result.failure is not None
    assert "still called tools after 2 rounds" in result.failure.sentence
    assert len(fake.requests) == 3
    assert [s.kind for s in result.steps] == [*(["text", "tool_call", "tool_result"] * 2), "text", "tool_call"]


def test_round_without_output_is_retried(engine: Engine, fake: FakeProvider) -> None:
    busy = status(429, error("slow down"), headers={"retry-after": "0"})
    fake.script(calling(piece(0, "a", "now")), busy, stream("Noon."))
    call_id = engine.run(address(fake.base_url), tools=(NOW,))
    assert engine.heard.result(call_id).text == "Noon."
    assert len(engine.retries(call_id)) == 1
    assert [len(r.body["messages"]) for r in fake.requests] == [1, 3, 3]


def test_stopping_in_a_later_round_keeps_earlier_steps(engine: Engine, fake: FakeProvider) -> None:
    fake.script(calling(piece(0, "a", "now")), stream("No", then=(Hold(),)))
    call_id = engine.run(address(fake.base_url), tools=(NOW,))
    engine.wait_text(call_id)
    engine.client.cancel(call_id)
    result = engine.heard.result(call_id)
    assert (result.state, result.text) == ("stopped", "No")
    assert texts(result) == [("tool_call", ""), ("tool_result", "noon"), ("text", "No")]


def test_failure_in_a_later_round_keeps_earlier_steps(engine: Engine, fake: FakeProvider) -> None:
    fake.script(calling(piece(0, "a", "now"), counted=usage(5, 2)), status(401))
    result = engine.ask(address(fake.base_url), tools=(NOW,), key=KEY)
    assert (code(result), [s.kind for s in result.steps]) == ("bad_key", ["tool_call", "tool_result"])
    assert (result.usage.input, result.usage.output) == (5, 2)


def test_keys_are_masked_in_tool_calls(engine: Engine, fake: FakeProvider) -> None:
    fake.script(calling(piece(0, "a", "now", f'{{"key": "{KEY}"}}')), stream("Noon."))
    result = engine.ask(address(fake.base_url), tools=(NOW,), key=KEY)
    assert KEY not in repr(result)
    assert KEY.encode() not in fake.requests[1].raw


def test_oversized_conversation_is_not_sent(engine: Engine, fake: FakeProvider) -> None:
    fake.answer = lambda request: calling(piece(0, f"c{len(request.body['messages'])}", "now"))
    result = engine.ask(address(fake.base_url), tools=(Tool("now", answer="x" * 400_000),), tool_rounds=20)
    assert code(result) == "too_long"
    assert len(fake.requests) == 3


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (400, "registry.example/library/small does not support tools"),
        (404, "No endpoints found that support tool use."),
        (400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
        (422, "Tool calling is not supported with this model"),
    ],
)
def test_refusals_of_tools_are_reported_as_no_tools(
    engine: Engine, fake: FakeProvider, number: int, words: str
) -> None:
    fake.script(status(number, error(words)))
    result = engine.ask(address(fake.base_url), tools=(NOW,))
    assert code(result) == "no_tools"
    assert result.failure is not None
    assert "Choose a model with tools" in result.failure.sentence


def test_tool_with_invalid_name_is_not_sent(engine: Engine, fake: FakeProvider) -> None:
    result = engine.ask(address(fake.base_url), tools=(Tool("look up"),))
    assert (code(result), fake.requests) == ("bad_prompt", [])


def test_tools_override_the_tools_parameter(engine: Engine, fake: FakeProvider) -> None:
    result = engine.ask(address(fake.base_url), tools=(NOW,), params={"tools": [], "tool_choice": "auto"})
    assert ("refused", "tools") in kinds(result.marks)
    assert fake.requests[0].body["tool_choice"] == "auto"
    assert len(fake.requests[0].body["tools"]) == 1


def test_unrequested_tool_calls_start_no_round(engine: Engine, fake: FakeProvider) -> None:
    fake.script(calling(piece(0, "a", "now")))
    result = engine.ask(address(fake.base_url))
    assert (result.state, result.finish_reason) == ("finished", "tool_calls")
    assert result.steps == (AnswerStep("tool_call", "", "now", "a"),)
    assert result.response["tool_calls"] == [{"id": "a", "name": "now", "arguments": ""}]


def test_echo_calls_no_tools(engine: Engine) -> None:
    result = engine.ask(ECHO, tools=(NOW,))
    assert (result.text, result.steps, kinds(result.marks)) == ("Hello", (), {("refused", "tools")})


# Through LiteLLM


def at(fake: FakeProvider) -> Endpoint:
    return Endpoint("litellm", "litellm", "LiteLLM", fake.url)


def test_signed_reasoning_is_sent_back_to_the_provider(translating: Engine, fake: FakeProvider) -> None:
    fake.script(
        message(
            thought("I look ", "it up.", signature="c2lnbmVk"),
            called("toolu_1", "lookup_order", '{"order"', ': "A1"}'),
        ),
        anthropic_stream("It is ", "shipped."),
    )
    result = translating.ask(
        at(fake),
        model="anthropic/claude-sonnet-4-5",
        tools=(LOOKUP,),
        key=KEY,
        params={"reasoning_effort": "low", "max_tokens": 4000},
    )
    assert (result.state, result.text) == ("finished", "It is shipped.")
    assert texts(result) == [
        ("reasoning", "I look it up."),
        ("tool_call", '{"order": "A1"}'),
        ("tool_result", "shipped"),
        ("text", "It is shipped."),
    ]
    assert json.loads(result.steps[0].opaque)["thinking_blocks"][0]["signature"] == "c2lnbmVk"
    assert (result.usage.input, result.usage.output) == (16, 9)
    assert [tool["name"] for tool in fake.requests[0].body["tools"]] == ["lookup_order"]
    assistant, answer = fake.requests[1].body["messages"][1:]
    assert [part["type"] for part in assistant["content"]] == ["thinking", "tool_use"]
    assert assistant["content"][0]["signature"] == "c2lnbmVk"
    assert assistant["content"][1]["input"] == {"order": "A1"}
    assert answer["content"][0]["tool_use_id"] == "toolu_1"
    assert "tools" not in {mark.name for mark in result.marks}


def test_unstreamed_tool_calls_through_litellm_are_answered(translating: Engine, fake: FakeProvider) -> None:
    body = {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": "claude-fake",
        "content": [{"type": "tool_use", "id": "toolu_1", "name": "lookup_order", "input": {"order": "A1"}}],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": 7, "output_tokens": 3},
    }
    fake.script(Reply((Send(json.dumps(body).encode()),), headers=JSON))
    result = translating.ask(at(fake), model="anthropic/claude-haiku-4-5", tools=(LOOKUP,), key=KEY, stream=False)
    assert [s.kind for s in result.steps] == ["tool_call", "tool_result", "text"]
    assert result.text == "Hello world"


def test_tools_that_litellm_would_drop_fail_the_call(translating: Engine, fake: FakeProvider) -> None:
    result = translating.ask(at(fake), model="ollama/small", tools=(LOOKUP,), key=KEY)
    assert code(result) == "no_tools"
    assert fake.requests == []
