"""Hostile servers: endless, huge, deep and odd answers, and keys that are sent back."""

from __future__ import annotations

import asyncio
import gzip
import json
import math
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.listening import Engine, address
from tests.fakes import provider as fakes
from tests.fakes.provider import JSON, SSE, FakeProvider, Reply, Send, Wait, status, stream
from workbench.core.redaction import MASK
from workbench.core.runs import Failure, Result
from workbench.engine.calls import EngineError, ModelIds
from workbench.engine.child import model_listing
from workbench.engine.child.failures import CallError, FailureSubject, retry_after_seconds, timed_out
from workbench.engine.child.http import HttpClients
from workbench.engine.child.provider import CallProvider
from workbench.engine.child.streamed_answer import MAX_ANSWER
from workbench.engine.questions import ANSWER_WITHIN_S, PendingQuestions
from workbench.engine.redactor import StreamRedactor
from workbench.engine.untrusted_json import MAX_DEPTH, parse

KEY = "sk-planted-0123456789abcdef"
DEEP = b"[" * 200_000
LESS_DEEP = b"[" * 700 + b"]" * 700


@pytest.fixture
def engine(shared_engine: Engine) -> Engine:
    return shared_engine


def code(result: Result) -> str:
    return result.failure.code if result.failure else ""


def refusal(engine: Engine, fake: FakeProvider) -> Failure:
    with pytest.raises(EngineError) as caught:
        engine.client.list_models(address(fake.base_url)).result(60)
    return caught.value.failure


class TestLists:
    def test_long_model_list_is_truncated_and_reports_the_rest(self, engine: Engine, fake: FakeProvider) -> None:
        fake.answer = lambda request: fakes.models(*[f"m{n}" for n in range(100_000)])
        found = engine.client.list_models(address(fake.base_url)).result(60)
        assert (len(found), found[0], found.left_out) == (model_listing.MAX_IDS, "m0", 100_000 - model_listing.MAX_IDS)
        assert "90,000 more" in found.remark
        assert "100000 models" in engine.client.check_key(address(fake.base_url), "").result(60)

    def test_list_of_long_model_ids_fits_into_one_message(self, engine: Engine, fake: FakeProvider) -> None:
        ids = [f"{n}" + "\U0001f600" * 190 for n in range(5_000)]
        fake.answer = lambda request: fakes.models(*ids, "x" * 5_000)
        found = engine.client.list_models(address(fake.base_url)).result(60)
        assert list(found) == ids[: len(found)]
        assert len(found) + found.left_out == 5_001

    def test_endless_model_list_is_refused(self, engine: Engine, fake: FakeProvider) -> None:
        megabyte = Send(b" " * 2**20)
        fake.answer = lambda request: Reply((megabyte,) * 64, headers=JSON)
        assert refusal(engine, fake).code == "list_too_long"

    def test_compression_bomb_as_model_list_is_refused(self, engine: Engine, fake: FakeProvider) -> None:
        bomb = gzip.compress(b" " * 40 * 2**20)
        fake.answer = lambda request: Reply((Send(bomb),), headers={**JSON, "content-encoding": "gzip"})
        assert refusal(engine, fake).code == "list_too_long"
        twice = gzip.compress(bomb)
        fake.answer = lambda request: Reply((Send(twice),), headers={**JSON, "content-encoding": "gzip, gzip"})
        assert refusal(engine, fake).code == "broken_stream"

    def test_slowly_dripping_model_list_times_out(self, fake: FakeProvider) -> None:
        fake.answer = lambda request: Reply((*[Send(b" "), Wait(0.02)] * 10_000,), headers=JSON)
        # On a busy machine a short timeout may expire before the server is reached.
        for seconds in (0.3, 3, 30):
            asked = model_listing.ModelLister(HttpClients(), cast("CallProvider", None), seconds)
            with pytest.raises(CallError) as caught:
                asyncio.run(asked.models(address(fake.base_url), "", ()))
            assert caught.value.failure.code == "timeout_listing"
            assert f"{seconds} s" in caught.value.failure.sentence
            if fake.requests:
                break
        fake.wait_for(lambda f: f.disconnects == 1)

    @pytest.mark.parametrize("body", [DEEP, b'{"data":' + LESS_DEEP + b"}", b"[1, 2", b'"x"', b"\xff\xfe"])
    def test_malformed_model_list_is_rejected(self, engine: Engine, fake: FakeProvider, body: bytes) -> None:
        fake.answer = lambda request: Reply((Send(body),), headers=JSON)
        assert refusal(engine, fake).code == "broken_stream"


class TestQuestions:
    def test_unanswered_query_expires(self) -> None:
        now = 0.0
        questions = PendingQuestions(lambda: now)
        name, future = questions.add(lambda message: message)
        now = ANSWER_WITHIN_S - 1
        questions.expire()
        assert not future.done()
        now = ANSWER_WITHIN_S
        questions.expire()
        with pytest.raises(EngineError) as caught:
            future.result(0)
        assert caught.value.failure.code == "no_answer"
        questions.answer({"id": name, "late": True})

    def test_unreadable_reply_fails_the_query(self) -> None:
        questions = PendingQuestions()
        name, future = questions.add(lambda message: message["missing"])
        with pytest.raises(KeyError):
            questions.answer({"id": name})
        with pytest.raises(EngineError):
            future.result(0)

    def test_short_model_list_has_no_remark(self) -> None:
        assert ModelIds.cut(["a"], 0).remark == ""


ODD: list[tuple[Reply, str]] = [
    (Reply((Send(DEEP),), headers=JSON), "broken_stream"),
    (Reply((Send(LESS_DEEP),), headers=JSON), "broken_stream"),
    (fakes.raw(b"data: " + DEEP + b"\n\n"), "broken_stream"),
    (fakes.raw(b'data: {"choices": ' + LESS_DEEP + b"}\n\n"), "broken_stream"),
    (status(500, DEEP), "server_error"),
    (status(400, LESS_DEEP), "bad_request"),
    (fakes.raw(b'data: {"error": {"message": "m", "code": "\\u00b2"}}\n\n'), "server_error"),
    (fakes.raw(b'data: {"error": {"message": "m", "code": ' + b"9" * 4000 + b"}}\n\n"), "server_error"),
    (fakes.raw(b'data: {"error": {"message": "m", "code": "' + b"9" * 5000 + b'"}}\n\n'), "server_error"),
    (fakes.raw(b'data: {"error": {"message": "m", "code": [400]}}\n\n'), "server_error"),
    (fakes.raw(b'data: {"error": {"message": ["m"], "code": {"a": 1}, "type": 7}}\n\n'), "server_error"),
    (fakes.raw(b'data: {"error": true}\n\n'), "server_error"),
]


@pytest.mark.parametrize(("reply", "expected"), ODD, ids=range(len(ODD)))
def test_malformed_responses_are_classified_as_failures(
    engine: Engine, fake: FakeProvider, reply: Reply, expected: str
) -> None:
    fake.answer = lambda request: reply
    assert code(engine.ask(address(fake.base_url), retries=0)) == expected


def test_out_of_range_numbers_in_usage_become_none(engine: Engine, fake: FakeProvider) -> None:
    counted = b'{"prompt_tokens": 1' + b"0" * 30 + b', "completion_tokens": 3, "cost": 1e999}'
    fake.script(fakes.raw(b'{"choices": [{"message": {"content": "a"}}], "usage": ' + counted + b"}"))
    result = engine.ask(address(fake.base_url), stream=False)
    assert (result.text, result.usage.input, result.usage.output) == ("a", None, 3)
    assert result.response["usage"]["cost"] is None
    assert json.dumps(result.response, allow_nan=False)


def test_json_response_with_wrong_or_no_content_type_is_read(engine: Engine, fake: FakeProvider) -> None:
    for headers in ({}, {"content-type": "text/plain"}, SSE):
        fake.script(Reply((Send(b" \n"), *fakes.whole("Hello").steps), headers=headers))
        result = engine.ask(address(fake.base_url))
        assert (result.state, result.text) == ("finished", "Hello"), result.failure


def piece(size: int) -> Send:
    return Send(fakes.chunk({"content": "x" * size}))


def test_endless_answer_is_truncated_and_kept(engine: Engine, fake: FakeProvider) -> None:
    fake.script(Reply((piece(1_000_000),) * 100, headers=SSE))
    result = engine.ask(address(fake.base_url))
    assert (code(result), len(result.text)) == ("answer_too_long", MAX_ANSWER)
    assert result.failure is not None
    assert "10 million characters" in result.failure.sentence
    fake.wait_for(lambda f: f.open == 0)


def test_endless_stream_line_fails_and_keeps_earlier_text(engine: Engine, fake: FakeProvider) -> None:
    fake.script(stream("Hel", "lo", then=(Send(b"data: "), *[Send(b"x" * 2**20)] * 100)))
    result = engine.ask(address(fake.base_url))
    assert (code(result), result.text) == ("answer_too_long", "Hello")
    assert result.failure is not None
    assert "sent a stream event of more than 8 MB" in result.failure.sentence
    assert "tokens" not in result.failure.sentence


def test_oversized_unstreamed_answer_is_truncated(engine: Engine, fake: FakeProvider) -> None:
    fake.script(fakes.whole("x" * (MAX_ANSWER + 5)), Reply((Send(b" " * 2**20),) * 70, headers=JSON))
    result = engine.ask(address(fake.base_url), stream=False)
    assert (code(result), len(result.text)) == ("answer_too_long", MAX_ANSWER)
    result = engine.ask(address(fake.base_url), stream=False)
    assert code(result) == "answer_too_long"
    assert result.failure is not None
    assert "kept" not in result.failure.sentence, "a truncated JSON body has no answer to keep"


def test_compression_bomb_in_stream_fails_and_keeps_earlier_text(engine: Engine, fake: FakeProvider) -> None:
    packed = gzip.compress(fakes.chunk({"content": "Hello"}) + b"data: " + b"x" * 40 * 2**20)
    fake.script(Reply((Send(packed),), headers={**SSE, "content-encoding": "gzip"}))
    result = engine.ask(address(fake.base_url), retries=0)
    assert (code(result), result.text) == ("answer_too_long", "Hello")


def test_gzip_compressed_stream_is_read(engine: Engine, fake: FakeProvider) -> None:
    packed = gzip.compress(b"".join(s.data for s in stream("Hel", "lo").steps if isinstance(s, Send)))
    fake.script(
        Reply(
            tuple(Send(packed[n : n + 7]) for n in range(0, len(packed), 7)),
            headers={**SSE, "content-encoding": "gzip"},
        )
    )
    assert engine.ask(address(fake.base_url)).text == "Hello"


class TestAKeyThatIsSentBack:
    @pytest.mark.parametrize("size", [1, 2, 5, 100])
    def test_key_is_masked_in_streamed_text_and_reasoning(self, engine: Engine, fake: FakeProvider, size: int) -> None:
        text = f"Your key is {KEY}, and sk-planted is not. {KEY[:-1]}! sk"
        fake.script(stream(*[text[n : n + size] for n in range(0, len(text), size)], reasoning=[KEY[:9], KEY[9:]]))
        call_id = engine.run(address(fake.base_url), key=KEY)
        result = engine.heard.result(call_id)
        assert result.text == text.replace(KEY, MASK) == engine.heard.text(call_id)
        assert result.reasoning == MASK
        assert KEY not in repr(engine.heard.events)

    def test_key_is_masked_in_unstreamed_answer_and_prefix_kept_in_partial_one(
        self, engine: Engine, fake: FakeProvider
    ) -> None:
        fake.script(fakes.whole(f"a {KEY} b"), stream("a ", KEY[:10], then=(fakes.Cut(),)))
        mine = address(fake.base_url)
        assert engine.ask(mine, key=KEY, stream=False).text == f"a {MASK} b"
        assert engine.ask(mine, key=KEY, retries=0).text == f"a {KEY[:10]}"

    def test_secret_header_value_is_masked_in_answer(self, engine: Engine, fake: FakeProvider) -> None:
        fake.script(stream("hush-", "hush", "-value."))
        result = engine.ask(address(fake.base_url), secret_headers=(("x-token", " hush-hush-value "),))
        assert result.text == f"{MASK}."
        assert fake.requests[0].headers["x-token"] == "hush-hush-value"

    @given(st.lists(st.text("skab-", max_size=6)), st.sampled_from(["sk-ab", "aaaaa", "ababab"]))
    def test_key_is_masked_wherever_chunks_are_split(self, pieces: list[str], key: str) -> None:
        redact = StreamRedactor([key])
        told = "".join(redact.feed(one) for one in pieces) + redact.close()
        assert key not in told
        if key not in "".join(pieces):
            assert told == "".join(pieces)


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("value", "seconds"),
        [
            ("inf", 86400.0),
            ("1e300", 86400.0),
            ("-5", 0.0),
            ("-inf", 0.0),
            ("nan", None),
            ("", None),
            ("soon", None),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 86400.0),
            ("Fri, 31 Dec 9999 23:59:59 -0000", 86400.0),
            ("Tue, 24 Nov 2026 19:00:00 +9999", None),
            ("Mon, 01 Jan 0001 00:00:00 -0000", 0.0),
        ],
    )
    def test_unusual_retry_after_values_are_clamped_or_ignored(self, value: str, seconds: float | None) -> None:
        found = retry_after_seconds(value, 1_795_546_800.0)
        assert found == seconds or (seconds == 0.0 and found is None)

    @given(st.text())
    def test_any_retry_after_text_gives_none_or_at_most_a_day(self, value: str) -> None:
        found = retry_after_seconds(value, 0.0)
        assert found is None or 0.0 <= found <= 86400.0

    @pytest.mark.parametrize("value", ["inf", "1e300", "Fri, 31 Dec 9999 23:59:59 GMT"])
    def test_very_long_retry_after_advises_retrying_tomorrow(
        self, engine: Engine, fake: FakeProvider, value: str
    ) -> None:
        fake.script(status(429, headers={"retry-after": value}))
        result = engine.ask(address(fake.base_url))
        assert result.failure is not None
        assert "Retry tomorrow or later" in result.failure.sentence


def test_first_token_timeout_of_local_model_has_its_own_message() -> None:
    here = timed_out("first", 600, FailureSubject("Built-in model", "SmolLM2", local=True)).failure
    assert here.code == "timeout_first"
    assert here.sentence.startswith("SmolLM2 wrote nothing for 600 s on this machine. Retry with a shorter prompt")


class TestParse:
    @pytest.mark.parametrize("extra", [0, 1])
    def test_parse_rejects_json_nested_beyond_the_limit(self, extra: int) -> None:
        text = "[" * (MAX_DEPTH + extra) + "]" * (MAX_DEPTH + extra)
        if extra:
            with pytest.raises(ValueError, match="deeply"):
                parse(text)
        else:
            assert parse(text)

    def test_parse_accepts_wide_arrays(self) -> None:
        assert len(parse("[" + ",".join(["[]"] * 1000) + "]")) == 1000

    def test_parse_replaces_non_finite_numbers_with_none(self) -> None:
        assert parse("[NaN, Infinity, -Infinity, 1e999, 1.5, 2]") == [None, None, None, None, 1.5, 2]
        assert math.isfinite(parse("1.0"))
