"""The provider table, compared with the installed LiteLLM."""

from __future__ import annotations

import ast
import functools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from workbench.core import billing
from workbench.core.providers import PROVIDERS, key_variables, split_model
from workbench.engine import catalogue
from workbench.engine.catalogue import ModelCatalogue
from workbench.usecases.destinations import key_id, own_origin

_KEY = re.compile(r"(API_?KEY|_TOKEN|_KEY|_JWT|_CREDENTIALS|CLIENT_SECRET|_PASSWORD)$")
_ADDRESS = re.compile(r"(API_BASE|BASE_URL|_ENDPOINT|_HOST|_URL)$")

# Providers of images, speech, search, ranking and storage; agents and frameworks, which are no models.
_NO_CHAT_TEXT = """
    cursor litellm_agent a2a a2a_agent aiohttp_openai auto_router aws_polly aws_textract azure_speech bespoke
    black_forest_labs custom custom_openai databricks_agent deepgram dotprompt elevenlabs eu_jev humanloop
    infinity langflow langfuse langgraph laya manus milvus mongodb nvidia_riva openai_like opensearch
    parallel_ai pg_vector oobabooga petals ragflow recraft reducto runwayml s3_vectors soniox stability
    strands_decider topaz transcribe triton valkey vllm
"""
_NO_CHAT = frozenset(_NO_CHAT_TEXT.split())
# Read by parts of LiteLLM that serve other purposes than chat, or by the proxy and its logging.
_OTHER_PARTS = re.compile(
    r"/(search|image\w*|videos?|audio_\w+|text_to_speech|embed\w*|rerank|vector_store\w*|ocr|realtime|sandbox|a2a|containers|"
    r"files|batches|passthrough|decisions|rag_engine|fine_tuning|agents|agent|claude_platform)/"
    r"|/(oauth|workload_identity|subscription_accounts|cost_calculator)\.py$"
)
# Variables of chat providers that hold no credentials of theirs: names for statistics, folders, fallbacks.
_NOT_ONES_TEXT = """
    OR_SITE_URL VERCEL_SITE_URL MISTRAL_AZURE_API_KEY MISTRAL_AZURE_API_BASE AZURE_AUTHORITY_HOST WATSONX_IAM_URL
    GITHUB_COPILOT_DEVICE_CODE_URL GITHUB_COPILOT_ACCESS_TOKEN_URL OPENAI_LIKE_API_KEY OPENAI_LIKE_API_BASE
    PALM_API_KEY A2A_API_BASE ALEPH_ALPHA_API_KEY ALEPHALPHA_API_KEY ALEPH_ALPHA_API_BASE
    TENCENT_ANTHROPIC_API_BASE DEEPSEEK_ANTHROPIC_API_BASE
"""
_NOT_ONES = frozenset(_NOT_ONES_TEXT.split())


@functools.cache
def _litellm() -> Path:
    spec = find_spec("litellm")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _json(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((_litellm() / name).read_bytes())
    return data


def _openai_like() -> Mapping[str, Mapping[str, Any]]:
    return _json("llms/openai_like/providers.json")


def _names_in_enum() -> Iterator[str]:
    tree = ast.parse((_litellm() / "types/utils.py").read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == "LlmProviders":
            for line in node.body:
                if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
                    yield str(line.value.value)


def _read_variables(file: Path) -> set[str]:
    """Return every variable that a file of LiteLLM reads from the environment."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in ("get_secret", "get_secret_str", "getenv") or ast.unparse(node.func).endswith("environ.get"):
                found.add(str(node.args[0].value))
    return {name for name in found if name.isupper()}


def _known_variables() -> set[str]:
    return {
        variable
        for provider in PROVIDERS.values()
        for variable in (
            *provider.key_variables,
            *provider.address_variables,
            *(variable for setting in provider.settings for variable in setting.variables),
        )
    }


def test_every_catalogue_provider_is_in_the_table() -> None:
    catalogue = ModelCatalogue.load()
    assert {model.provider for model in catalogue.models} - PROVIDERS.keys() == set()
    # Those of decision models that a company serves from addresses of its customers, or that few people can use.
    rare = {"bespoke", "eu_jev", "laya", "parallel_ai", "strands_decider"}
    assert {model.provider for model in catalogue.others} - PROVIDERS.keys() == rare


def test_every_litellm_chat_provider_is_in_the_table() -> None:
    endpoints = _json("provider_endpoints_support_backup.json")["providers"]
    chat = {name for name, entry in endpoints.items() if entry["endpoints"].get("chat_completions")}
    named = {*_names_in_enum(), *_openai_like(), *chat}
    assert named - PROVIDERS.keys() - _NO_CHAT == set()


def test_table_contains_only_providers_known_to_litellm() -> None:
    code = (_litellm() / "litellm_core_utils/get_llm_provider_logic.py").read_text("utf-8")
    named = {*_names_in_enum(), *_openai_like()}
    assert {
        name for name in PROVIDERS if name not in named and f'"{name}"' not in code and f"{name}/" not in code
    } == set()


def test_table_covers_all_key_and_address_variables_of_litellm() -> None:
    root = _litellm()
    files = [root / "main.py", root / "litellm_core_utils/get_llm_provider_logic.py"]
    for folder in sorted((root / "llms").iterdir()):
        if folder.name in PROVIDERS:
            files += sorted(file for file in folder.rglob("*.py") if not _OTHER_PARTS.search(file.as_posix()))
    known, missing = _known_variables() | _NOT_ONES, {}
    for file in files:
        for variable in _read_variables(file) - known:
            if (_KEY.search(variable) or _ADDRESS.search(variable)) and not _of_no_chat(variable):
                missing[variable] = file.relative_to(root).as_posix()
    assert missing == {}


def _of_no_chat(variable: str) -> bool:
    return any(variable.startswith(f"{name.upper()}_") for name in _NO_CHAT)


def test_openai_like_providers_match_litellms_own_list() -> None:
    for name, entry in _openai_like().items():
        provider = PROVIDERS[name]
        assert provider.key_variables[0] == entry["api_key_env"], name
        assert provider.address_variables == tuple(filter(None, [entry.get("api_base_env")])), name
        assert provider.base_url == entry["base_url"].rstrip("/"), name


def test_documentation_links_are_among_those_of_litellm() -> None:
    links = {str(entry.get("url")) for entry in _json("provider_endpoints_support_backup.json")["providers"].values()}
    assert {p.id: p.documentation for p in PROVIDERS.values() if p.documentation and p.documentation not in links} == {}


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
def test_provider_row_is_complete(provider: Any) -> None:
    assert provider.name == provider.name.strip() != ""
    assert bool(provider.key_variables) <= provider.takes_key
    assert provider.needs_key <= provider.takes_key
    assert not (provider.needs_address and provider.base_url), "a provider with a public address needs no other one"
    if provider.base_url:
        parts = urlsplit(provider.base_url)
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert provider.base_url == provider.base_url.strip()
    names = Counter(setting.name for setting in provider.settings if not setting.by_environment)
    assert max(names.values(), default=1) == 1
    assert all(setting.name or setting.by_environment for setting in provider.settings)
    assert all(setting.label and (setting.variables or setting.name) for setting in provider.settings)
    assert all(package.module and package.distribution and package.purpose for package in provider.packages)
    assert all(variable.isupper() for variable in provider.all_variables)


def test_providers_sharing_a_key_share_its_addresses() -> None:
    for provider in PROVIDERS.values():
        sibling = PROVIDERS[key_id(provider.id)]
        assert provider.address_variables == sibling.address_variables
        assert own_origin(provider.id) == own_origin(sibling.id)


def test_model_id_is_split_into_provider_and_model() -> None:
    assert split_model("scaleway/qwen3") == ("scaleway", "qwen3")
    assert split_model("gpt-5") == ("openai", "gpt-5")
    assert split_model("unheard/of") == ("", "unheard/of")


def test_variables_of_a_provider_are_in_order_of_precedence() -> None:
    assert key_variables()["openai"] == ("OPENAI_API_KEY",)
    assert key_variables()["gemini"] == ("GEMINI_API_KEY", "GOOGLE_API_KEY")
    assert PROVIDERS["openai"].address_variables == ("OPENAI_BASE_URL", "OPENAI_API_BASE")


def test_other_modules_name_only_providers_of_the_table() -> None:
    named = billing._ONE_TIER | billing._DASHSCOPE | billing._NO_REGION | {family for _, family in catalogue._FAMILIES}
    assert named <= PROVIDERS.keys()
    assert catalogue._FIRST == ("openai", "anthropic", "gemini", "mistral", "groq", "deepseek", "xai", "openrouter")


def test_each_promptfoo_name_has_a_single_set_of_rules() -> None:
    named = [provider.promptfoo for provider in PROVIDERS.values() if provider.promptfoo]
    assert len({one.name for one in named}) == len(set(named)) >= 10
