"""Servers that people run themselves, most of which need no key.

The rows were derived from the source of the installed LiteLLM, as in `provider_table`.
"""

from __future__ import annotations

from workbench.core.provider import PromptfooName, Provider, row

LOCAL_ROWS: tuple[Provider, ...] = (
    row(
        "ollama",
        "Ollama",
        "OLLAMA_API_KEY",
        "OLLAMA_API_BASE",
        "http://localhost:11434",
        needs_key=False,
        promptfoo=PromptfooName("ollama:chat"),
    ),
    row(
        "ollama_chat",
        "Ollama",
        "OLLAMA_API_KEY",
        "OLLAMA_API_BASE",
        "http://localhost:11434",
        needs_key=False,
        doc="ollama",
        promptfoo=PromptfooName("ollama:chat"),
    ),
    row(
        "lm_studio",
        "LM Studio",
        "LM_STUDIO_API_KEY",
        "LM_STUDIO_API_BASE",
        needs_key=False,
        needs_address=True,
        address_hint="http://localhost:1234/v1",
    ),
    row(
        "hosted_vllm",
        "vLLM",
        "HOSTED_VLLM_API_KEY",
        "HOSTED_VLLM_API_BASE",
        needs_key=False,
        needs_address=True,
        address_hint="http://localhost:8000/v1",
        doc="vllm",
    ),
    row(
        "llamafile", "llamafile", "LLAMAFILE_API_KEY", "LLAMAFILE_API_BASE", "http://127.0.0.1:8080/v1", needs_key=False
    ),
    row(
        "lemonade", "Lemonade", "LEMONADE_API_KEY", "LEMONADE_API_BASE", "http://localhost:8000/api/v1", needs_key=False
    ),
    row(
        "docker_model_runner",
        "Docker Model Runner",
        "DOCKER_MODEL_RUNNER_API_KEY",
        "DOCKER_MODEL_RUNNER_API_BASE",
        "http://localhost:22088/engines/llama.cpp",
        needs_key=False,
    ),
    row(
        "xinference",
        "Xinference",
        "XINFERENCE_API_KEY",
        "XINFERENCE_API_BASE",
        needs_key=False,
        needs_address=True,
        address_hint="http://127.0.0.1:9997/v1",
    ),
    row(
        "litellm_proxy",
        "LiteLLM Proxy",
        "LITELLM_PROXY_API_KEY",
        "LITELLM_PROXY_API_BASE",
        needs_key=False,
        needs_address=True,
        address_hint="http://localhost:4000",
    ),
)
