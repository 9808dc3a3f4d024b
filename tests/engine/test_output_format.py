"""Output formats over the real pipe: native support of providers, and instructions in words otherwise."""

from __future__ import annotations

import json

import pytest

from tests.engine.listening import Engine, address, kinds
from tests.fakes.provider import FakeProvider, error, status, stream
from workbench.core.blocks import OutputFormat
from workbench.core.content import Message
from workbench.core.lanes import Endpoint
from workbench.core.runs import Result

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}
FORM = OutputFormat("schema", json.dumps(SCHEMA), "order")
JSON = OutputFormat("json")
MESSAGES = (Message("system", "Be kind."), Message("user", "Answer in JSON."))


@pytest.fixture
def engine(shared_engine: Engine) -> Engine:
    return shared_engine


def said(result: Result) -> str:
    return next((m.detail for m in result.marks if m.name == "response_format"), "")


def test_schema_is_sent_as_strict_response_format(engine: Engine, fake: FakeProvider) -> None:
    result = engine.ask(address(fake.base_url), MESSAGES, output=FORM)
    form = {"type": "json_schema", "json_schema": {"name": "order", "schema": SCHEMA, "strict": True}}
    assert fake.requests[0].body["response_format"] == form
    assert [m["content"] for m in fake.requests[0].body["messages"]] == ["Be kind.", "Answer in JSON."]
    assert said(result) == ""


def test_refused_response_format_is_sent_as_instruction_and_remembered(engine: Engine, fake: FakeProvider) -> None:
    fake.script(status(400, error("'response_format.type' must be 'text'")))
    for _ in range(2):
        result = engine.ask(address(fake.base_url), MESSAGES, output=FORM)
        assert result.state == "finished"
        assert said(result).startswith(
            "Output format sent as an instruction: the server does not accept response_format"
        )
    assert [("response_format" in r.body) for r in fake.requests] == [True, False, False]
    told = fake.requests[1].body["messages"][0]["content"]
    assert told.startswith("Be kind.\n\nAnswer with one JSON value")
    assert json.dumps(SCHEMA) in told


def test_refused_schema_does_not_disable_json_mode(engine: Engine, fake: FakeProvider) -> None:
    fake.script(status(400, error("Invalid schema for response_format 'order': bad keyword")))
    assert engine.ask(address(fake.base_url), MESSAGES, output=FORM).state == "finished"
    result = engine.ask(address(fake.base_url), MESSAGES, output=JSON)
    assert fake.requests[2].body["response_format"] == {"type": "json_object"}
    assert said(result) == ""


def test_json_mode_adds_message_that_mentions_json(engine: Engine, fake: FakeProvider) -> None:
    result = engine.ask(address(fake.base_url), "Hello", output=JSON)
    body = fake.requests[0].body
    assert body["response_format"] == {"type": "json_object"}
    assert body["messages"][0]["role"] == "system"
    assert "JSON" in body["messages"][0]["content"]
    assert "mention it" in said(result)


def test_known_lack_of_response_format_skips_the_attempt(engine: Engine, fake: FakeProvider) -> None:
    result = engine.ask(address(fake.base_url), MESSAGES, output=FORM, format_in_words="the model has none.")
    assert "response_format" not in fake.requests[0].body
    assert said(result) == "Output format sent as an instruction: the model has none."


def test_output_format_overrides_response_format_parameter(engine: Engine, fake: FakeProvider) -> None:
    params = {"response_format": {"type": "text"}}
    result = engine.ask(address(fake.base_url), MESSAGES, output=JSON, params=params)
    assert fake.requests[0].body["response_format"] == {"type": "json_object"}
    assert ("refused", "response_format") in kinds(result.marks)


def test_unrelated_bad_request_is_not_repeated(engine: Engine, fake: FakeProvider) -> None:
    fake.script(status(400, error("no such thing")))
    result = engine.ask(address(fake.base_url), MESSAGES, output=FORM)
    assert result.failure is not None
    assert (result.failure.code, len(fake.requests)) == ("bad_request", 1)


def test_refusal_of_the_instruction_fails_the_call(engine: Engine, fake: FakeProvider) -> None:
    fake.script(*[status(400, error("no response_format here"))] * 2, stream("never"))
    result = engine.ask(address(fake.base_url), MESSAGES, output=FORM)
    assert (result.state, len(fake.requests)) == ("failed", 2)


def test_anthropic_gets_native_schema_and_json_mode_as_instruction(translating: Engine, fake: FakeProvider) -> None:
    endpoint = Endpoint("litellm", "litellm", "LiteLLM", fake.url)
    for output in (FORM, JSON):
        result = translating.ask(
            endpoint, MESSAGES, model="anthropic/claude-sonnet-4-5", key="k-0123456789", output=output
        )
        assert result.state == "finished", result
    first, second = (request.body for request in fake.requests)
    assert json.dumps(SCHEMA["properties"]) in json.dumps(first)
    assert "one JSON value" in json.dumps(second["system"])
    assert "tools" not in second
    assert "no JSON mode" in said(result)


def test_response_format_refused_through_litellm_is_sent_as_instruction(
    translating: Engine, fake: FakeProvider
) -> None:
    endpoint = Endpoint("litellm", "litellm", "LiteLLM", fake.url)
    refusal = {"type": "error", "error": {"type": "invalid_request_error", "message": "output_format: response_format"}}
    fake.script(status(400, refusal))
    for _ in range(2):
        result = translating.ask(endpoint, MESSAGES, model="anthropic/claude-opus-4-5", key="k-0123456789", output=FORM)
        assert result.state == "finished", result
        assert "does not accept response_format" in said(result)
    assert len(fake.requests) == 3
