"""Messages of lanes without any credentials: 40 models of 30 providers, over the real engine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from tests.usecases.key_desk import with_drawer
from tests.usecases.making import PATIENCE_S, draft, new_prompt, opened
from workbench.core.lanes import LITELLM, Lane
from workbench.core.providers import PROVIDERS, split_model
from workbench.core.runs import Failure
from workbench.usecases.model_names import slots

# What each message has to name, besides where to enter it.
TABLE: Mapping[str, tuple[str, ...]] = {
    "gpt-5-mini": ("OpenAI", "API key", "OPENAI_API_KEY"),
    "openai/gpt-5-codex": ("OpenAI", "API key"),
    "o3": ("OpenAI", "API key"),
    "claude-haiku-4-5": ("Anthropic", "API key", "ANTHROPIC_API_KEY"),
    "anthropic/claude-sonnet-4-5": ("Anthropic", "API key"),
    "gemini/gemini-2.5-flash": ("Google Gemini", "API key", "GEMINI_API_KEY"),
    "mistral/mistral-large-latest": ("Mistral", "API key"),
    "codestral/codestral-latest": ("Codestral", "API key"),
    "groq/llama-3.3-70b-versatile": ("Groq", "API key"),
    "deepseek/deepseek-chat": ("DeepSeek", "API key"),
    "xai/grok-4": ("xAI", "API key"),
    "openrouter/anthropic/claude-haiku-4.5": ("OpenRouter", "API key"),
    "together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo": ("Together AI", "API key"),
    "fireworks_ai/llama-v3p1-8b-instruct": ("Fireworks AI", "API key"),
    "perplexity/sonar": ("Perplexity", "API key"),
    "cohere_chat/command-r-plus": ("Cohere", "API key"),
    "command-r": ("Cohere", "API key"),
    "replicate/meta/meta-llama-3-8b-instruct": ("Replicate", "API key"),
    "huggingface/meta-llama/Llama-3.1-8B-Instruct": ("Hugging Face", "API key"),
    "dashscope/qwen-max": ("Qwen", "API key"),
    "scaleway/qwen3-235b-a22b-instruct-2507": ("Scaleway", "API key", "SCW_SECRET_KEY"),
    "gigachat/GigaChat": ("GigaChat", "API key"),
    "azure/my-deployment": ("Azure OpenAI", "address", "AZURE_API_BASE"),
    "azure_ai/mistral-large": ("Azure AI", "address", "AZURE_AI_API_BASE"),
    "databricks/databricks-claude-sonnet-4": ("Databricks", "address", "DATABRICKS_API_BASE"),
    "watsonx/ibm/granite-3-8b-instruct": ("watsonx", "address", "WATSONX_API_BASE"),
    "snowflake/claude-3-5-sonnet": ("Snowflake", "API key"),
    "cloudflare/@cf/meta/llama-2-7b-chat-fp16": ("Cloudflare", "API key"),
    "heroku/claude-4-sonnet": ("Heroku", "address"),
    "bedrock/anthropic.claude-3-haiku-20240307-v1:0": ("Amazon Bedrock", "credentials"),
    "bedrock/converse/amazon.nova-lite-v1:0": ("Amazon Bedrock", "credentials"),
    "bedrock_mantle/openai.gpt-oss-20b": ("Amazon Bedrock Mantle", "credentials"),
    "sagemaker_chat/my-endpoint": ("SageMaker", "credentials"),
    "vertex_ai/gemini-2.5-flash": ("Vertex AI", "credentials"),
    "vertex_ai/claude-sonnet-4-5@20250929": ("Vertex AI", "credentials"),
    "oci/xai.grok-4": ("Oracle Cloud", "User OCID", "OCI_USER"),
    "sap/gpt-4o": ("SAP", "credentials"),
    "lm_studio/some-model": ("LM Studio", "address", "LM_STUDIO_API_BASE"),
    "hosted_vllm/some-model": ("vLLM", "address", "HOSTED_VLLM_API_BASE"),
    "litellm_proxy/gpt-4o": ("LiteLLM Proxy", "address", "LITELLM_PROXY_API_BASE"),
    "github_copilot/gpt-4o": ("GitHub Copilot", "login"),
    "chatgpt/gpt-5.2": ("ChatGPT", "login"),
}
_NO_HELP = re.compile(r"retry in a moment|try again|change the prompt|server error", re.IGNORECASE)


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Failure]]:
    """Return each model's failure, all in one run without any credentials."""
    folder = tmp_path_factory.mktemp("nothing")
    nobody = {variable: "" for provider in PROVIDERS.values() for variable in provider.key_variables}
    nobody |= {variable: "" for provider in PROVIDERS.values() for variable in provider.address_variables}
    nobody |= {
        variable: ""
        for provider in PROVIDERS.values()
        for setting in provider.settings
        for variable in setting.variables
    }
    # Only the loopback address is contacted; cloud metadata services are disabled.
    env = {**nobody, "HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true", "NO_GCE_CHECK": "true"}
    with opened(folder, None, env) as (workbench, _):
        with_drawer(workbench.keys)
        workbench.engine.start()
        lanes = [Lane(slot, LITELLM, model) for slot, model in zip(slots(len(TABLE)), TABLE, strict=True)]
        handle = workbench.runner.start_iteration(new_prompt(workbench), draft(*lanes), based_on=None)
        assert handle.wait(10 * PATIENCE_S)
        assert handle.problem is None
        found = {}
        for model, transcript in zip(TABLE, handle.transcripts, strict=True):
            assert transcript.result is not None
            assert transcript.result.failure is not None, (model, transcript.result.text)
            found[model] = transcript.result.failure
        yield found


def test_table_has_enough_models_and_providers() -> None:
    assert len(TABLE) >= 40
    assert len({split_model(model)[0] for model in TABLE}) >= 25


@pytest.mark.parametrize("model", TABLE)
def test_failure_names_the_missing_credential_and_its_settings_page(
    failures: Mapping[str, Failure], model: str
) -> None:
    failure = failures[model]
    if failure.code == "no_package":
        # Without the extra “vertex” its libraries are missing instead.
        assert "Install it with “" in failure.sentence
        pytest.skip(failure.sentence)
    for word in TABLE[model]:
        assert word in failure.sentence, failure
    assert "Settings → " in failure.sentence or "Log in" in failure.sentence, failure
    assert not _NO_HELP.search(failure.sentence), failure
    assert failure.code in ("no_key", "no_address", "no_setting", "no_sign_in"), failure
