"""The lean path against a server that refuses, disconnects, stalls, or is unreachable."""

from __future__ import annotations

import contextlib
import socket
import time
from email.utils import formatdate
from typing import Any

import pytest

from tests.engine.listening import Engine, address, quick
from tests.fakes import provider as fakes
from tests.fakes.provider import Cut, FakeProvider, Hold, Reply, Send, Wait, error, status, stream, whole
from workbench.core.money import Usage
from workbench.core.runs import Result

KEY = "sk-planted-0123456789"


@pytest.fixture
def engine(shared_engine: Engine) -> Engine:
    return shared_engine


def code(result: Result) -> str:
    return result.failure.code if result.failure else ""


REFUSALS: list[tuple[int, Any, str]] = [
    (401, error("bad"), "bad_key"),
    (403, error("bad"), "bad_key"),
    (404, error("The model `m` does not exist", code="model_not_found"), "no_model"),
    (404, b"<html>nginx", "no_model"),
    (400, error("Model m not found"), "no_model"),
    (402, error("Pay"), "over_quota"),
    (429, error("You exceeded your current quota", code="insufficient_quota"), "over_quota"),
    (400, error("too long", code="context_length_exceeded"), "context_too_long"),
    (400, error("request (5031 tokens) exceeds the available context size (4096 tokens)"), "context_too_long"),
    (400, error("Unrecognized request argument supplied: 'foo'"), "refused_param"),
    (400, error("I do not like this"), "bad_request"),
    (418, b"teapot", "bad_request"),
    (307, b"", "bad_address"),
]


@pytest.mark.parametrize(("number", "body", "expected"), REFUSALS)
def test_http_error_responses_map_to_failure_codes(
    engine: Engine, fake: FakeProvider, number: int, body: Any, expected: str
) -> None:
    fake.answer = lambda request: status(number, body, {"location": "http://127.0.0.1:9/"})
    call_id = engine.run(address(fake.base_url), key=KEY, stream=False)
    result = engine.heard.result(call_id)
    assert code(result) == expected
    assert engine.retries(call_id) == []
    assert result.failure is not None
    assert result.failure.sentence.endswith(".")
    assert f"HTTP {number}" in result.failure.detail
    assert result.usage == Usage()


def test_http_401_without_key_is_reported_as_no_key(engine: Engine, fake: FakeProvider) -> None:
    fake.script(status(401))
    assert code(engine.ask(address(fake.base_url))) == "no_key"


@pytest.mark.parametrize("after", ["0.05", "date"])
def test_retry_after_is_honoured(engine: Engine, fake: FakeProvider, after: str) -> None:
    # A date in the past requests no pause; without it the pause would be at least half a second.
    wish = formatdate(time.time() - 5, usegmt=True) if after == "date" else after
    fake.script(status(429, headers={"retry-after": wish}), stream("ok"))
    call_id = engine.run(address(fake.base_url))
    assert engine.heard.result(call_id).text == "ok"
    (retry,) = engine.retries(call_id)
    assert retry.attempt == 2
    assert "limits" in retry.reason
    gap = fake.requests[1].at - fake.requests[0].at
    assert gap >= retry.in_ms / 1000 - 0.01
    least = 0 if after == "date" else 50
    assert least <= retry.in_ms <= least + 250


def test_long_retry_after_fails_instead_of_waiting(engine: Engine, fake: FakeProvider) -> None:
    fake.script(status(429, headers={"retry-after": "3600"}))
    result = engine.ask(address(fake.base_url))
    assert code(result) == "rate_limited"
    assert result.failure is not None
    assert "60 min" in result.failure.sentence


def test_server_errors_and_early_disconnects_are_retried(engine: Engine) -> None:
    first = (status(503), Reply(before=(Cut(),)), Reply(headers=fakes.SSE))
    with contextlib.ExitStack() as held:
        calls = []
        # In parallel, because each pauses before its retry.
        for reply in first:
            server = held.enter_context(FakeProvider())
            server.script(reply, stream("ok"))
            calls.append(engine.run(address(server.base_url)))
        for call_id, reply in zip(calls, first, strict=True):
            assert engine.heard.result(call_id).text == "ok", reply
            assert len(engine.retries(call_id)) == 1, reply


def test_retries_stop_at_the_limit(engine: Engine, fake: FakeProvider) -> None:
    fake.answer = lambda request: status(500, headers={"retry-after": "0"})
    call_id = engine.run(address(fake.base_url), retries=2)
    assert code(engine.heard.result(call_id)) == "server_error"
    assert [r.attempt for r in engine.retries(call_id)] == [2, 3]
    assert len(fake.requests) == 3


def test_call_is_not_retried_after_text_arrived(engine: Engine, fake: FakeProvider) -> None:
    fake.script(stream("Hel", "lo", then=(Cut(),)))
    call_id = engine.run(address(fake.base_url))
    result = engine.heard.result(call_id)
    assert (code(result), result.text) == ("half_answer", "Hello")
    assert result.usage.source == "estimate"
    assert engine.retries(call_id) == []
    assert len(fake.requests) == 1


def test_cancel_interrupts_retry_pause(engine: Engine, fake: FakeProvider) -> None:
    fake.script(status(429, headers={"retry-after": "60"}))
    call_id = engine.run(address(fake.base_url))
    engine.heard.wait_for(lambda: engine.retries(call_id))
    engine.client.cancel(call_id)
    assert engine.heard.result(call_id, 30).state == "stopped"


@pytest.mark.parametrize(
    "reply", [stream("Hel", then=(Hold(),)), Reply(before=(Hold(),)), Reply((Hold(),), headers=fakes.SSE)]
)
def test_cancel_closes_the_connection(engine: Engine, fake: FakeProvider, reply: Reply) -> None:
    fake.script(reply)
    call_id = engine.run(address(fake.base_url))
    fake.wait_for(lambda f: f.open == 1)
    if reply.steps and isinstance(reply.steps[0], Send):
        engine.wait_text(call_id)
    engine.client.cancel(call_id)
    assert engine.heard.result(call_id).state == "stopped"
    fake.wait_for(lambda f: f.disconnects == 1)


BROKEN: list[tuple[Reply, str, str]] = [
    (stream("Hel", finish=None, done=False), "half_answer", "Hel"),
    (stream("Hel", then=(Send(b"data: {broken\n\n"),)), "broken_stream", "Hel"),
    (stream("Hel", then=(Send(b"data: [1]\n\n"),)), "broken_stream", "Hel"),
    (stream("Hel", then=(Send(fakes.event(error("exploded", type="server_error"))),)), "server_error", "Hel"),
    (stream("Hel", then=(Send(fakes.event(error("no", code=401))),)), "bad_key", "Hel"),
    (fakes.raw(b"<html>hello</html>"), "broken_stream", ""),
    (fakes.raw(b"<html>hello</html>", content_type="text/html"), "broken_stream", ""),
    (fakes.raw(b'{"choices": "no"}', content_type="application/json"), "broken_stream", ""),
    (fakes.raw(b"{nope", content_type="application/json"), "broken_stream", ""),
    (fakes.raw(b"data: " + b"x" * 9_000_000), "answer_too_long", ""),
    (Reply((Send(b"data: x"),), headers={**fakes.SSE, "content-encoding": "gzip"}), "broken_stream", ""),
]


@pytest.mark.parametrize(("reply", "expected", "text"), BROKEN)
def test_broken_streams_fail_and_keep_their_text(
    engine: Engine, fake: FakeProvider, reply: Reply, expected: str, text: str
) -> None:
    fake.answer = lambda request: reply
    result = engine.ask(address(fake.base_url), key=KEY, retries=0)
    assert (result.state, code(result), result.text) == ("failed", expected, text)


def test_unstreamed_text_response_is_a_broken_stream(engine: Engine, fake: FakeProvider) -> None:
    fake.script(fakes.raw(b"Welcome!", content_type="text/plain"))
    assert code(engine.ask(address(fake.base_url), stream=False)) == "broken_stream"


def test_silence_after_finish_reason_is_no_failure(engine: Engine, fake: FakeProvider) -> None:
    # In one chunk: a pause between the two would count as silence before the end.
    whole_answer = fakes.chunk({"content": "a"}) + fakes.chunk({}, finish="stop")
    fake.script(Reply((Send(whole_answer), Hold()), headers=fakes.SSE))
    result = engine.ask(address(fake.base_url), timeouts=quick(silence=0.3))
    assert (result.state, result.text) == ("finished", "a")


TIMEOUTS = [
    (Reply(before=(Hold(),)), {"first": 0.3}, "timeout_first", ""),
    (Reply((Send(fakes.chunk({"role": "assistant"})), Hold()), headers=fakes.SSE), {"first": 0.3}, "timeout_first", ""),
    (Reply((*[Send(b": ping\n\n"), Wait(0.05)] * 40,), headers=fakes.SSE), {"first": 0.3}, "timeout_first", ""),
    (stream("Hel", then=(Hold(),)), {"silence": 0.3}, "timeout_silence", "Hel"),
]


@pytest.mark.parametrize(("reply", "limits", "expected", "text"), TIMEOUTS)
def test_first_token_and_silence_timeouts_fail_and_keep_text(
    engine: Engine, fake: FakeProvider, reply: Reply, limits: dict[str, float], expected: str, text: str
) -> None:
    fake.script(reply)
    result = engine.ask(address(fake.base_url), timeouts=quick(**limits))
    assert (code(result), result.text) == (expected, text)
    assert result.failure is not None
    assert "0.3 s" in result.failure.sentence
    fake.wait_for(lambda f: f.disconnects == 1)


def test_slow_steady_stream_does_not_time_out(engine: Engine, fake: FakeProvider) -> None:
    fake.script(stream(*["x"] * 18, delay=0.1))
    assert engine.ask(address(fake.base_url), timeouts=quick(silence=1.5)).state == "finished"


def test_unstreamed_call_may_take_first_and_silence_timeouts_together(engine: Engine, fake: FakeProvider) -> None:
    fake.script(Reply((Wait(0.4), *whole("late").steps), headers=fakes.JSON))
    assert engine.ask(address(fake.base_url), timeouts=quick(first=0.2, silence=5.0), stream=False).text == "late"


def test_refused_connection_is_reported_with_advice_and_retried(engine: Engine) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        call_id = engine.run(address(url), retries=1)
        result = engine.heard.result(call_id)
    assert code(result) == "connect_failed"
    assert result.failure is not None
    assert result.failure.sentence == (
        f"Nothing answers at {url}. Start the server, or correct its address in Settings → Endpoints."
    )
    assert len(engine.retries(call_id)) == 1


def test_unaccepted_connection_times_out(engine: Engine) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = []
        for _ in range(4):
            other = socket.socket()
            other.setblocking(False)
            other.connect_ex(full.getsockname())
            waiting.append(other)
        endpoint = address(f"http://127.0.0.1:{full.getsockname()[1]}/v1")
        result = engine.ask(endpoint, timeouts=quick(connect=0.3, first=5.0), retries=0)
        for other in waiting:
            other.close()
    assert code(result) == "timeout_connect"


@pytest.mark.parametrize("url", ["", "not an address", "http://", "ftp://x/y", "http://[::1", "http://127.0.0.1:99999"])
def test_invalid_addresses_are_reported_as_bad_address(engine: Engine, url: str) -> None:
    result = engine.ask(address(url), retries=0)
    assert code(result) == "bad_address", result.failure


def test_key_with_line_break_is_reported_without_the_key(engine: Engine, fake: FakeProvider) -> None:
    result = engine.ask(address(fake.base_url), key="sk-two\nlines", retries=0)
    assert code(result) == "bad_address"
    assert result.failure is not None
    assert "two" not in result.failure.detail
