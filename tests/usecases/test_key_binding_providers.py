"""No key of a provider reaches an address that it was not entered for: stored rows and the environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.provider import FakeProvider
from tests.usecases.key_desk import ENVIRONMENT, KEYRING, Gateways, desk, failure, gateways, leaked, with_drawer
from tests.usecases.making import PATIENCE_S
from workbench.core.lanes import FIXED_ENDPOINTS, LITELLM, Lane
from workbench.core.provider_requirements import NOT_CONFIRMED
from workbench.core.runs import Mark
from workbench.engine.calls import EngineError
from workbench.usecases.credentials import address_question, open_keys
from workbench.usecases.endpoint_form import EndpointForm

__all__ = ["gateways"]


PROVIDERS = (
    *("openai/gpt-5-mini", "groq/x", "mistral/x", "together_ai/x", "anthropic/claude-haiku-4-5", "perplexity/sonar"),
    "x",
)
SIGNED_IN = (
    *("vertex_ai/gemini-2.5-flash", "bedrock/amazon.nova-lite-v1:0", "sagemaker_chat/x", "github_copilot/gpt-4o"),
    "sap/x",
)


@pytest.mark.parametrize("needs_key", [False, True])
def test_provider_keys_are_never_sent_to_a_stored_address(gateways: Gateways, *, needs_key: bool) -> None:
    uid = f"key {needs_key}"
    with FakeProvider() as fake:
        gateways.desk.add(uid, "litellm", fake.base_url, needs_key=needs_key)
        for model in PROVIDERS:
            result = gateways.desk.run(Lane("a", uid, model))
            if needs_key:
                assert failure(result).code == "no_key", model
            assert leaked(fake) == [], model


@pytest.mark.parametrize("needs_key", [True, False])
def test_endpoint_without_an_address_gets_no_provider_key(gateways: Gateways, *, needs_key: bool) -> None:
    """The key belongs to the gateway, and the public address would be asked in its place."""
    uid, before, at = f"no address {needs_key}", len(gateways.openai.requests), gateways.desk
    at.add(uid, "litellm", "", needs_key=needs_key)
    endpoint = at.workbench.endpoints.find(uid)
    assert endpoint is not None
    for ask in (at.workbench.endpoints.models, at.workbench.endpoints.prices, at.workbench.endpoints.test):
        with pytest.raises(EngineError, match="has no address") as refused:
            ask(endpoint).result(PATIENCE_S)
        assert refused.value.failure.code == "bad_address"
    assert failure(at.run(Lane("a", uid, "openai/gpt-5-mini"))).code == "bad_address"
    assert len(gateways.openai.requests) == before


def test_model_that_is_an_address_is_refused(gateways: Gateways) -> None:
    with FakeProvider() as theirs:
        refused = failure(gateways.desk.run(Lane("a", LITELLM, f"oobabooga/{theirs.url}")))
        assert refused.code == "no_model"
        assert "is an address" in refused.sentence
        assert theirs.requests == []


def test_provider_key_of_an_earlier_release_is_bound_to_the_public_address() -> None:
    keys = open_keys({})
    drawer = with_drawer(keys)
    drawer.kept["prompt-workbench", "openai"] = KEYRING
    key = keys.get("openai")
    assert key is not None
    assert (key.value, key.origin) == (KEYRING, "https://api.openai.com")
    assert keys.may_go("openai", key, "https://api.openai.com")
    assert not keys.may_go("openai", key, "http://api.openai.com")


@pytest.mark.parametrize("needs_key", [False, True])
def test_sign_in_of_the_computer_needs_a_confirmation(gateways: Gateways, *, needs_key: bool) -> None:
    uid = f"sign-in {needs_key}"
    with FakeProvider() as fake:
        gateways.desk.add(uid, "litellm", fake.base_url, needs_key=needs_key)
        for model in SIGNED_IN:
            refused = failure(gateways.desk.run(Lane("a", uid, model)))
            assert refused.code == NOT_CONFIRMED, model
            assert "sign-in of this computer" in refused.sentence, model
        assert fake.requests == []


def test_crafted_endpoint_settings_do_not_redirect_the_key(gateways: Gateways) -> None:
    at = gateways.desk
    with FakeProvider() as mine, FakeProvider() as theirs:
        form = EndpointForm("Mine", mine.url, needs_key=True, key=KEYRING, provider="anthropic")
        saved = at.workbench.endpoints.save(form)
        saved.done.result(PATIENCE_S)
        settings = {"base_url": theirs.url, "api_base": theirs.url, "api_key": "x", "custom_llm_provider": "openai"}
        at.change("UPDATE endpoints SET settings = ? WHERE uid = ?", json.dumps(settings), saved.endpoint.uid)
        assert at.run(Lane("a", saved.endpoint.uid, "claude-x")).text == "Hello world"
        assert theirs.requests == []
        assert leaked(mine) == [KEYRING]


@pytest.mark.parametrize("provider", ["gigachat", "replicate"])
def test_crafted_provider_of_an_endpoint_gets_no_key(gateways: Gateways, provider: str) -> None:
    """One exchanges the key at a token server, the other goes by an address that is not that of the endpoint."""
    at = gateways.desk
    with FakeProvider() as mine:
        form = EndpointForm(f"Mine {provider}", mine.url, needs_key=True, key=KEYRING, provider="anthropic")
        saved = at.workbench.endpoints.save(form)
        saved.done.result(PATIENCE_S)
        at.change("UPDATE endpoints SET provider = ? WHERE uid = ?", provider, saved.endpoint.uid)
        refused = failure(at.run(Lane("a", saved.endpoint.uid, "m")))
        assert (refused.code, "key of Mine" in refused.sentence) == ("bad_address", True), refused
        assert leaked(mine) == []


class TestAddressesInTheEnvironment:
    def test_environment_key_is_sent_to_the_environment_address(self, gateways: Gateways) -> None:
        result = gateways.desk.run(Lane("a", LITELLM, "gpt-5-mini"))
        assert result.text == "Hello world"
        assert leaked(gateways.openai) == [ENVIRONMENT]
        assert Mark("changed", "address", f"{gateways.openai.base_url} (OPENAI_BASE_URL)") in result.marks

    def test_alternative_address_variable_is_used(self, tmp_path: Path) -> None:
        with FakeProvider() as gateway, desk(tmp_path, {"OPENAI_API_BASE": gateway.base_url}) as at:
            assert at.run(Lane("a", LITELLM, "openai/gpt-5-mini")).text == "Hello world"

    def test_model_without_a_provider_prefix_uses_its_providers_address(self, gateways: Gateways) -> None:
        gateways.desk.run(Lane("a", LITELLM, "gemini-pro-latest"))
        assert leaked(gateways.gemini) == [ENVIRONMENT]

    def test_environment_address_is_used_for_anthropic_models(self, gateways: Gateways) -> None:
        assert gateways.desk.run(Lane("a", LITELLM, "claude-haiku-4-5")).text == "Hello world"
        assert leaked(gateways.anthropic) == [ENVIRONMENT]
        assert gateways.anthropic.requests[0].path == "/v1/messages"

    def test_shared_key_is_bound_to_the_gateway_of_one_provider(self) -> None:
        env = {"DASHSCOPE_API_KEY": ENVIRONMENT, "DASHSCOPE_API_BASE": "https://gateway.example/v1"}
        keys = open_keys(env)
        litellm = next(endpoint for endpoint in FIXED_ENDPOINTS if endpoint.uid == LITELLM)
        question = address_question(keys, litellm, "qwencloud/x", lambda _: "")
        assert question is not None
        assert question.sentence == (
            "The key of QwenCloud was entered for https://gateway.example, and the list of providers names "
            "https://dashscope-intl.aliyuncs.com/compatible-mode/v1."
        )
        for provider in ("dashscope", "qwencloud", "qwen_ai_platform"):
            key = keys.from_environment(provider)
            assert key is not None
            assert key.origin == "https://gateway.example"
        del env["DASHSCOPE_API_BASE"]
        key = open_keys(env).from_environment("qwencloud")
        assert key is not None
        assert key.origin == "https://dashscope-intl.aliyuncs.com"

    def test_keyring_key_needs_confirmation_for_the_environment_address(self, tmp_path: Path) -> None:
        env = {"OPENAI_API_KEY": "", "GROQ_API_KEY": ""}
        with FakeProvider() as gateway, desk(tmp_path, {**env, "GROQ_API_BASE": gateway.base_url}) as at:
            lane = Lane("a", LITELLM, "groq/llama")
            refused = failure(at.run(lane))
            assert refused.code == NOT_CONFIRMED
            assert "https://api.groq.com" in refused.sentence
            assert f"GROQ_API_BASE names {gateway.base_url}" in refused.sentence
            assert gateway.requests == []
            endpoint = at.workbench.endpoints.find(LITELLM)
            assert endpoint is not None
            question = at.workbench.endpoints.question(endpoint, lane.model)
            assert question is not None
            at.workbench.endpoints.confirm(question)
            assert at.run(lane).text == "Hello world"
            assert leaked(gateway) == [KEYRING]

    def test_environment_key_is_used_if_the_keyring_key_has_another_address(self, gateways: Gateways) -> None:
        assert gateways.desk.run(Lane("a", LITELLM, "groq/llama")).text == "Hello world"
        assert leaked(gateways.groq) == [ENVIRONMENT]

    def test_invalid_environment_address_is_refused(self, tmp_path: Path) -> None:
        with desk(tmp_path, {"OPENAI_BASE_URL": "gateway.example/v1"}) as at:
            refused = failure(at.run(Lane("a", LITELLM, "gpt-5-mini")))
            assert refused.code == "bad_address"
            assert "OPENAI_BASE_URL" in refused.sentence

    def test_azure_request_uses_deployment_version_and_environment_key(self, gateways: Gateways) -> None:
        gateways.desk.run(Lane("a", LITELLM, "azure/my-deployment"))
        path = gateways.azure.requests[0].path
        assert path.startswith("/openai/deployments/my-deployment/chat/completions")
        assert "2024-10-21" in path
        assert leaked(gateways.azure) == [ENVIRONMENT]
