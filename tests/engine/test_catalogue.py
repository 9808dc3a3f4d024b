"""The model catalogue: loading, search, provider of a model, and broken files."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.money import Rates
from workbench.core.providers import (
    PROVIDERS,
    needs_translation,
    provider_name,
    split_model,
)
from workbench.engine.catalogue import CatalogueError, ModelCatalogue, ModelInfo


@pytest.fixture(scope="module")
def catalogue() -> ModelCatalogue:
    return ModelCatalogue.load()


def written(tmp_path: Path, data: object) -> Path:
    path = tmp_path / "models.json"
    path.write_text(json.dumps(data))
    return path


def test_bundled_catalogue_has_valid_models_and_prices(catalogue: ModelCatalogue) -> None:
    assert len(catalogue.models) > 1000
    assert len({m.id for m in catalogue.models}) == len(catalogue.models)
    haiku = catalogue.get("claude-haiku-4-5")
    assert haiku is not None
    assert haiku.provider == "anthropic"
    assert haiku.context == 200_000
    assert haiku.rates is not None
    assert replace(haiku.rates, sheet={}) == Rates(1e-06, 5e-06, 1e-07, "catalogue", 1.25e-06)
    assert haiku.rates.sheet["cache_creation_input_token_cost_above_1hr"] == 2e-06
    assert haiku.rates.sheet["prompt_cache_min_tokens"] == 4096
    assert {"tools", "vision", "cache"} <= haiku.abilities
    assert catalogue.get("anthropic/claude-haiku-4-5") is haiku
    assert catalogue.get("no/such") is None
    for model in catalogue.models:
        assert (
            model.rates is None
            or model.rates.input > 0
            or model.rates.output > 0
            or "cost_per_second" in str(model.rates.sheet)
        )
        assert model.context is None or model.context > 0


def test_catalogue_reads_valid_retirement_dates_only(catalogue: ModelCatalogue, tmp_path: Path) -> None:
    dated = [model for model in catalogue.models if model.retires is not None]
    assert len(dated) > 600
    old = catalogue.get("gpt-4-0613")
    assert old is not None
    assert old.retires == date(2026, 10, 23)
    assert catalogue.get("openai/gpt-4-0613") is old
    written_dates = ["2026-10-23", "2026-02-30", "when it is over", "2026-10", 20261023, None, ["2026-10-23"], ""]
    data = {
        f"m{i}": {"mode": "chat", "litellm_provider": "openai", "deprecation_date": one}
        for i, one in enumerate(written_dates)
    }
    read = ModelCatalogue.load(written(tmp_path, data))
    assert {model.id: model.retires for model in read.models if model.retires} == {"m0": date(2026, 10, 23)}


def test_catalogue_loads_without_importing_litellm() -> None:
    code = (
        "import sys; from workbench.engine.catalogue import ModelCatalogue; ModelCatalogue.load();"
        "print({'litellm', 'httpx', 'openai'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_search_finds_models_by_words_in_any_case(catalogue: ModelCatalogue) -> None:
    assert catalogue.search("claude haiku", 5)[0].id.startswith("claude-haiku")
    assert catalogue.search("GPT-5-MINI", 1)[0].id == "gpt-5-mini"
    assert all("anthropic" in f"{m.id} {m.provider}" for m in catalogue.search("anthropic", 20))
    assert catalogue.search("", 3) == list(catalogue.models[:3])
    assert catalogue.search("zzz nothing") == []


def test_models_of_other_tasks_are_apart_and_priced(catalogue: ModelCatalogue) -> None:
    embedding = catalogue.get("text-embedding-3-small")
    assert embedding is not None
    assert (embedding.task, embedding.provider) == ("embed", "openai")
    assert embedding.rates is not None
    assert (embedding.rates.input, embedding.rates.output) == (2e-8, 0.0)
    assert catalogue.provider_of("text-embedding-3-small") == "openai"
    assert all(m.task == "chat" for m in catalogue.models)
    assert {m.task for m in catalogue.others} == {"embed", "decide"}
    assert embedding not in catalogue.search("text-embedding-3")
    assert catalogue.search("text-embedding-3-small", 1, "embed") == [embedding]
    deciding = catalogue.search("", 1000, "decide")
    assert {"typesafe", "openai", "perplexity"} <= {m.provider for m in deciding}
    assert all(m.does("decide") and m.task != "embed" for m in deciding)


def test_decisions_of_chat_models_cost_what_their_input_costs() -> None:
    """Prices of decisions are not read while they are those of chats, because no text is written."""
    spec = importlib.util.find_spec("litellm")
    assert spec is not None
    assert spec.origin is not None
    data = json.loads((Path(spec.origin).parent / "model_prices_and_context_window_backup.json").read_text())
    priced = [
        (row[name], row.get(name.removesuffix("_decisions")))
        for row in data.values()
        for name in row
        if name.endswith("_decisions") and not name.startswith("output")
    ]
    assert priced
    assert all(decisions == chats for decisions, chats in priced)


@given(st.text(max_size=20), st.integers(1, 9))
def test_search_accepts_any_query_and_limit(query: str, limit: int) -> None:
    small = ModelCatalogue.of([ModelInfo("gpt-x", "openai"), ModelInfo("a/b c", "a")])
    assert len(small.search(query, limit)) <= limit


def test_malformed_entries_are_skipped_or_loaded_without_prices(tmp_path: Path) -> None:
    data = {
        "sample_spec": {"mode": "one of", "litellm_provider": "x"},
        "no-mode": {"litellm_provider": "openai"},
        "not a dict": 3,
        "image": {"mode": "image_generation", "litellm_provider": "openai"},
        "odd": {"mode": "chat", "litellm_provider": "openai", "max_input_tokens": "many", "input_cost_per_token": "?"},
        "free": {"mode": "chat", "litellm_provider": "x", "input_cost_per_token": 0.0, "output_cost_per_token": 0},
        "vertex": {"mode": "chat", "litellm_provider": "vertex_ai-language-models"},
    }
    found = ModelCatalogue.load(written(tmp_path, data))
    assert {m.id for m in found.models} == {"odd", "free", "vertex"}
    assert all(m.rates is None for m in found.models)
    assert found.provider_of("vertex") == "vertex_ai"


@pytest.mark.parametrize("content", ["", "[]", "{", "3"])
def test_malformed_or_missing_file_raises_catalogue_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "models.json"
    path.write_text(content)
    with pytest.raises(CatalogueError):
        ModelCatalogue.load(path)
    with pytest.raises(CatalogueError):
        ModelCatalogue.load(tmp_path / "missing.json")


@pytest.mark.parametrize(
    ("model", "provider", "name"),
    [
        ("openai/gpt-5", "openai", "gpt-5"),
        ("gpt-5", "openai", "gpt-5"),
        ("o3-mini", "openai", "o3-mini"),
        ("claude-haiku-4-5", "anthropic", "claude-haiku-4-5"),
        ("openrouter/anthropic/claude-x", "openrouter", "anthropic/claude-x"),
        ("groq/llama", "groq", "llama"),
        ("unknown/model", "", "unknown/model"),
        ("omega", "", "omega"),
        ("openai/", "", "openai/"),
        ("", "", ""),
    ],
)
def test_model_id_is_split_into_provider_and_name(model: str, provider: str, name: str) -> None:
    assert split_model(model) == (provider, name)


@pytest.mark.parametrize(
    ("model", "lean"),
    [
        ("gpt-4o", True),
        ("gpt-5-mini", True),
        ("gpt-5-codex", False),
        ("o1-pro", False),
        ("gpt-3.5-turbo-instruct", False),
    ],
)
def test_openai_chat_models_need_no_translation(model: str, lean: bool) -> None:
    assert PROVIDERS["openai"].is_plain(model) is lean
    assert needs_translation(model) is not lean


@pytest.mark.parametrize("model", ["anthropic/claude-haiku-4-5", "claude-haiku-4-5", "unknown/model", "omega", ""])
def test_models_not_known_to_use_openai_protocol_need_translation(model: str) -> None:
    assert needs_translation(model)


def test_every_catalogue_id_resolves_to_its_listed_provider() -> None:
    """An id that looks like one of another provider has its own before it."""
    for info in ModelCatalogue.load().models:
        asked = split_model(info.id)[0]
        assert not asked or provider_name(asked) == provider_name(info.provider), info.id
    assert ModelCatalogue.load().get("bedrock/claude-sonnet-4-5-20250929-v1:0") is not None
    assert ModelCatalogue.load().provider_of("bedrock/claude-sonnet-4-5-20250929-v1:0") == "bedrock"
