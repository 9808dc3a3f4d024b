"""The path through LiteLLM, over the real pipe, against servers with Anthropic's protocol and others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.listening import ENVIRONMENT_KEY, LITELLM, Engine, descendants, kinds, quick
from tests.fakes import provider as fakes
from tests.fakes.provider import (
    SSE,
    Cut,
    FakeProvider,
    Hold,
    Reply,
    Send,
    anthropic_stream,
    error,
    status,
    stream,
    usage,
)
from tests.patience import PROCESS_S
from workbench.core.content import Message
from workbench.core.lanes import Endpoint
from workbench.core.runs import Result
from workbench.engine.calls import EngineError

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk-ant-planted-0123456789"
CLAUDE = "anthropic/claude-haiku-4-5"


@pytest.fixture
def engine(translating: Engine) -> Engine:
    return translating


def code(result: Result) -> str:
    return result.failure.code if result.failure else ""


def at(fake: FakeProvider, path: str = "", **more: object) -> Endpoint:
    return Endpoint("litellm", "litellm", "LiteLLM", fake.url + path, **more)  # type: ignore[arg-type]


def test_stream_is_read_and_parameter_changes_are_marked(engine: Engine, fake: FakeProvider) -> None:
    params = {"temperature": 0.3, "seed": 4, "stop": ["x"], "api_base": "http://127.0.0.1:9", "top_k": 7}
    messages = [Message("system", "Be."), Message("user", "Hi {# \u00a0\n")]
    call_id = engine.run(at(fake), messages, model=CLAUDE, params=params, key=KEY)
    result = engine.heard.result(call_id)
    assert (result.state, result.text, result.finish_reason) == ("finished", "Hello world", "stop")
    assert engine.heard.text(call_id) == "Hello world"
    assert (result.usage.input, result.usage.output, result.usage.source) == (7, 3, "provider")
    (request,) = fake.requests
    assert request.headers["x-api-key"] == KEY
    assert result.request == request.body
    assert request.body["messages"][-1]["content"] in (messages[1].text, [{"type": "text", "text": messages[1].text}])
    assert kinds(result.marks) == {
        ("refused", "api_base"),
        ("refused", "seed"),
        ("changed", "stop"),
        ("added", "max_tokens"),
    }
    assert (result.timing.first or 0) >= (result.timing.sent or 0)


REDIRECTING = {
    "api_base": "{other}",
    "base_url": "{other}",
    "api_key": "sk-another-key-0123456789",
    "apikey": "sk-another-key-0123456789",
    "custom_llm_provider": "openai",
    "extra_headers": {"x-evil": "1"},
    "headers": {"x-evil": "1"},
    "mock_response": "mocked",
    "callbacks": ["langfuse"],
    "success_callback": ["langfuse"],
    "metadata": {"a": "b"},
    "use_litellm_proxy": True,
    "ssl_verify": False,
    "fallbacks": ["openai/x"],
    "model_list": [{"model_name": "x", "litellm_params": {"model": "openai/x", "api_base": "{other}"}}],
    "vertex_location": "evil.example/",
    "region_name": "evil.example#",
    "account_id": "evil.example/?",
    "proxy_server_request": {"headers": {"x-evil": "1"}},
    "shared_session": None,
    "litellm_params": {"api_base": "{other}"},
    "client": "x",
    "logger_fn": "x",
    "_agentic_loop_depth": 3,
    "silent_model": "openai/x",
    "router_settings_override": {},
}


@pytest.mark.parametrize("model", [CLAUDE, "hosted_vllm/x", "perplexity/sonar"])
def test_no_parameter_sends_the_key_to_another_host(engine: Engine, fake: FakeProvider, model: str) -> None:
    path = "" if model == CLAUDE else "/v1"
    with FakeProvider() as other:
        for name, value in REDIRECTING.items():
            text = json.dumps(value).replace("{other}", other.base_url)
            fake.requests.clear()
            result = engine.ask(at(fake, path), model=model, key=KEY, params={name: json.loads(text)}, retries=0)
            assert result.text == "Hello world", (name, result.failure)
            assert ("refused", name) in kinds(result.marks)
            (request,) = fake.requests
            assert KEY in (request.headers.get("x-api-key", ""), request.headers.get("authorization", "")[7:])
            assert "x-evil" not in request.headers
        assert other.requests == []


@pytest.mark.parametrize("model", [CLAUDE, "hosted_vllm/x", "perplexity/sonar"])
def test_redirect_target_gets_no_key(engine: Engine, fake: FakeProvider, model: str) -> None:
    path = "" if model == CLAUDE else "/v1"
    with FakeProvider() as other:
        for number in (301, 302, 307, 308):
            to = {"location": f"{other.url}{path}/messages"}
            fake.answer = lambda request, number=number, to=to: status(number, b"", to)
            for streams in (True, False):
                result = engine.ask(at(fake, path), model=model, key=KEY, retries=0, stream=streams)
                assert code(result) == "bad_address", result.failure
        assert other.requests == []


def test_unstreamed_answer_is_read(engine: Engine, fake: FakeProvider) -> None:
    result = engine.ask(at(fake), model=CLAUDE, key=KEY, stream=False, params={"max_tokens": 9})
    assert (result.text, result.usage.output) == ("Hello world", 3)
    assert fake.requests[0].body["max_tokens"] == 9
    assert result.marks == ()


def test_keys_from_the_environment_are_never_sent(engine: Engine, fake: FakeProvider) -> None:
    for model in ("openai/gpt-4o", "hosted_vllm/x", "perplexity/sonar", "openai/gpt-5-codex", CLAUDE):
        engine.ask(at(fake, "/v1"), model=model, retries=0, timeouts=quick())
    engine.ask(Endpoint("e", "openai", "E", fake.base_url), model="m", retries=0)
    assert fake.requests
    for request in fake.requests:
        assert ENVIRONMENT_KEY not in str(request.headers) + request.raw.decode()
    for event in engine.heard.events:
        assert ENVIRONMENT_KEY not in str(event)


def test_missing_key_fails_without_a_request(engine: Engine) -> None:
    for model in ("openai/gpt-4o", CLAUDE, "gemini/gemini-2.5-flash"):
        result = engine.ask(LITELLM, model=model)
        assert code(result) == "no_key"
        assert result.request is None


def test_unknown_model_fails_with_example_of_full_name(engine: Engine) -> None:
    result = engine.ask(LITELLM, model="no-such-model-anywhere", key=KEY)
    assert code(result) == "no_model"
    assert result.failure is not None
    assert "openai/no-such-model-anywhere" in result.failure.sentence


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (status(401, {"type": "error", "error": {"type": "authentication_error", "message": f"bad {KEY}"}}), "bad_key"),
        (status(404, {"type": "error", "error": {"type": "not_found_error", "message": "model: x"}}), "no_model"),
        (status(400, error("prompt is too long: 210000 tokens > 200000 maximum")), "context_too_long"),
        (status(400, error("Your credit balance is too low to access the API")), "over_quota"),
        (status(400, error("messages: no")), "bad_request"),
        (status(529, error("Overloaded")), "server_error"),
        (status(429, error("slow down"), {"retry-after": "3600"}), "rate_limited"),
        (Reply(before=(Cut(),)), "connect_failed"),
    ],
)
def test_provider_errors_map_to_failure_codes_without_the_key(
    engine: Engine, fake: FakeProvider, reply: Reply, expected: str
) -> None:
    fake.answer = lambda request: reply
    result = engine.ask(at(fake), model=CLAUDE, key=KEY, retries=0)
    assert code(result) == expected, result.failure
    assert result.failure is not None
    assert KEY not in result.failure.sentence + result.failure.detail


def test_retry_after_is_honoured(engine: Engine, fake: FakeProvider) -> None:
    fake.script(status(429, error("slow down"), {"retry-after": "0.2"}))
    call_id = engine.run(at(fake), model=CLAUDE, key=KEY)
    assert engine.heard.result(call_id).text == "Hello world"
    (retry,) = engine.retries(call_id)
    assert 200 <= retry.in_ms <= 500


def test_incomplete_and_silent_streams_fail_and_keep_their_text(engine: Engine, fake: FakeProvider) -> None:
    half = Send(b"".join(one.data for one in anthropic_stream("Hel", "lo").steps[:4] if isinstance(one, Send)))
    for ending, expected, silence in [
        ((Cut(),), "half_answer", 20.0),
        ((), "half_answer", 20.0),
        ((Hold(),), "timeout_silence", 0.5),
    ]:
        fake.script(Reply((half, *ending), headers=SSE))
        result = engine.ask(at(fake), model=CLAUDE, key=KEY, timeouts=quick(silence=silence))
        assert (code(result), result.text) == (expected, "Hello")
    fake.script(Reply(before=(Hold(),)))
    assert code(engine.ask(at(fake), model=CLAUDE, key=KEY, timeouts=quick(first=0.3))) == "timeout_first"


def test_html_response_fails_instead_of_an_empty_answer(engine: Engine, fake: FakeProvider) -> None:
    fake.answer = lambda request: fakes.raw(b"<html>", content_type="text/html")
    result = engine.ask(at(fake, "/v1"), model="hosted_vllm/x", retries=0)
    assert result.state == "failed"


def test_litellm_token_estimate_is_not_taken_as_provider_usage(engine: Engine, fake: FakeProvider) -> None:
    fake.script(stream("a", "b", "c"), stream("a", counted=usage(5, 6)))
    guessed = engine.ask(at(fake, "/v1"), model="hosted_vllm/x")
    assert (guessed.text, guessed.usage.source) == ("abc", "estimate")
    counted = engine.ask(at(fake, "/v1"), model="hosted_vllm/x")
    assert (counted.usage.input, counted.usage.output, counted.usage.source) == (5, 6, "provider")


@pytest.mark.parametrize("model", [CLAUDE, "hosted_vllm/x"])
def test_cancel_closes_the_connection(engine: Engine, fake: FakeProvider, model: str) -> None:
    anthropic = Reply((*anthropic_stream("Hello").steps[:3], Hold()), headers=SSE)
    fake.script(anthropic if model == CLAUDE else stream("Hello", then=(Hold(),)))
    call_id = engine.run(at(fake, "" if model == CLAUDE else "/v1"), model=model, key=KEY)
    engine.wait_text(call_id)
    engine.client.cancel(call_id)
    assert engine.heard.result(call_id).state == "stopped"
    fake.wait_for(lambda f: f.disconnects == 1)


def test_endpoint_headers_are_sent_and_secret_ones_stay_hidden(engine: Engine, fake: FakeProvider) -> None:
    endpoint = at(fake, headers=(("X-Team", "a"),))
    result = engine.ask(endpoint, model=CLAUDE, key=KEY, secret_headers=(("X-Hush", "secret-value"),))
    assert (fake.requests[0].headers["x-team"], fake.requests[0].headers["x-hush"]) == ("a", "secret-value")
    assert "secret-value" not in str(result)


def test_key_check_requests_one_token(engine: Engine, fake: FakeProvider) -> None:
    endpoint = at(fake, "/v1")
    said = engine.client.check_key(endpoint, KEY, provider="perplexity", model="perplexity/sonar").result(30)
    assert "perplexity/sonar" in said
    assert fake.requests[0].body["max_tokens"] == 1
    with pytest.raises(EngineError):
        engine.client.check_key(endpoint, KEY, provider="perplexity").result(30)


def test_litellm_starts_no_child_process(engine: Engine) -> None:
    assert engine.client.pid is not None
    assert descendants(engine.client.pid) == []


def test_cache_breakpoint_reaches_anthropic(engine: Engine, fake: FakeProvider) -> None:
    messages = [
        Message("system", "Long rules.", cache=True),
        Message("user", "Context.", cache=True),
        Message("user", "Hi"),
    ]
    result = engine.ask(at(fake), messages, model=CLAUDE, key=KEY)
    assert result.state == "finished"
    (request,) = fake.requests
    kept = {"type": "ephemeral"}
    assert request.body["system"] == [{"type": "text", "text": "Long rules.", "cache_control": kept}]
    parts = [part for message in request.body["messages"] for part in message["content"]]
    assert [part.get("cache_control") for part in parts] == [kept, None]


def test_cache_write_tokens_are_counted_separately(engine: Engine, fake: FakeProvider) -> None:
    fake.script(
        anthropic_stream("Hello", cache={"cache_creation_input_tokens": 2000, "cache_read_input_tokens": 500}),
        anthropic_stream("Hello"),
    )
    found = engine.ask(at(fake), model=CLAUDE, key=KEY).usage
    assert (found.input, found.output, found.cached, found.written) == (2507, 3, 500, 2000)
    assert engine.ask(at(fake), model=CLAUDE, key=KEY).usage.written in (None, 0)


@pytest.mark.deep(only=True)
def test_litellm_call_does_not_load_tokenizer_vocabulary() -> None:
    code = """
import asyncio, copy, sys
from workbench.engine.child import litellm_calls
litellm = litellm_calls._import()
from litellm.main import _get_encoding

async def call():
    asked = {"model": "anthropic/claude-haiku-4-5", "messages": [{"role": "user", "content": "Hi"}], "stream": True}
    return [piece async for piece in await litellm.acompletion(**asked, mock_response="Hello")]

pieces, handed = asyncio.run(call()), copy.deepcopy(_get_encoding())
early = "tiktoken.load" in sys.modules
print(len(pieces) > 0, early, handed.name, len(handed.encode("Hello world")))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=PROCESS_S)
    assert (done.stdout, done.stderr) == ("True False cl100k_base 2\n", "")


@pytest.mark.parametrize(("model", "params"), [("predibase/x", {}), ("openai/gpt-5-codex", {"extra_body": [1]})])
def test_request_refused_by_litellm_is_not_a_server_error(
    engine: Engine, fake: FakeProvider, model: str, params: dict[str, object]
) -> None:
    call_id = engine.run(at(fake), model=model, key=KEY, params=params)
    failure = engine.heard.result(call_id).failure
    assert failure is not None
    assert failure.code == "bad_request"
    assert "LiteLLM refused the request before it was sent" in failure.sentence
    assert engine.retries(call_id) == []
    assert fake.requests == []


@pytest.mark.parametrize("model", ["ollama/m", "ollama_chat/m"])
def test_ollama_model_info_is_requested_at_the_endpoint_address(engine: Engine, fake: FakeProvider, model: str) -> None:
    """LiteLLM itself asks the usual port of this machine, and decides by its answer whether the model has tools."""
    engine.ask(at(fake, "/ollama"), model=model, key=KEY, retries=0)
    paths = [request.path for request in fake.requests]
    assert "/ollama/api/show" in paths, paths


def test_supported_parameters_of_a_model_are_listed(engine: Engine) -> None:
    found = engine.client.supported_parameters("anthropic/claude-haiku-4-5").result(120)
    assert found is not None
    assert "temperature" in found
    assert "seed" not in found
    assert engine.client.supported_parameters("no-such-provider/m").result(120) is None
