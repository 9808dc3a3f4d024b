"""Protocols other than OpenAI's over the real engine: endpoints made like in the window, and a bearer token of
Anthropic in the environment.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.provider import FakeProvider
from tests.usecases.key_desk import Desk, desk, failure, homes
from tests.usecases.making import PATIENCE_S
from workbench.core.lanes import ECHO, LITELLM, Lane
from workbench.core.provider_table import ROWS
from workbench.engine.calls import EngineError
from workbench.usecases.endpoint_form import EndpointForm
from workbench.usecases.model_names import resolve_model

KEY = "sk-planted-endpoint-key"


@pytest.fixture(scope="module")
def gateway() -> Iterator[FakeProvider]:
    """The server at the address that the environment sets for Anthropic."""
    with FakeProvider() as provider:
        yield provider


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory, gateway: FakeProvider) -> Iterator[Desk]:
    """A workbench shared by all tests, because its engine loads LiteLLM, which takes seconds."""
    folder = tmp_path_factory.mktemp("protocols")
    token = {"ANTHROPIC_BASE_URL": "", "ANTHROPIC_API_KEY": "", "ANTHROPIC_AUTH_TOKEN": "planted-bearer-token"}
    with desk(folder, {**homes(folder), **token, "ANTHROPIC_API_BASE": gateway.url}) as it:
        it.run(Lane("a", ECHO, "echo"))
        yield it


def test_anthropic_endpoint_lists_models_and_answers(at: Desk) -> None:
    with FakeProvider() as fake:
        form = EndpointForm("Gateway", fake.url, needs_key=True, key=KEY, provider="anthropic")
        saved = at.workbench.endpoints.save(form)
        saved.done.result(PATIENCE_S)
        endpoint = at.workbench.endpoints.find(saved.endpoint.uid)
        assert endpoint == saved.endpoint
        assert at.workbench.endpoints.models(saved.endpoint).result(PATIENCE_S) == ("fake-1", "fake-2")
        assert fake.requests[-1].headers["x-api-key"] == KEY
        assert at.run(Lane("a", saved.endpoint.uid, "claude-haiku-4-5")).text == "Hello world"
        request = fake.requests[-1]
        assert (request.path, request.headers["x-api-key"]) == ("/v1/messages", KEY)
        assert request.body["model"] == "claude-haiku-4-5"
        assert resolve_model("Gateway/claude-haiku-4-5", [saved.endpoint]) == (saved.endpoint.uid, "claude-haiku-4-5")


def test_anthropic_bearer_token_is_sent_without_an_api_key(at: Desk, gateway: FakeProvider) -> None:
    assert at.run(Lane("a", LITELLM, "claude-haiku-4-5")).text == "Hello world"
    (request,) = gateway.requests
    assert request.headers["authorization"] == "Bearer planted-bearer-token"
    assert "x-api-key" not in request.headers, "the token alone, as Anthropic's own clients send it"


def test_azure_endpoint_uses_version_and_deployment(at: Desk) -> None:
    with FakeProvider() as fake:
        settings = (("api_version", "2024-10-21"),)
        form = EndpointForm("Azure 2", fake.url, needs_key=True, key=KEY, provider="azure", settings=settings)
        saved = at.workbench.endpoints.save(form)
        saved.done.result(PATIENCE_S)
        assert at.workbench.endpoints.find(saved.endpoint.uid) == saved.endpoint
        at.run(Lane("a", saved.endpoint.uid, "our-deployment"))
        request = fake.requests[-1]
        assert request.path == "/openai/deployments/our-deployment/chat/completions?api-version=2024-10-21"
        assert request.headers["api-key"] == KEY
        with pytest.raises(EngineError, match="Type the name of the model or deployment"):
            at.workbench.endpoints.models(saved.endpoint).result(PATIENCE_S)


def test_endpoints_of_litellm_providers_send_their_own_key(at: Desk) -> None:
    with FakeProvider() as fake:
        for provider in ("perplexity", "groq", "openrouter", "mistral", "deepinfra"):
            key = f"{KEY}-{provider}"
            form = EndpointForm(f"At {provider}", fake.base_url, needs_key=True, key=key, provider=provider)
            saved = at.workbench.endpoints.save(form)
            saved.done.result(PATIENCE_S)
            before = len(fake.requests)
            assert at.run(Lane("a", saved.endpoint.uid, "some-model")).text == "Hello world"
            assert {request.headers["authorization"] for request in fake.requests[before:]} == {f"Bearer {key}"}


def test_endpoint_without_a_key_answers(at: Desk) -> None:
    with FakeProvider() as fake:
        saved = at.workbench.endpoints.save(EndpointForm("Open", fake.url, provider="anthropic"))
        saved.done.result(PATIENCE_S)
        assert at.run(Lane("a", saved.endpoint.uid, "claude-x")).text == "Hello world"


def test_failure_of_an_endpoint_names_the_endpoint_settings(at: Desk) -> None:
    at.add("crafted", "litellm", "http://127.0.0.1:9", needs_key=True)
    assert "Settings → Endpoints" in failure(at.run(Lane("a", "crafted", "anthropic/x"))).sentence


def test_offered_protocols_are_known_providers() -> None:
    from workbench.ui.features.settings.protocol_fields import protocols

    offered = {row.id for row in protocols()}
    assert {"anthropic", "azure", "bedrock", "gemini", "cohere_chat", "hosted_vllm"} <= offered
    assert offered <= {row.id for row in ROWS}
