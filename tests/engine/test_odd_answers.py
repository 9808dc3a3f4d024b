"""Answers of unspecified shapes, over the real pipe: through the lean client and through LiteLLM."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.engine.answer_shapes import CLAUDE, KEY, VLLM, at, choice, deltas, lean, piece, wholly
from tests.engine.listening import Engine, address, quick
from tests.fakes.anthropic import message, thought
from tests.fakes.provider import JSON, SSE, FakeProvider, Flood, Reply, Send, chunk, event, raw, usage
from tests.patience import PROCESS_S
from workbench.core.content import Message
from workbench.core.empty_answers import empty_sentence
from workbench.core.further_choices import FurtherChoice, further_choices
from workbench.core.runs import Result
from workbench.engine.calls import Call, CallEnded
from workbench.engine.child import openai_chat
from workbench.engine.child.failures import FailureSubject
from workbench.engine.child.streamed_answer import StreamedAnswer

__all__ = ["lean"]


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
