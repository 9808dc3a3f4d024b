"""The registry of providers, in display order: the most used first, then by name.

The rows were derived from the source of the installed LiteLLM: environment variables, default addresses and links to
documentation. `tests/core/test_providers.py` compares them with it.
"""

from __future__ import annotations

from workbench.core.provider import PromptfooName, Provider, ProviderSetting, row
from workbench.core.provider_rows_local import LOCAL_ROWS
from workbench.core.provider_rows_private import PRIVATE_ROWS
from workbench.core.provider_rows_public import PUBLIC_ROWS

_MOST_USED = (
    row(
        "openai",
        "OpenAI",
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL OPENAI_API_BASE",
        "https://api.openai.com/v1",
        speaks_openai=True,
        # These models use other paths than chat completions.
        translated=r"codex|-pro\b|deep-research|computer-use|instruct|audio|^ft:(davinci|babbage)",
        settings=(
            ProviderSetting("organization", "Organization", ("OPENAI_ORGANIZATION",), hint="org-…", kind="account"),
        ),
        bare_models=r"^(gpt-|chatgpt-|o[1-9](-|$)|ft:gpt-)",
        promptfoo=PromptfooName("openai:chat", takes_openai=True),
    ),
    row(
        "anthropic",
        "Anthropic",
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_API_BASE ANTHROPIC_BASE_URL",
        "https://api.anthropic.com",
        settings=(ProviderSetting("auth_token", "Bearer token", ("ANTHROPIC_AUTH_TOKEN",), secret=True),),
        caches_where_told=True,
        json_by_tool=True,
        bare_models=r"^claude-",
        promptfoo=PromptfooName("anthropic:messages"),
    ),
    row(
        "gemini",
        "Google Gemini",
        "GEMINI_API_KEY GOOGLE_API_KEY",
        "GEMINI_API_BASE",
        "https://generativelanguage.googleapis.com",
        promptfoo=PromptfooName("google"),
    ),
    row(
        "mistral",
        "Mistral",
        "MISTRAL_API_KEY",
        "MISTRAL_API_BASE",
        "https://api.mistral.ai/v1",
        speaks_openai=True,
        promptfoo=PromptfooName("mistral"),
    ),
    row(
        "groq",
        "Groq",
        "GROQ_API_KEY",
        "GROQ_API_BASE",
        "https://api.groq.com/openai/v1",
        speaks_openai=True,
        promptfoo=PromptfooName("groq", takes_openai=True),
    ),
    row(
        "deepseek",
        "DeepSeek",
        "DEEPSEEK_API_KEY",
        "DEEPSEEK_API_BASE",
        "https://api.deepseek.com/v1",
        speaks_openai=True,
        bare_models=r"^deepseek-(chat|reasoner)$",
        promptfoo=PromptfooName("deepseek", takes_openai=True),
    ),
    row(
        "xai",
        "xAI",
        "XAI_API_KEY",
        "XAI_API_BASE",
        "https://api.x.ai/v1",
        speaks_openai=True,
        translated=r"multi-agent",
        promptfoo=PromptfooName("xai", takes_openai=True),
    ),
    row(
        "openrouter",
        "OpenRouter",
        "OPENROUTER_API_KEY OR_API_KEY",
        "OPENROUTER_API_BASE",
        "https://openrouter.ai/api/v1",
        speaks_openai=True,
        # Its list of models is public, so it does not test the key; this path does.
        check="/key",
        promptfoo=PromptfooName("openrouter", takes_openai=True),
    ),
    row(
        "together_ai",
        "Together AI",
        "TOGETHER_API_KEY TOGETHER_AI_API_KEY TOGETHERAI_API_KEY TOGETHER_AI_TOKEN",
        "TOGETHER_AI_API_BASE",
        "https://api.together.ai/v1",
        speaks_openai=True,
        doc="togetherai",
        promptfoo=PromptfooName("togetherai", takes_openai=True),
    ),
    row(
        "fireworks_ai",
        "Fireworks AI",
        "FIREWORKS_API_KEY FIREWORKS_AI_API_KEY FIREWORKSAI_API_KEY FIREWORKS_AI_TOKEN",
        "FIREWORKS_API_BASE",
        "https://api.fireworks.ai/inference/v1",
        speaks_openai=True,
        # Short names need an account prefix, which LiteLLM adds.
        translated=r"^(?!accounts/)",
    ),
    row(
        "cerebras",
        "Cerebras",
        "CEREBRAS_API_KEY",
        "CEREBRAS_API_BASE",
        "https://api.cerebras.ai/v1",
        speaks_openai=True,
    ),
    row(
        "deepinfra",
        "DeepInfra",
        "DEEPINFRA_API_KEY",
        "DEEPINFRA_API_BASE",
        "https://api.deepinfra.com/v1/openai",
        speaks_openai=True,
    ),
    row(
        "perplexity",
        "Perplexity",
        "PERPLEXITYAI_API_KEY PERPLEXITY_API_KEY",
        "PERPLEXITY_API_BASE",
        "https://api.perplexity.ai",
    ),
    row(
        "cohere_chat",
        "Cohere",
        "COHERE_API_KEY CO_API_KEY",
        "COHERE_API_BASE",
        "https://api.cohere.com/v2",
        doc="cohere",
        bare_models=r"^command-",
    ),
    row("cohere", "Cohere", "COHERE_API_KEY CO_API_KEY", "COHERE_API_BASE", "https://api.cohere.com/v2"),
    row("moonshot", "Moonshot", "MOONSHOT_API_KEY", "MOONSHOT_API_BASE", "https://api.moonshot.ai/v1"),
    row(
        "dashscope",
        "Qwen (DashScope)",
        "DASHSCOPE_API_KEY",
        "DASHSCOPE_API_BASE",
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
    ),
    row("zai", "Z.ai", "ZAI_API_KEY", "ZAI_API_BASE", "https://api.z.ai/api/paas/v4"),
    row("minimax", "MiniMax", "MINIMAX_API_KEY", "MINIMAX_API_BASE", "https://api.minimax.io/v1"),
    row(
        "nvidia_nim",
        "NVIDIA NIM",
        "NVIDIA_NIM_API_KEY NVIDIA_API_KEY",
        "NVIDIA_NIM_API_BASE",
        "https://integrate.api.nvidia.com/v1",
    ),
    row("sambanova", "SambaNova", "SAMBANOVA_API_KEY", "SAMBANOVA_API_BASE", "https://api.sambanova.ai/v1"),
    row("nebius", "Nebius", "NEBIUS_API_KEY", "NEBIUS_API_BASE", "https://api.studio.nebius.ai/v1"),
    row("novita", "Novita", "NOVITA_API_KEY", "NOVITA_API_BASE", "https://api.novita.ai/v3/openai", doc=""),
    row("hyperbolic", "Hyperbolic", "HYPERBOLIC_API_KEY", "HYPERBOLIC_API_BASE", "https://api.hyperbolic.xyz/v1"),
    row(
        "huggingface",
        "Hugging Face",
        "HF_TOKEN HUGGINGFACE_API_KEY",
        "HF_API_BASE HUGGINGFACE_API_BASE",
        "https://router.huggingface.co",
    ),
    row(
        "replicate",
        "Replicate",
        "REPLICATE_API_KEY REPLICATE_API_TOKEN",
        "REPLICATE_API_BASE",
        "https://api.replicate.com/v1",
    ),
    row("github", "GitHub Models", "GITHUB_API_KEY", "GITHUB_API_BASE", "https://models.inference.ai.azure.com"),
    row(
        "vercel_ai_gateway",
        "Vercel AI Gateway",
        "VERCEL_AI_GATEWAY_API_KEY VERCEL_OIDC_TOKEN AI_GATEWAY_API_KEY",
        "VERCEL_AI_GATEWAY_API_BASE",
        "https://ai-gateway.vercel.sh/v1",
    ),
)

ROWS: tuple[Provider, ...] = (
    *_MOST_USED,
    *sorted((*PUBLIC_ROWS, *PRIVATE_ROWS, *LOCAL_ROWS), key=lambda provider: provider.name.casefold()),
)
