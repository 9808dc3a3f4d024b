"""Answers of unspecified shapes, over the real pipe: through the lean client and through LiteLLM."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.depth import examples
from tests.engine.listening import Engine, address, quick
from tests.fakes.anthropic import message, said, thought
from tests.fakes.provider import JSON, SSE, FakeProvider, Flood, Reply, Send, chunk, event, raw, usage
from tests.patience import PROCESS_S
from workbench.core.content import Message
from workbench.core.empty_answers import empty_sentence
from workbench.core.further_choices import FurtherChoice, further_choices
from workbench.core.lanes import Endpoint
from workbench.core.runs import Result
from workbench.engine.calls import Call, CallEnded
from workbench.engine.calls_in_flight import CallsInFlight
from workbench.engine.child import openai_chat
from workbench.engine.child.call_runner import run_call
from workbench.engine.child.completion_reader import ChunkReader, read_whole
from workbench.engine.child.failures import FailureSubject
from workbench.engine.child.streamed_answer import StreamedAnswer
from workbench.engine.protocol import decode, encode
from workbench.engine.untrusted_json import parse

KEY = "sk-planted-0123456789"
CLAUDE = "anthropic/claude-haiku-4-5"
GEMINI = "gemini/gemini-2.5-flash"
VLLM = "hosted_vllm/x"


@pytest.fixture
def lean(shared_engine: Engine) -> Engine:
    return shared_engine


def at(fake: FakeProvider, path: str = "") -> Endpoint:
    return Endpoint("litellm", "litellm", "LiteLLM", fake.url + path)


def deltas(*parts: Any, finish: Any = "stop", index: Any = 0) -> Reply:
    """Return a stream with one chunk for each of these deltas."""
    chunks = [event({"choices": [{"index": index, "delta": part}]}) for part in parts]
    ending = event({"choices": [{"index": index, "delta": {}, "finish_reason": finish}]})
    return raw(*chunks, ending, event("[DONE]"))


def wholly(*choices: Any, **more: Any) -> Reply:
    body = {"id": "c1", "model": "fake-1", "object": "chat.completion", "created": 1, "choices": choices, **more}
    return Reply((Send(json.dumps({"usage": usage(), **body}).encode()),), headers=JSON)


def choice(content: Any, index: Any = 0, finish: str = "stop", **more: Any) -> dict[str, Any]:
    return {
        "index": index,
        "finish_reason": finish,
        "message": {"role": "assistant", "content": content, **more},
    }


def piece(index: Any, content: str = "", finish: str | None = None, **delta: Any) -> bytes:
    """Return a stream chunk with one choice."""
    parts = {"content": content, **delta} if content else delta
    one = {"index": index, "delta": parts, "finish_reason": finish}
    return event({"id": "c1", "object": "chat.completion.chunk", "model": "fake-1", "choices": [one]})


TWO = raw(
    piece(1, "Second", reasoning_content="why"),
    piece(0, "Fir"),
    piece(1, " answer"),
    piece(0, "st"),
    piece(0, finish="stop"),
    piece(1, finish="length"),
    chunk(usage=usage()),
    event("[DONE]"),
)


def check_two(result: Result) -> None:
    assert (result.state, result.text, result.reasoning, result.finish_reason) == ("finished", "First", "", "stop")
    assert further_choices(result.response) == (FurtherChoice(1, "Second answer", "why", "length"),)
    assert result.usage.source == "provider"


def test_stream_of_several_choices_shows_the_first(lean: Engine, fake: FakeProvider) -> None:
    fake.script(TWO)
    call_id = lean.run(address(fake.base_url), params={"n": 2})
    check_two(lean.heard.result(call_id))
    assert lean.heard.text(call_id) == "First"


def test_litellm_stream_of_several_choices_shows_the_first(translating: Engine, fake: FakeProvider) -> None:
    fake.script(TWO)
    result = translating.ask(at(fake, "/v1"), model=VLLM, key=KEY, params={"n": 2})
    assert (result.state, result.text, result.reasoning, result.finish_reason) == ("finished", "First", "", "stop")
    # LiteLLM reports the finish reason of the first choice only.
    assert further_choices(result.response) == (FurtherChoice(1, "Second answer", "why"),)


def test_unstreamed_answer_with_several_choices_shows_the_first(
    lean: Engine, translating: Engine, fake: FakeProvider
) -> None:
    first, second = choice("First"), choice("Second answer", 1, "length", reasoning_content="why")
    # LiteLLM numbers whole choices by position.
    fake.script(wholly(second, first), wholly(first, second))
    check_two(lean.ask(address(fake.base_url), stream=False))
    check_two(translating.ask(at(fake, "/v1"), model=VLLM, key=KEY, stream=False))


@pytest.mark.parametrize(("first", "second"), [(None, None), ("0", "1"), (1, 2), (4, 7), (-1, None), (True, 1.5)])
def test_invalid_choice_indexes_fall_back_to_position(
    lean: Engine, fake: FakeProvider, first: Any, second: Any
) -> None:
    """What has no index has that of its place; the lowest one is shown wherever counting begins."""
    pair = [{"index": first, "delta": {"content": "A"}}, {"index": second, "delta": {"content": "B"}}]
    ends = [{"index": at, "delta": {}, "finish_reason": "stop"} for at in (first, second)]
    fake.script(raw(event({"choices": pair}), event({"choices": ends}), event("[DONE]")))
    result = lean.ask(address(fake.base_url))
    assert (result.state, result.text, result.finish_reason) == ("finished", "A", "stop")
    assert [one.text for one in further_choices(result.response)] == ["B"]


def test_long_further_choices_are_truncated(lean: Engine, fake: FakeProvider) -> None:
    long = "é" * 400_000
    fake.script(wholly(*(choice(f"{number}{long}", number) for number in range(5))))
    result = lean.ask(address(fake.base_url), stream=False)
    assert result.text == f"0{long}"
    found = further_choices(result.response)
    assert [one.text[0] for one in found] == ["1", "2", "3", "4"]
    assert all(one.is_cut and long.startswith(one.text[1:]) and len(one.text) > 1000 for one in found)


def test_secret_in_further_choice_is_masked(lean: Engine, fake: FakeProvider) -> None:
    fake.script(raw(piece(0, "a", "stop"), piece(1, KEY[:5]), piece(1, KEY[5:]), event("[DONE]")))
    result = lean.ask(address(fake.base_url), key=KEY)
    assert KEY not in json.dumps(result.response)
    assert len(further_choices(result.response)) == 1


CONTENTS: list[tuple[Any, str, str]] = [
    (None, "", ""),
    ("a", "a", ""),
    (42, "42", ""),
    (1.5, "1.5", ""),
    (True, "true", ""),
    ({}, "", ""),
    ([], "", ""),
    ({"answer": 42}, '{"answer": 42}', ""),
    ([1, 2], "[1, 2]", ""),
    ([{"a": 1}, {"b": 2}], '[{"a": 1}, {"b": 2}]', ""),
    ({"type": "text", "text": "a"}, "a", ""),
    (["a", "b"], "ab", ""),
    ([{"type": "text", "text": "a"}, None, {"text": {"value": "b"}}], "ab", ""),
    ([{"type": "output_text", "text": "a"}, {"type": "refusal", "refusal": "no"}], "ano", ""),
    ([{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "a"}], "a", "hm"),
    ([{"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}, "a"], "a", "hm"),
    ([{"text": "hm", "thought": True}, {"text": "a"}], "a", "hm"),
    ([{"type": "image_url", "image_url": {"url": "x"}}], '{"type": "image_url", "image_url": {"url": "x"}}', ""),
]


@pytest.mark.parametrize("stream", [True, False])
def test_content_of_any_json_type_is_read(lean: Engine, fake: FakeProvider, stream: bool) -> None:
    for content, text, reasoning in CONTENTS:
        fake.script(deltas({"content": content}) if stream else wholly(choice(content)))
        result = lean.ask(address(fake.base_url), stream=stream)
        assert (result.state, result.text, result.reasoning) == ("finished", text, reasoning), content


THOUGHTS: list[dict[str, Any]] = [
    {"reasoning_content": "hm"},
    {"reasoning": "hm"},
    {"reasoning": {"content": "hm"}},
    {"reasoning": {"summary": [{"type": "summary_text", "text": "h"}, {"type": "summary_text", "text": "m"}]}},
    {"reasoning": [{"text": "hm"}]},
    {"thinking": "hm"},
    {"reasoning_text": "hm"},
    {"thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}]},
    {"thinking_blocks": {"type": "thinking", "thinking": "hm"}},
    {"reasoning_details": [{"type": "reasoning.text", "text": "hm", "signature": "s"}]},
    {
        "reasoning_details": [
            {"type": "reasoning.summary", "summary": "hm"},
            {"type": "reasoning.encrypted", "data": "x"},
        ]
    },
    {"reasoning": "hm", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
    {"reasoning_content": "hm", "thinking_blocks": [{"type": "thinking", "thinking": "hm"}]},
    {"reasoning_content": {"text": "hm"}},
    {"content": "<think>\nhm</think>\n\na"},
]


@pytest.mark.parametrize("stream", [True, False])
def test_reasoning_of_all_vendors_is_read(lean: Engine, fake: FakeProvider, stream: bool) -> None:
    for thoughts in THOUGHTS:
        parts = {"content": "a", **thoughts}
        fake.script(deltas(parts) if stream else wholly(choice(**parts)))
        result = lean.ask(address(fake.base_url), stream=stream)
        assert (result.state, result.text, result.reasoning) == ("finished", "a", "hm"), thoughts


def test_reasoning_repeated_at_the_end_is_not_duplicated(lean: Engine, fake: FakeProvider) -> None:
    blocks = [{"type": "thinking", "thinking": "hmhm", "signature": "s"}]
    fake.script(deltas({"reasoning": "hm"}, {"reasoning": "hm"}, {"content": "a"}, {"thinking_blocks": blocks}))
    assert lean.ask(address(fake.base_url)).reasoning == "hmhm"


def test_reasoning_through_litellm_is_read(translating: Engine, fake: FakeProvider) -> None:
    cases: list[tuple[str, str, Reply]] = [
        (CLAUDE, "", message(thought("h", "m", signature="s"), said("a"), stop="end_turn")),
        (GEMINI, "", gemini({"text": "hm", "thought": True}, {"text": "a"})),
        (VLLM, "/v1", litellm_deltas({"reasoning_content": "hm"}, {"content": "a"})),
        (VLLM, "/v1", litellm_deltas({"reasoning": "hm"}, {"content": "a"})),
        (VLLM, "/v1", litellm_deltas({"content": "<thi"}, {"content": "nk>hm</think>"}, {"content": "a"})),
        ("openrouter/x/y", "/v1", litellm_deltas({"reasoning": "hm", "reasoning_details": DETAILS}, {"content": "a"})),
        ("openrouter/x/y", "/v1", litellm_deltas({"reasoning_details": DETAILS}, {"content": "a"})),
    ]
    for model, path, reply in cases:
        fake.script(reply)
        result = translating.ask(at(fake, path), model=model, key=KEY)
        assert (result.state, result.text, result.reasoning) == ("finished", "a", "hm"), (model, result)


DETAILS = [{"type": "reasoning.text", "text": "hm", "signature": None, "format": "unknown", "index": 0}]


def litellm_deltas(*parts: dict[str, Any]) -> Reply:
    return raw(*(piece(0, **part) for part in parts), piece(0, finish="stop"), chunk(usage=usage()), event("[DONE]"))


def gemini(*parts: dict[str, Any]) -> Reply:
    counts = {"promptTokenCount": 7, "candidatesTokenCount": 3, "totalTokenCount": 10}
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": "STOP", "index": 0}
    return Reply((Send(event({"candidates": [candidate], "usageMetadata": counts})),), headers=SSE)


@pytest.mark.parametrize(
    ("mode", "pieces", "text", "reasoning"),
    [
        ("", ["<think>", "hm", "</think>", "a"], "a", "hm"),
        ("", ["\n<th", "ink>h<", "m</th", "ink>\n", "\n", "a </think>"], "a </think>", "h<m"),
        ("", ["<think>\n\n</think>\n\na"], "a", ""),
        ("", ["<think>hm</thi"], "", "hm</thi"),
        ("", ["<thin"], "<thin", ""),
        ("", ["a <think>b</think>"], "a <think>b</think>", ""),
        ("", ["<b>a</b>"], "<b>a</b>", ""),
        ("", [" a"], " a", ""),
        ("kept", ["<think>hm</think>a"], "<think>hm</think>a", ""),
        ("unopened", ["hm", "</think>", "a"], "a", "hm"),
        ("unopened", ["<think>hm</think>a"], "a", "hm"),
    ],
)
def test_think_tags_are_split_into_reasoning_and_text(
    lean: Engine, fake: FakeProvider, mode: str, pieces: list[str], text: str, reasoning: str
) -> None:
    fake.script(deltas(*({"content": one} for one in pieces)))
    result = lean.ask(address(fake.base_url), think_tags=mode)
    assert (result.state, result.text, result.reasoning) == ("finished", text, reasoning)


def test_echo_keeps_think_tags_as_text(lean: Engine) -> None:
    assert lean.ask(text="<think>a</think>b").text == "<think>a</think>b"


CALL = {"id": "t1", "type": "function", "function": {"name": "find", "arguments": '{"a": 1}'}}


@pytest.mark.parametrize("stream", [True, False])
def test_malformed_tool_calls_are_read_or_ignored(lean: Engine, fake: FakeProvider, stream: bool) -> None:
    cases: list[dict[str, Any]] = [
        {"tool_calls": CALL},
        {"tool_calls": [CALL, None, 3, "x", []]},
        {"function_call": CALL["function"]},
        {"tool_calls": [{**CALL, "function": {"name": "find", "arguments": {"a": 1}}}]},
        {"tool_calls": {**CALL, "index": "x", "id": 7}},
    ]
    for case in cases:
        fake.script(deltas(case) if stream else wholly(choice(None, **case)))
        result = lean.ask(address(fake.base_url), stream=stream)
        assert [(step.kind, step.name, step.text) for step in result.steps] == [("tool_call", "find", '{"a": 1}')], case
    for nothing in ("x", 7, [[]], {"function": 3}, [{"function": []}]):
        part = {"content": "a", "tool_calls": nothing}
        fake.script(deltas(part) if stream else wholly(choice(**part)))
        assert lean.ask(address(fake.base_url), stream=stream).text == "a"


@pytest.mark.parametrize("one", [{"delta": "a", "message": "a"}, {"text": "a"}])
def test_string_in_place_of_message_is_the_text(lean: Engine, fake: FakeProvider, one: dict[str, Any]) -> None:
    body = {"choices": [{"index": 0, "finish_reason": "stop", **one}]}
    fake.script(raw(event(body), event("[DONE]")), Reply((Send(json.dumps(body).encode()),), headers=JSON))
    assert [lean.ask(address(fake.base_url), stream=stream).text for stream in (True, False)] == ["a", "a"]


def test_answers_without_text_finish_with_explanation(lean: Engine, translating: Engine, fake: FakeProvider) -> None:
    fake.script(deltas({"reasoning": "hm"}, finish="length"), raw(event("[DONE]")))
    only_thoughts, nothing = (lean.ask(address(fake.base_url)) for _ in range(2))
    fake.script(message(thought("hm", signature="s"), stop="max_tokens"))
    claude = translating.ask(at(fake), model=CLAUDE, key=KEY)
    for result in (only_thoughts, claude):
        assert (result.state, result.text, result.reasoning) == ("finished", "", "hm")
        assert empty_sentence(result).startswith("Empty answer (finish reason: length). Reasoning used up all tokens.")
    assert empty_sentence(nothing).startswith("Empty answer (no finish reason). The model sent no text.")


def test_complete_message_in_one_stream_event_is_read(lean: Engine, fake: FakeProvider) -> None:
    fake.script(raw(event({"choices": [choice("All at once")]}), event("[DONE]")))
    assert lean.ask(address(fake.base_url)).text == "All at once"


def test_event_stream_with_json_content_type_is_read(lean: Engine, fake: FakeProvider) -> None:
    fake.script(Reply(deltas({"content": "a"}).steps, headers=JSON))
    assert lean.ask(address(fake.base_url)).text == "a"


def test_flood_of_comments_does_not_block_other_calls(lean: Engine, fake: FakeProvider) -> None:
    """A few kB that are MB of comments, faster than they can be read, until another call was answered beside them."""
    packed = zlib.compressobj(1, wbits=16 + zlib.MAX_WBITS)
    # After a full flush a block is independent of earlier ones, so it can be sent again and again.
    first, again = (packed.compress(b":\n" * 1_000_000) + packed.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    fake.script(Reply((Send(first), Flood(again, 0.02)), headers={**SSE, "content-encoding": "gzip"}))
    call_id = lean.run(address(fake.base_url), timeouts=quick(first=PROCESS_S))
    fake.wait_for(lambda server: bool(server.requests))
    lean.heard.wait_for(lambda: lean.sent(call_id))
    assert lean.ask().state == "finished"
    assert not lean.heard.of(CallEnded, call_id)
    lean.client.cancel(call_id)
    assert lean.heard.result(call_id).state == "stopped"


def test_buffered_comments_yield_to_other_tasks() -> None:
    """Pieces of one compressed chunk come without a wait."""
    call = Call("c1", address("http://127.0.0.1:9/v1"), "m", (Message("user", "Hi"),))
    answer, turns, pieces = StreamedAnswer(call, lambda kind, /, **fields: None), 0, 50

    async def comments() -> AsyncIterator[bytes]:
        for _ in range(pieces):
            yield b":\n"
        yield piece(0, "a", "stop")

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def read() -> None:
        beside = asyncio.create_task(others())
        async with asyncio.timeout(PROCESS_S) as deadline:
            await openai_chat._read_events(comments(), call, answer, FailureSubject("My server", "m"), deadline)
        beside.cancel()

    asyncio.run(read())
    assert answer.has_text
    assert turns >= pieces


def test_text_after_megabytes_of_comments_is_read(lean: Engine, fake: FakeProvider) -> None:
    packed = gzip.compress(b":\n" * 1_000_000 + piece(0, "a", "stop"), 1)
    fake.script(Reply((Send(packed),), headers={**SSE, "content-encoding": "gzip"}))
    assert lean.ask(address(fake.base_url)).text == "a"


NAMES = (
    *("choices", "index", "delta", "message", "finish_reason", "content", "type", "text", "role", "refusal", "usage"),
    *("reasoning", "reasoning_content", "reasoning_details", "thinking", "thinking_blocks", "signature", "summary"),
    *("tool_calls", "function_call", "function", "name", "arguments", "id", "error", "code", "model", "value"),
)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**20) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


def placed(where: str, anything: Any) -> Any:
    """Return a response body with any JSON in one of its places."""
    if where == "body":
        return anything
    if where == "choices":
        return {"choices": anything}
    if where == "choice":
        return {"choices": [anything]}
    if where in ("delta", "message"):
        return {"choices": [{where: anything, "finish_reason": "stop"}]}
    part = {"role": "assistant", "content": "a", where: anything}
    return {"choices": [{"delta": part, "message": part, "finish_reason": anything}]}


PLACES = st.sampled_from(
    [
        "body",
        "choices",
        "choice",
        "delta",
        "message",
        "content",
        "tool_calls",
        "reasoning",
        "thinking_blocks",
        "reasoning_details",
    ]
)


@examples(200, 20_000, deadline=None)
@example([("thinking_blocks", [{"type": "thinking", "thinking": "a"}, {"type": "thinking", "thinking": 1}])], True)
@example([("content", {"type": []})], True)
@example([("content", [{"type": {}}])], False)
@given(st.lists(st.tuples(PLACES, JSONS), min_size=1, max_size=4), st.booleans())
def test_any_json_response_gives_an_answer_or_a_failure(odd: list[tuple[str, Any]], streams: bool) -> None:
    """In this process: what the engine tells fits its own protocol, and the client's ledger takes it."""
    result = answered_in_process([placed(where, value) for where, value in odd], streams=streams)
    assert result.state == "finished" or (result.failure is not None and result.failure.sentence)
    assert result.failure is None or result.failure.code != "internal"
    assert len(further_choices(result.response)) <= 128


def answered_in_process(bodies: list[Any], *, streams: bool) -> Result:
    call = Call("c1", address("http://127.0.0.1:9/v1"), "m", (Message("user", "Hi"),))
    ledger = CallsInFlight()
    ledger.add(call)
    ended: list[Result] = []

    def send(kind: str, /, **fields: Any) -> None:
        told = ledger.apply(decode(encode(kind, 1, fields)))
        if isinstance(told, CallEnded):
            ended.append(told.result)

    class Server:
        async def ask(self, call: Call, answer: StreamedAnswer) -> None:
            where = FailureSubject("My server", "m", False)
            if not streams:
                read_whole(parse(json.dumps(bodies[0])), answer, where)
                return
            reader = ChunkReader(answer, where)
            try:
                for body in bodies:
                    reader.read(json.dumps(body))
            finally:
                reader.close()

    async def run() -> None:
        await run_call(call, StreamedAnswer(call, send), Server(), None, random.Random(1))

    asyncio.run(run())
    (result,) = ended
    return result


def test_any_json_response_is_handled_by_the_real_engine(lean: Engine, translating: Engine, fake: FakeProvider) -> None:
    """The same over the real pipe, with a few of each place; the engine goes on answering."""
    odd = [None, 7, "x", [], [[]], {}, [{}], {"content": 3}, {"text": {"value": []}}, [{"type": "thinking"}]]
    places = ["body", "choices", "choice", "delta", "message", "content", "tool_calls", "reasoning", "thinking_blocks"]
    for engine, endpoint, model in ((lean, address(fake.base_url), "m"), (translating, at(fake, "/v1"), VLLM)):
        for streams in (True, False):
            bodies = [placed(where, value) for where in places for value in odd]
            replies = [
                raw(event(body), event("[DONE]"))
                if streams
                else Reply((Send(json.dumps(body).encode()),), headers=JSON)
                for body in bodies
            ]
            calls = []
            for reply in replies:
                fake.script(reply)
                calls.append(engine.ask(endpoint, model=model, key=KEY, stream=streams, retries=0))
            for body, result in zip(bodies, calls, strict=True):
                assert result.state in ("finished", "failed"), body
                assert result.state == "finished" or (result.failure and result.failure.sentence), body
                assert result.failure is None or result.failure.code != "internal", (body, result.failure)
        fake.script(deltas({"content": "a"}))
        assert engine.ask(endpoint, model=model, key=KEY).text == "a"
