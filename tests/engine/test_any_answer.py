"""Any JSON in any place of a response gives an answer or a failure."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from tests.depth import examples
from tests.engine.answer_shapes import KEY, VLLM, at, deltas, lean
from tests.engine.listening import Engine, address
from tests.fakes.provider import JSON, FakeProvider, Reply, Send, event, raw
from workbench.core.content import Message
from workbench.core.further_choices import further_choices
from workbench.core.runs import Result
from workbench.engine.calls import Call, CallEnded
from workbench.engine.calls_in_flight import CallsInFlight
from workbench.engine.child.call_runner import run_call
from workbench.engine.child.completion_reader import ChunkReader, read_whole
from workbench.engine.child.failures import FailureSubject
from workbench.engine.child.streamed_answer import StreamedAnswer
from workbench.engine.protocol import decode, encode
from workbench.engine.untrusted_json import parse

__all__ = ["lean"]


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
