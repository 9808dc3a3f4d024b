"""Providers as data: what people call them, where their keys are found, and which speak plain OpenAI.

Invariant: a provider with a `base_url` takes and answers OpenAI chat completions as they are, apart from the names
in `core.parameters`; every other one is LiteLLM's to translate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """`id` is LiteLLM's name, the part before the first slash of a model id. `env` are the variables that usually hold
    its key, the first that is set counts. `check` is the path that proves a key at `base_url`. Models that
    match `translated` need LiteLLM after all.
    """

    id: str
    name: str
    env: tuple[str, ...] = ()
    base_url: str = ""
    needs_key: bool = True
    check: str = "/models"
    translated: str = ""

    def speaks_openai(self, model: str) -> bool:
        """Whether `model` (without the provider's prefix) can be asked without translation."""
        return bool(self.base_url) and not (self.translated and re.search(self.translated, model))


_ALL = (
    Provider(
        "openai",
        "OpenAI",
        ("OPENAI_API_KEY",),
        "https://api.openai.com/v1",
        # These answer at other paths than chat completions.
        translated=r"codex|-pro\b|deep-research|computer-use|instruct|audio|^ft:(davinci|babbage)",
    ),
    Provider("anthropic", "Anthropic", ("ANTHROPIC_API_KEY",)),
    Provider("gemini", "Google Gemini", ("GEMINI_API_KEY", "GOOGLE_API_KEY")),
    Provider(
        "mistral",
        "Mistral",
        ("MISTRAL_API_KEY",),
        "https://api.mistral.ai/v1",
    ),
    Provider("groq", "Groq", ("GROQ_API_KEY",), "https://api.groq.com/openai/v1"),
    Provider("deepseek", "DeepSeek", ("DEEPSEEK_API_KEY",), "https://api.deepseek.com/v1"),
    Provider("xai", "xAI", ("XAI_API_KEY",), "https://api.x.ai/v1", translated=r"multi-agent"),
    # Its list of models is public, so only the question about the key itself proves the key.
    Provider("openrouter", "OpenRouter", ("OPENROUTER_API_KEY",), "https://openrouter.ai/api/v1", check="/key"),
    Provider("together_ai", "Together AI", ("TOGETHERAI_API_KEY", "TOGETHER_API_KEY"), "https://api.together.xyz/v1"),
    Provider(
        "fireworks_ai",
        "Fireworks AI",
        ("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY"),
        "https://api.fireworks.ai/inference/v1",
        # Short names want their account put before them, which LiteLLM knows how to do.
        translated=r"^(?!accounts/)",
    ),
    Provider("cerebras", "Cerebras", ("CEREBRAS_API_KEY",), "https://api.cerebras.ai/v1"),
    Provider("deepinfra", "DeepInfra", ("DEEPINFRA_API_KEY",), "https://api.deepinfra.com/v1/openai"),
    Provider("perplexity", "Perplexity", ("PERPLEXITYAI_API_KEY", "PERPLEXITY_API_KEY")),
    Provider("cohere_chat", "Cohere", ("COHERE_API_KEY", "CO_API_KEY")),
    Provider("cohere", "Cohere", ("COHERE_API_KEY", "CO_API_KEY")),
    Provider("moonshot", "Moonshot", ("MOONSHOT_API_KEY",)),
    Provider("dashscope", "Qwen (DashScope)", ("DASHSCOPE_API_KEY",)),
    Provider("zai", "Z.ai", ("ZAI_API_KEY",)),
    Provider("minimax", "MiniMax", ("MINIMAX_API_KEY",)),
    Provider("nvidia_nim", "NVIDIA NIM", ("NVIDIA_NIM_API_KEY", "NVIDIA_API_KEY")),
    Provider("sambanova", "SambaNova", ("SAMBANOVA_API_KEY",)),
    Provider("nebius", "Nebius", ("NEBIUS_API_KEY",)),
    Provider("novita", "Novita", ("NOVITA_API_KEY",)),
    Provider("hyperbolic", "Hyperbolic", ("HYPERBOLIC_API_KEY",)),
    Provider("huggingface", "Hugging Face", ("HF_TOKEN", "HUGGINGFACE_API_KEY")),
    Provider("replicate", "Replicate", ("REPLICATE_API_KEY", "REPLICATE_API_TOKEN")),
    Provider("github", "GitHub Models", ("GITHUB_API_KEY",)),
    Provider("vercel_ai_gateway", "Vercel AI Gateway", ("VERCEL_AI_GATEWAY_API_KEY", "AI_GATEWAY_API_KEY")),
    Provider("databricks", "Databricks", ("DATABRICKS_API_KEY",)),
    Provider("azure", "Azure OpenAI", ("AZURE_API_KEY", "AZURE_OPENAI_API_KEY")),
    Provider("azure_ai", "Azure AI", ("AZURE_AI_API_KEY",)),
    # These find their credentials in files of their own tools.
    Provider("bedrock", "Amazon Bedrock", ("AWS_BEARER_TOKEN_BEDROCK",), needs_key=False),
    Provider("vertex_ai", "Google Vertex AI", needs_key=False),
    Provider("ollama", "Ollama", needs_key=False),
    Provider("ollama_chat", "Ollama", needs_key=False),
    Provider("lm_studio", "LM Studio", needs_key=False),
    Provider("hosted_vllm", "vLLM", needs_key=False),
    Provider("llamafile", "llamafile", needs_key=False),
    Provider("litellm_proxy", "LiteLLM Proxy", ("LITELLM_PROXY_API_KEY",), needs_key=False),
)
PROVIDERS: Mapping[str, Provider] = {provider.id: provider for provider in _ALL}

# Ids that are commonly typed without a provider. What is not here is for the catalogue or LiteLLM to resolve.
_BARE = (
    (re.compile(r"^(gpt-|chatgpt-|o[1-9](-|$)|ft:gpt-)"), "openai"),
    (re.compile(r"^claude-"), "anthropic"),
    (re.compile(r"^deepseek-(chat|reasoner)$"), "deepseek"),
    (re.compile(r"^command-"), "cohere_chat"),
)
_CACHE_WHERE_TOLD = frozenset({"anthropic", "bedrock", "vertex_ai", "azure_ai", "databricks"})
# LiteLLM makes these call a tool of its own instead, which would stand in the way of the prompt's tools.
_NO_JSON_MODE = frozenset({"anthropic", "bedrock", "vertex_ai"})


def split_model(model: str) -> tuple[str, str]:
    """Return provider id and the model's name there; the provider is "" when the id alone does not tell."""
    prefix, slash, rest = model.partition("/")
    if slash and rest and prefix in PROVIDERS:
        return prefix, rest
    for pattern, provider in _BARE:
        if pattern.search(model):
            return provider, model
    return "", model


def needs_translation(model: str) -> bool:
    """Return whether LiteLLM has to ask this model: its provider speaks no plain OpenAI, or is not known here."""
    provider, name = split_model(model)
    known = PROVIDERS.get(provider)
    return known is None or not known.speaks_openai(name)


def key_variables() -> dict[str, tuple[str, ...]]:
    """Return the environment variables by provider id, for those that have any."""
    return {provider.id: provider.env for provider in _ALL if provider.env}


def provider_name(provider: str) -> str:
    """Return what people call a provider; an unknown id is its own name."""
    known = PROVIDERS.get(provider)
    return known.name if known else provider


def takes_breakpoints(model: str) -> bool:
    """Return whether LiteLLM can tell this model's provider where to cache: the models of Anthropic."""
    provider, name = split_model(model)
    return provider in _CACHE_WHERE_TOLD and "claude" in name and needs_translation(model)


def has_json_mode(model: str) -> bool:
    """Return whether this model's provider can be asked for JSON without a schema other than in words."""
    return split_model(model)[0] not in _NO_JSON_MODE
