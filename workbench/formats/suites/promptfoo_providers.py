"""The providers of a promptfoo configuration as columns.

Invariant: a column has a model only if its provider is known; nothing is run or fetched, and no key and no header is
read. An address of the file's own stays in the column, to be confirmed by a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.core.imported_runs import clean
from workbench.core.lanes import ECHO_MODEL, Params
from workbench.core.origins import shown_address
from workbench.core.provider_table import ROWS
from workbench.core.testing.imported_suite import ImportedColumn, SuiteEndpoint
from workbench.formats.imports.promptfoo_settings import as_map, as_text, is_parameter, may_be_secret, parameters_of
from workbench.formats.suites.loading import FILE, ConfigLoader, is_code
from workbench.formats.suites.promptfoo_parts import PARTS, PromptParts, parts_of
from workbench.formats.suites.promptfoo_prompts import RawPrompt, matches
from workbench.formats.suites.suite_format import SuiteFileError
from workbench.formats.value_rows import listed
from workbench.packs.promptfoo_config import MARKS

MOST_COLUMNS = 200
_FURTHER = {
    "openai:responses": "openai",
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "gemini",
    "vertex": "vertex_ai",
    "azure:chat": "azure",
    "azureopenai:chat": "azure",
    "bedrock:converse": "bedrock",
    "bedrock": "bedrock",
    "ollama:completion": "ollama",
    "ollama:chat": "ollama_chat",
    "ollama": "ollama",
    "together": "together_ai",
    "fireworks": "fireworks_ai",
    "cerebras": "cerebras",
    "deepinfra": "deepinfra",
    "perplexity": "perplexity",
    "cohere": "cohere_chat",
    "replicate": "replicate",
    "github": "github",
    "nvidia": "nvidia_nim",
    "hyperbolic": "hyperbolic",
    "databricks": "databricks",
    "litellm": "",
}
"""Names that are only read, with LiteLLM's provider; "" for ids of LiteLLM itself."""
PROVIDER_NAMES = {**{row.promptfoo.name: row.id for row in reversed(ROWS) if row.promptfoo is not None}, **_FURTHER}
"""LiteLLM's provider by promptfoo's name, "" for ids of LiteLLM itself."""
_NOT_CHAT = re.compile(
    r"(openai|azure|azureopenai|google|vertex|litellm|mistral|ollama|cohere|bedrock|xai|replicate):"
    r"(completion|embeddings?|image|video|audio|realtime|assistant|moderation|transcription|tts|speech|agents?|live"
    r"|chatkit|codex\S*|nova-sonic|kb|knowledge-base|luma\S*):?"
)
_PROGRAMS = ("exec:", "python:", "golang:", "ruby:", "javascript:", "script:", "package:")
_NETWORK = ("http:", "https:", "ws:", "wss:", "http", "https", "websocket", "webhook", "browser", "mcp")
ADDRESSES = ("apiBaseUrl", "apiHost", "baseUrl", "base_url", "apiBase", "api_base", "url")
_HARMLESS = frozenset({"omitDefaults", "passthrough", "apiKeyEnvar", "apiKeyRequired", "showThinking", MARKS})
_OPENAI_LIKE = ("openai", "azure", "azureopenai")


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    label: str
    config: Mapping[str, Any]
    filter: Any
    rest: tuple[str, ...]
    where: str


def read_columns(
    given: Any, prompts: Sequence[RawPrompt], loader: ConfigLoader
) -> tuple[tuple[ImportedColumn, PromptParts], ...]:
    """Return the columns of `providers`, with the positions of their prompts, and parts of prompts in their settings.

    Raises SuiteFileError.
    """
    entries = list(_entries(given, "providers", loader))
    if len(entries) > MOST_COLUMNS:
        raise SuiteFileError(f"This configuration has more than {MOST_COLUMNS} providers. Split it.")
    bound = _promptfoo_filters(entries)
    columns = []
    for entry in entries:
        own = _allowed(entry.filter, prompts)
        if own != _allowed(bound.get(entry.label or entry.id), prompts):
            sentence = (
                "It gets the prompts of its own filter; promptfoo gives it those of a later one with the same id."
            )
            loader.lose("differs", entry.where, sentence)
        columns.append(_column(entry, own, loader))
    return tuple(columns)


def _entries(given: Any, where: str, loader: ConfigLoader, depth: int = 0) -> Iterator[_Entry]:
    if given is None:
        return
    if isinstance(given, list):
        for number, one in enumerate(given):
            yield from _entries(one, f"{where}[{number}]", loader, depth)
        return
    if isinstance(given, str):
        if given.startswith(FILE) and given.lower().endswith((".yaml", ".yml", ".json")) and depth < 3:
            data = loader.loaded_deeply(loader.loaded(given, where), where)
            yield from _entries(data, given.removeprefix(FILE), loader, depth + 1)
        else:
            yield _Entry(given, "", {}, None, (), where)
        return
    if isinstance(given, dict) and "id" not in given and len(given) == 1:
        (name, body), *_ = given.items()
        given = {"id": name, **as_map(body)}
    if not isinstance(given, dict) or not isinstance(given.get("id"), str):
        raise SuiteFileError(f"{where}: a provider is a text such as openai:gpt-5-mini, or a map with id. Correct it.")
    rest = tuple(sorted(given.keys() - {"id", "label", "config", "prompts"}))
    config = as_map(given.get("config"))
    yield _Entry(given["id"], as_text(given.get("label")), config, given.get("prompts"), rest, where)


def _promptfoo_filters(entries: Sequence[_Entry]) -> dict[str, Any]:
    """Return the filter that promptfoo uses by label or id, where a later provider replaces an earlier one."""
    bound: dict[str, Any] = {}
    for entry in entries:
        bound[entry.id] = entry.filter
        if entry.label:
            bound[entry.label] = entry.filter
    return bound


def _allowed(given: Any, prompts: Sequence[RawPrompt]) -> tuple[int, ...]:
    """Return the positions of the prompts that a filter names; without one, of all."""
    if not isinstance(given, list):
        return tuple(range(len(prompts)))
    names = [name for name in given if isinstance(name, str)]
    return tuple(
        number for number, prompt in enumerate(prompts) if any(matches(name, prompt.label, prompt.id) for name in names)
    )


def allowed_prompts(given: Any, prompts: Sequence[RawPrompt], where: str, loader: ConfigLoader) -> tuple[int, ...]:
    """Return the positions of the prompts of a test's filter, and note one that names none."""
    found = _allowed(given, prompts)
    if not found and prompts:
        loader.lose("refused", where, "This test is for no prompt: its filter “prompts” names none.")
    return found


def allowed_columns(given: Any, columns: Sequence[ImportedColumn], where: str, loader: ConfigLoader) -> tuple[int, ...]:
    """Return the positions of the columns of a test's filter, and note one that names none."""
    if not isinstance(given, list):
        return tuple(range(len(columns)))
    names = [name for name in given if isinstance(name, str)]
    found = tuple(
        number
        for number, column in enumerate(columns)
        if any(matches(name, column.label, column.source) for name in names)
    )
    if not found and columns:
        loader.lose("refused", where, "This test is for no provider: its filter “providers” names none.")
    return found


def _column(entry: _Entry, prompts: tuple[int, ...], loader: ConfigLoader) -> tuple[ImportedColumn, PromptParts]:
    where = entry.where
    endpoint, model, problem = provider_model(loader.filled(entry.id))
    if problem:
        loader.lose("refused", where, f"{_short(entry.id)} cannot be asked here. {problem}")
    if entry.rest:
        sentence = f"Not used: {listed(entry.rest)}."
        if "transform" in entry.rest:
            sentence += " Answers are checked as they come; promptfoo changes them first."
        loader.lose("differs" if "transform" in entry.rest else "left_out", where, sentence)
    params, address, parts = Params(), "", PromptParts()
    if endpoint == "litellm":
        config = {name: _setting(name, value, where, loader) for name, value in entry.config.items()}
        params, problems = parameters_of(config)
        parts, failed = parts_of(config)
        for sentence in problems:
            loader.lose("left_out", f"{where}.config", sentence)
        address = _address(entry, loader)
        _note_config(entry, failed, loader)
        is_filled = {"temperature", "max_tokens"} <= {name for name, _ in params.values}
        if entry.id.partition(":")[0] in _OPENAI_LIKE and not is_filled and not entry.config.get("omitDefaults"):
            sentence = (
                "Where it sets no temperature or max_tokens, the provider's own are used; "
                "promptfoo sends 0 and 1,024 to most models."
            )
            loader.lose("differs", "providers", sentence)
        if entry.id.startswith("openai:responses:"):
            loader.lose("differs", where, "It is asked with chat completions instead of the Responses API.")
    column = ImportedColumn(clean(entry.id), endpoint, clean(model), clean(entry.label), params, prompts, address)
    return column, parts


def _setting(name: str, value: Any, where: str, loader: ConfigLoader) -> Any:
    """Return a setting with environment variables filled in, tools and formats also with the files that they name."""
    filled = loader.filled_deeply(value)
    return loader.loaded_deeply(filled, f"{where}.config.{name}") if name in PARTS else filled


def provider_model(id_: str) -> tuple[SuiteEndpoint, str, str]:
    """Return where and what to ask for a promptfoo id, or why it cannot be asked."""
    if id_ == "echo":
        return "echo", ECHO_MODEL, ""
    if id_.startswith(_PROGRAMS) or is_code(id_) or id_.startswith(FILE):
        return "", "", "It is a program, which is never run. Choose a model instead."
    if id_.partition(":")[0] in {name.rstrip(":") for name in _NETWORK}:
        return "", "", "It is an address with a form of its own. Add it as an endpoint and choose its model instead."
    if _NOT_CHAT.match(id_):
        return "", "", "It is not a chat model."
    parts = id_.split(":")
    for number in range(len(parts) - 1, 0, -1):
        provider, model = PROVIDER_NAMES.get(":".join(parts[:number])), ":".join(parts[number:])
        if provider is not None and model:
            return "litellm", f"{provider}/{model}" if provider else model, ""
    return "", "", "Its provider is not known here. Choose a model instead."


def _address(entry: _Entry, loader: ConfigLoader) -> str:
    for name in ADDRESSES:
        if isinstance(value := entry.config.get(name), str) and value:
            address = loader.filled(value)
            sentence = f"It asks {shown_address(address)[:200]}. Confirm this address before anything is sent there."
            loader.lose("note", f"{entry.where}.config.{name}", sentence)
            return address
    return ""


def _note_config(entry: _Entry, failed: Sequence[str], loader: ConfigLoader) -> None:
    """Note the names of settings that are not used. Their values are never read, because they may be keys."""
    used = {*_HARMLESS, *ADDRESSES, *PARTS} - set(failed)
    names = [name for name in entry.config if not is_parameter(name) and name not in used]
    secret = [name for name in names if may_be_secret(name)]
    if secret:
        loader.lose("left_out", f"{entry.where}.config", "Keys in the file are not used. Set them in the environment.")
    if others := [name for name in names if name not in secret]:
        kind = {*PARTS, "functions", "thinking", "reasoning", "tool_choice"} & set(others)
        sentence = f"Not sent: {listed(others)}."
        loader.lose("differs" if kind else "left_out", f"{entry.where}.config", sentence)


def _short(id_: str) -> str:
    return f"“{id_[:80]}”"
