"""The wire protocol: round trips, framing, and limits."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.content import Message
from workbench.core.judging.decisions import DecisionOption, DecisionQuestion
from workbench.core.lanes import Endpoint
from workbench.core.money import Usage
from workbench.core.runs import Failure, Mark, Timing
from workbench.engine import protocol
from workbench.engine.calls import Call, Timeouts

# JSON merges two surrogate halves into the character that they encode.
text = st.text(st.characters(codec=None, exclude_categories=()), max_size=30).filter(
    lambda t: not re.search("[\ud800-\udbff][\udc00-\udfff]", t)
)
pairs = st.lists(st.tuples(text, text), max_size=3).map(tuple)
endpoints = st.builds(
    Endpoint,
    uid=text,
    kind=st.sampled_from(["litellm", "openai", "builtin", "gguf", "echo"]),
    name=text,
    base_url=text,
    headers=pairs,
    secret_headers=st.lists(text, max_size=2).map(tuple),
    needs_key=st.booleans(),
    path=text,
    adapter=text,
)
params = st.dictionaries(text, st.one_of(text, st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False)))
calls = st.builds(
    Call,
    id=text,
    endpoint=endpoints,
    model=text,
    messages=st.lists(st.builds(Message, st.sampled_from(["system", "user", "assistant"]), text), max_size=3).map(
        tuple
    ),
    params=params,
    key=text,
    secret_headers=pairs,
    stream=st.booleans(),
    timeouts=st.builds(Timeouts, st.floats(0, 99), st.floats(0, 99), st.floats(0, 99)),
    retries=st.integers(0, 9),
    group=text,
    task=st.sampled_from(["chat", "embed", "decide"]),
    questions=st.lists(
        st.builds(
            DecisionQuestion,
            st.sampled_from(["choice", "score"]),
            text,
            st.lists(st.builds(DecisionOption, text, text), max_size=3).map(tuple),
            text,
        )
        | st.builds(DecisionQuestion, st.just("predicate"), text, name=text),
        max_size=3,
    ).map(tuple),
)


@given(calls)
def test_call_survives_encoding(call: Call) -> None:
    line = protocol.encode("run", 1, protocol.call_to_json(call))
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert protocol.call_from_json(protocol.decode(line)) == call


@given(st.lists(st.binary(max_size=20).map(lambda b: b.replace(b"\n", b"")), max_size=20), st.data())
def test_split_lines_do_not_depend_on_chunk_sizes(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\n" for line in lines) + b"rest"
    splitter, found = protocol.LineSplitter(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += splitter.feed(stream[:size])
        stream = stream[size:]
    assert found == lines


def test_endless_line_is_rejected() -> None:
    splitter = protocol.LineSplitter()
    for _ in range(8):
        assert splitter.feed(b"x" * 1_000_000) == []
    with pytest.raises(protocol.ProtocolError):
        splitter.feed(b"x" * 1_000_000)


def test_oversized_message_is_rejected() -> None:
    with pytest.raises(protocol.ProtocolError):
        protocol.encode("delta", 1, {"text": "é" * 2_000_000})


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'{"v": 1}', b'{"v": 2, "type": "pong"}', b"\xff\xfe"])
def test_invalid_message_is_rejected(line: bytes) -> None:
    with pytest.raises(protocol.ProtocolError):
        protocol.decode(line)


@given(st.builds(Usage, *[st.none() | st.integers(0, 10**9)] * 4, st.sampled_from(["provider", "estimate"])))
def test_usage_survives_encoding(usage: Usage) -> None:
    assert protocol.usage_from_json(json.loads(json.dumps(protocol.usage_to_json(usage)))) == usage


@given(text, text, text)
def test_failures_marks_and_timings_survive_encoding(a: str, b: str, c: str) -> None:
    assert protocol.failure_from_json(protocol.failure_to_json(Failure(a, b, c))) == Failure(a, b, c)
    mark = Mark("added", a, b)
    assert protocol.marks_from_json(json.loads(json.dumps(protocol.marks_to_json([mark])))) == (mark,)
    timing = Timing(0, None, 5, 7)
    assert protocol.timing_from_json(protocol.timing_to_json(timing)) == timing


def test_call_repr_hides_secrets() -> None:
    call = Call("a", Endpoint("e", "openai", "E"), "m", (), key="sk-secret", secret_headers=(("x-key", "hush"),))
    assert "sk-secret" not in repr(call)
    assert "hush" not in repr(replace(call, model="n"))
