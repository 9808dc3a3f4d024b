"""The code of a lane and the doctor name the address that calls go to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.usecases.making import draft
from workbench.core.lanes import FIXED_ENDPOINTS, LITELLM, Endpoint, Lane
from workbench.core.providers import PROVIDERS
from workbench.host.dirs import places
from workbench.usecases.checkup import Checkup
from workbench.usecases.code_writer import CodeWriter, where_of
from workbench.usecases.credentials import open_keys

LITELLM_ENDPOINT = next(endpoint for endpoint in FIXED_ENDPOINTS if endpoint.uid == LITELLM)
GATEWAY = "https://gateway.example/v1"


def code(model: str, env: dict[str, str], endpoint: Endpoint = LITELLM_ENDPOINT) -> dict[str, str]:
    def none(*_: Any) -> Any:
        raise AssertionError("this must not be called")

    lane = Lane("a", endpoint.uid, model)
    coder = CodeWriter(lambda uid: endpoint, none, none, none, where=where_of(open_keys(env)))
    found = coder.snippets("p", draft(lane), lane, filled=True)
    return {name: text for name, (text, good) in found.items() if good}


@pytest.mark.parametrize("target", ["OpenAI SDK", "curl", "LiteLLM"])
def test_code_contains_the_openai_address_of_the_environment(target: str) -> None:
    assert GATEWAY in code("gpt-5-mini", {"OPENAI_BASE_URL": GATEWAY})[target]
    assert GATEWAY not in code("gpt-5-mini", {})[target]


@pytest.mark.parametrize("target", ["Anthropic SDK", "LiteLLM"])
def test_code_contains_the_anthropic_address_of_the_environment(target: str) -> None:
    env = {"ANTHROPIC_BASE_URL": "https://gateway.example"}
    assert '"https://gateway.example"' in code("claude-haiku-4-5", env)[target]
    assert "gateway" not in code("claude-haiku-4-5", {})[target]


def test_code_names_the_variable_that_holds_the_key() -> None:
    assert "GOOGLE_API_KEY" in code("gemini/gemini-2.5-flash", {"GOOGLE_API_KEY": "x"})["LiteLLM"]
    assert "GEMINI_API_KEY" in code("gemini/gemini-2.5-flash", {})["LiteLLM"]


@pytest.mark.parametrize("name", ["OpenAI", "Anthropic", "groq", "Azure", "AWS", "Gemini"])
def test_code_of_a_custom_endpoint_never_uses_a_provider_variable(name: str) -> None:
    endpoint = Endpoint("e", "openai", name, "https://theirs.example/v1", needs_key=True, secret_headers=("Api-Key",))
    known = {variable for provider in PROVIDERS.values() for variable in provider.all_variables}
    texts = code("some-model", {}, endpoint).values()
    assert sum("theirs.example" in text for text in texts) >= 3
    for text in texts:
        assert not set(re.findall(r"[A-Z][A-Z0-9_]+", text)) & known


def test_code_of_an_azure_endpoint_has_address_version_and_deployment() -> None:
    endpoint = Endpoint(
        "e",
        "litellm",
        "Our Azure",
        "https://ours.openai.azure.com",
        needs_key=True,
        provider="azure",
        settings=(("api_version", "2024-10-21"),),
    )
    text = code("my-deployment", {}, endpoint)["LiteLLM"]
    for part in (
        'model="azure/my-deployment"',
        'api_base="https://ours.openai.azure.com"',
        'api_version="2024-10-21"',
        'api_key=os.environ["OUR_AZURE_API_KEY"]',
    ):
        assert part in text


def test_doctor_names_the_address_of_a_key(tmp_path: Path) -> None:
    env = {"OPENAI_API_KEY": "sk-planted-0123456789", "OPENAI_BASE_URL": GATEWAY, "GROQ_API_KEY": "x"}
    checkup = Checkup(tmp_path / "w.db", places(env), env, "0")
    found = next(one for one in checkup.findings() if one.name == "keyring")
    assert f"Keys in the environment: OpenAI (to {GATEWAY}), Groq." in found.sentence
    assert "planted" not in found.sentence
