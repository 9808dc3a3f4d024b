"""The advice in a failure names only missing settings."""

from __future__ import annotations

import pytest

from workbench.core.install_hint import is_installed
from workbench.core.providers import PROVIDERS
from workbench.engine.child.failures import FailureSubject, connect_failed
from workbench.engine.child.litellm_failures import failure_of

_NOT_FOUND = "Your default credentials were not found. To set up Application Default Credentials, see …"


@pytest.mark.parametrize(
    ("given", "labels"), [((), "Project, Region, Service"), (("vertex_project",), "(Region, Serv")]
)
def test_vertex_failure_without_credentials_names_environment_variable(given: tuple[str, ...], labels: str) -> None:
    where = FailureSubject("Google Vertex AI", "m", has_key=False, provider="vertex_ai", given=given)
    failure = failure_of(ValueError(_NOT_FOUND), where, has_text=False).failure
    assert failure.code == "no_key"
    assert labels in failure.sentence
    assert "set GOOGLE_APPLICATION_CREDENTIALS, then" in failure.sentence


def test_vertex_failure_names_missing_python_package() -> None:
    if is_installed("vertexai"):
        pytest.skip("the package is installed")
    where = FailureSubject("Google Vertex AI", "medlm-large", has_key=False, provider="vertex_ai")
    words = (
        "Vertex_aiException BadRequestError - vertexai import failed please run `pip install google-cloud-aiplatform`"
    )
    failure = failure_of(ValueError(words), where, has_text=False).failure
    assert failure.code == "no_package"
    assert "needs the package google-cloud-aiplatform" in failure.sentence
    assert "Install it with “" in failure.sentence


def test_package_named_by_server_is_never_recommended() -> None:
    where = FailureSubject("Google Vertex AI", "m", has_key=True, provider="vertex_ai")
    failure = failure_of(ValueError("import failed please run `pip install evil`"), where, has_text=False).failure
    assert "evil" not in failure.sentence


@pytest.mark.parametrize("provider", ["ollama", "ollama_chat", "lemonade", "llamafile", "docker_model_runner"])
def test_unreachable_local_server_is_named_with_its_address(provider: str) -> None:
    known = PROVIDERS[provider]
    where = FailureSubject(known.name, "m", provider=provider, address=known.base_url)
    assert connect_failed(where, "").failure.sentence == (
        f"Nothing answers at {known.base_url}. Start {known.name}, or enter its address in Settings → Keys."
    )


def test_unreachable_remote_server_advises_checking_network() -> None:
    where = FailureSubject("OpenAI", "m", address="https://api.openai.com/v1")
    assert "Check the network" in connect_failed(where, "").failure.sentence


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            "litellm.BadRequestError: Unmapped LLM provider for this endpoint. You passed model=m, "
            "custom_llm_provider=jina_ai. Check supported provider and route: https://docs.litellm.ai/docs/providers",
            "no_model",
            "LiteLLM cannot chat with “jina_ai/m”. Choose another model.",
        ),
        (
            "litellm.InternalServerError: AnthropicException - 127.1 - is not a canonical IPv4 address. Handle with",
            "bad_address",
            "The address of jina_ai cannot be called as it is written. Write all four numbers of it, or its name.",
        ),
    ],
)
def test_unsent_request_is_not_reported_as_server_error(words: str, code: str, said: str) -> None:
    failure = failure_of(ValueError(words), FailureSubject("jina_ai", "jina_ai/m"), has_text=False).failure
    assert (failure.code, failure.sentence) == (code, said)
