"""The lean path over the real pipe, against a real HTTP server with valid but unusual answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.listening import ECHO, LITELLM, Engine, address, kinds
from tests.fakes import provider as fakes
from tests.fakes.provider import FakeProvider, Hold, Reply, Send, error, status, stream, usage, whole
from workbench.core.content import Message
from workbench.core.lanes import Endpoint
from workbench.core.runs import Result
from workbench.engine.calls import CallQueued, EngineError, RequestSent

KEY = "sk-planted-0123456789"


@pytest.fixture
def engine(shared_engine: Engine) -> Engine:
    return shared_engine


def code(result: Result) -> str:
    return result.failure.code if result.failure else ""


def test_stream_gives_exact_text_usage_and_request(engine: Engine, fake: FakeProvider) -> None:
    fake.script(stream("Hé", "llo ", "👋", reasoning=("h", "m"), counted=usage(9, 4, cached=2, reasoning=1)))
    messages = [Message("system", "Be\u00a0kind\r."), Message("user", "Hi {# \\frac{a}{b}\n\n")]
    call_id = engine.run(address(fake.base_url), messages, params={"temperature": 0.2, "top_k": 5}, key=KEY)
    result = engine.heard.result(call_id)
    assert (result.state, result.text, result.reasoning) == ("finished", "Héllo 👋", "hm")
    assert engine.heard.text(call_id) == result.text
    assert engine.heard.text(call_id, "reasoning") == "hm"
    assert (result.finish_reason, result.model) == ("stop", "fake-1")
    found = result.usage
    assert (found.input, found.output, found.cached, found.reasoning, found.source) == (9, 4, 2, 1, "provider")
    (request,) = fake.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body == result.request == engine.sent(call_id)[0].wire
    assert request.body["messages"] == [{"role": m.role, "content": m.text} for m in messages]
    assert request.body["top_k"] == 5
    assert kinds(result.marks) == {("added", "stream_options")}
    assert result.response["chunks"][-1]["usage"]["prompt_tokens"] == 9


def test_unstreamed_answer_is_read(engine: Engine, fake: FakeProvider) -> None:
    fake.script(whole("All at once", counted=usage(3, 2), reasoning_content="hm"))
    result = engine.ask(address(fake.base_url), stream=False)
    assert (result.text, result.reasoning, result.usage.input) == ("All at once", "hm", 3)
    assert result.marks == ()
    assert "stream" not in fake.requests[0].body
    assert result.response["choices"][0]["message"]["content"] == "All at once"


def test_json_answer_to_stream_request_is_read(engine: Engine, fake: FakeProvider) -> None:
    fake.script(whole("All at once"))
    assert engine.ask(address(fake.base_url)).text == "All at once"


def test_missing_usage_is_estimated(engine: Engine, fake: FakeProvider) -> None:
    fake.script(stream("Hello ", "world"))
    result = engine.ask(address(fake.base_url))
    assert result.usage.source == "estimate"
    assert result.usage.input


def test_connections_are_reused(engine: Engine, fake: FakeProvider) -> None:
    for _ in range(3):
        assert engine.ask(address(fake.base_url)).state == "finished"
    assert fake.connections == 1


def test_closed_idle_connection_causes_no_failure(engine: Engine, fake: FakeProvider) -> None:
    for _ in range(3):
        fake.script(replace(stream("a"), closes=True))
        assert engine.ask(address(fake.base_url), retries=0).state == "finished"
        fake.wait_for(lambda f: f.connected == 0)
    assert fake.connections == 3


def test_refused_stream_options_are_remembered(engine: Engine, fake: FakeProvider) -> None:
    fake.script(status(422, {"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs"}]}), stream("a"))
    first = engine.run(address(fake.base_url))
    result = engine.heard.result(first)
    assert result.text == "a"
    assert kinds(result.marks) == {("refused", "stream_options")}
    assert len(engine.sent(first)) == 2
    assert engine.retries(first) == []
    engine.ask(address(fake.base_url))
    assert ["stream_options" in r.body for r in fake.requests] == [True, False, False]


def test_refused_parameter_is_omitted_and_marked(engine: Engine, fake: FakeProvider) -> None:
    words = "Unsupported value: 'temperature' does not support 0 with this model."
    fake.script(status(400, error(words, param="temperature", code="unsupported_value")), stream("a"))
    result = engine.ask(address(fake.base_url), params={"temperature": 0})
    assert result.state == "finished"
    assert ("refused", "temperature") in kinds(result.marks)
    assert words in next(m.detail for m in result.marks if m.name == "temperature")
    engine.ask(address(fake.base_url), params={"temperature": 1})
    assert [r.body.get("temperature") for r in fake.requests] == [0, None, 1]


@pytest.mark.parametrize("model", ["openai/o3-mini", "gpt-5-mini"])
def test_reasoning_models_get_max_completion_tokens(engine: Engine, fake: FakeProvider, model: str) -> None:
    endpoint = Endpoint("litellm", "litellm", "LiteLLM", fake.base_url)
    result = engine.ask(endpoint, model=model, params={"max_tokens": 9}, key=KEY)
    assert fake.requests[0].body["max_completion_tokens"] == 9
    assert fake.requests[0].body["model"] == model.removeprefix("openai/")
    assert "max_tokens" not in fake.requests[0].body
    assert ("changed", "max_tokens") in kinds(result.marks)


def test_mistral_gets_seed_as_random_seed(engine: Engine, fake: FakeProvider) -> None:
    endpoint = Endpoint("litellm", "litellm", "LiteLLM", fake.base_url)
    result = engine.ask(endpoint, model="mistral/mistral-small-latest", params={"seed": 4}, key=KEY)
    assert fake.requests[0].body["random_seed"] == 4
    assert ("changed", "seed") in kinds(result.marks)


def test_unusual_but_valid_stream_is_read(engine: Engine, fake: FakeProvider) -> None:
    content = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "a"}]
    odd = (
        Send(b": keep-alive\r\n\r\n"),
        Send(fakes.chunk({"role": "assistant", "content": None})),
        Send(fakes.chunk({"content": content})),
        Send(fakes.event({"choices": [{"delta": None}]})),
        Send(fakes.event({"choices": [], "usage": None})),
        Send(fakes.event({"choices": None})),
        Send(b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n'),
        Send(b'data: {"choices":[{"delta":{"content":"\\ude00"}}], "x": NaN}\n\n'),
        Send(fakes.chunk({}, finish="stop", usage={"prompt_tokens": "many", "completion_tokens": -1})),
    )
    fake.script(Reply(odd, headers=fakes.SSE))
    result = engine.ask(address(fake.base_url))
    assert (result.state, result.text, result.reasoning) == ("finished", "a😀", "hm")
    assert result.usage.source == "estimate"


def test_tool_calls_are_kept_in_the_response(engine: Engine, fake: FakeProvider) -> None:
    def piece(**function: str) -> Send:
        return Send(fakes.chunk({"tool_calls": [{"index": 0, "id": "t1", "function": function}]}))

    fake.script(
        Reply(
            (piece(name="find", arguments='{"a"'), piece(arguments=": 1}"), Send(fakes.chunk({}, finish="tool_calls"))),
            headers=fakes.SSE,
        )
    )
    result = engine.ask(address(fake.base_url))
    assert result.finish_reason == "tool_calls"
    assert result.response["tool_calls"] == [{"id": "t1", "name": "find", "arguments": '{"a": 1}'}]


@pytest.mark.parametrize("chunked", [True, False])
def test_fast_stream_is_not_slowed_down(engine: Engine, fake: FakeProvider, chunked: bool) -> None:
    tokens = [f"{n} " for n in range(2000)]
    reply = stream(*tokens)
    steps = reply.steps if chunked else (Send(b"".join(s.data for s in reply.steps if isinstance(s, Send))),)
    fake.script(Reply(steps, headers=fakes.SSE))
    result = engine.ask(address(fake.base_url))
    assert result.text == "".join(tokens)
    # A pause for each of the 2000 chunks would take 32 s on any machine.
    assert (result.timing.duration or 0) < 16_000


def test_call_finishes_after_done_though_connection_stays_open(engine: Engine, fake: FakeProvider) -> None:
    fake.script(stream("a", then=(Send(fakes.event("[DONE]")), Hold())))
    assert engine.heard.result(engine.run(address(fake.base_url)), 30).state == "finished"


def test_concurrency_is_limited_and_groups_take_turns(engine: Engine, fake: FakeProvider) -> None:
    """A lane that comes behind a long queue waits for one of its calls at most: waiting groups take turns."""
    fake.answer = lambda request: stream("a", then=(Hold(),))
    many = [engine.run(address(fake.base_url), stream=True, group="big") for _ in range(20)]
    fake.wait_for(lambda f: f.open == 8)
    lane = engine.run(address(fake.base_url), text="lane", group="lane")
    engine.heard.wait_for(lambda: engine.heard.of(CallQueued, lane))
    fake.release()
    for call_id in (*many, lane):
        engine.heard.result(call_id)
    assert fake.most_open == 8
    # Simultaneous requests arrive in any order; the engine reports the order in which it released them.
    sent = [event.id for event in engine.heard.of(RequestSent) if event.id in (*many, lane)]
    assert [call_id for call_id in sent if call_id != lane] == many
    assert sent.index(lane) - 8 <= 1


def test_concurrency_limit_of_endpoint_can_be_changed(fake: FakeProvider) -> None:
    fake.answer = lambda request: Reply((Hold(), *whole("x").steps), headers=fakes.JSON)
    with Engine(limits={"mine": 3}) as engine:
        calls = [engine.run(address(fake.base_url), stream=False) for _ in range(30)]
        fake.wait_for(lambda f: f.open == 3)
        # All earlier calls are now running or queued.
        assert engine.ask(ECHO, "hi").text == "hi"
        assert len(engine.heard.of(RequestSent)) == 4
        engine.client.set_limit("mine", 20)
        fake.wait_for(lambda f: f.open == 20)
        fake.release()
        for call_id in calls:
            engine.heard.result(call_id)
    assert fake.most_open == 20


def test_models_are_listed_and_keys_checked_per_provider(engine: Engine, fake: FakeProvider) -> None:
    mine = address(fake.base_url, headers=(("X-Team", "a"),))
    assert engine.client.list_models(mine, KEY, (("x-extra", "hush"),)).result(20) == ("fake-1", "fake-2")
    headers = fake.requests[-1].headers
    assert (headers["authorization"], headers["x-team"], headers["x-extra"]) == (f"Bearer {KEY}", "a", "hush")
    assert "2 models" in engine.client.check_key(mine, KEY).result(20)
    over = Endpoint("litellm", "litellm", "LiteLLM", fake.base_url)
    assert "OpenAI accepts" in engine.client.check_key(over, KEY, provider="openai").result(20)
    assert fake.requests[-1].path == "/v1/models"
    fake.script(fakes.models())
    engine.client.check_key(over, KEY, provider="openrouter").result(20)
    assert fake.requests[-1].path == "/v1/key"
    root = Endpoint("litellm", "litellm", "LiteLLM", fake.url)
    assert "Anthropic accepts" in engine.client.check_key(root, KEY, provider="anthropic").result(20)
    assert fake.requests[-1].headers["x-api-key"] == KEY
    assert "authorization" not in fake.requests[-1].headers
    for reply, expected in [
        (status(401, error(f"Incorrect API key provided: {KEY}")), "bad_key"),
        (status(500), "server_error"),
        (fakes.raw(b"hello", content_type="text/plain"), "broken_stream"),
        (fakes.raw(b"{}", content_type="application/json"), "broken_stream"),
    ]:
        fake.script(reply)
        with pytest.raises(EngineError) as caught:
            engine.client.check_key(mine, KEY).result(20)
        assert caught.value.failure.code == expected
        assert KEY not in caught.value.failure.detail
    with pytest.raises(EngineError) as caught:
        engine.client.check_key(LITELLM, "", provider="openai").result(20)
    assert caught.value.failure.code == "no_key"
