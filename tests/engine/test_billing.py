"""Costs compared with LiteLLM's own, for every kind of price in its list."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.formats.pasting import Interpreter
from workbench.core.money import cost
from workbench.engine.catalogue import ModelCatalogue, ModelInfo
from workbench.engine.child.usage_reader import usage_of

AT = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
EACH = 5
"""Number of models to test for each kind of price."""
PLAIN = {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100}
_ABOVE = re.compile(r"_above_(\d+)k_tokens")


@dataclass(frozen=True)
class Case:
    """A usage of a model, and the kind of price that it tests."""

    shape: str
    model: str
    usage: dict[str, Any]
    tier: str = ""
    region: str = ""
    size: str = ""
    seconds: float = 3.0


def entries() -> dict[str, dict[str, Any]]:
    spec = find_spec("litellm")
    assert spec is not None
    assert spec.origin is not None
    data = json.loads((Path(spec.origin).parent / "model_prices_and_context_window_backup.json").read_text())
    return {name: entry for name, entry in data.items() if entry.get("mode") in ("chat", "responses")}


def is_price(name: str) -> bool:
    """Whether it is a price of chat calls; batches and decisions are none, and LiteLLM does not add up the others."""
    if name.endswith(("_batches", "_decisions")) or "_dbu_" in name or name.endswith("_cache_hit"):
        return False
    return bool(re.search(r"cost|pricing|uplift|^provider_specific_entry$", name)) and not name.startswith("code_inter")


def usages(name: str, entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield usages to which this price applies."""
    over = int(found[1]) * 1000 if (found := _ABOVE.search(name)) else 0
    given = over + 40_000 if over else 1_000
    into: dict[str, Any] = {}
    out: dict[str, Any] = {}
    more: dict[str, Any] = {}
    if "cache_read" in name:
        into["cached_tokens"] = 700
        if "audio" in name:
            into |= {"audio_tokens": 500, "cached_tokens_details": {"audio_tokens": 300}}
        if name.startswith("explicit"):
            into["cache_type"] = "ephemeral"
    elif "cache_creation" in name:
        into |= {"cached_tokens": 100, "cache_creation_tokens": 600}
        details = {"ephemeral_5m_input_tokens": 600}
        if "1hr" in name:
            details = {"ephemeral_5m_input_tokens": 200, "ephemeral_1h_input_tokens": 400}
        elif "12hr" in name:
            details = {"ephemeral_12h_input_tokens": 400}
        into["cache_creation_token_details"] = details
    elif "audio_per_second" in name:
        into |= {"audio_tokens": 300, "audio_length_seconds": 12.5}
    elif "video_per_second" in name:
        into |= {"video_tokens": 300, "video_length_seconds": 12.5}
    elif "character" in name:
        into["character_count"] = 900
    elif "image_token" in name:
        (out if name.startswith("output") else into)["image_tokens"] = 60
    elif name.startswith("input_cost_per_image"):
        into["image_count"] = 2
    elif "audio" in name:
        (out if name.startswith("output") else into)["audio_tokens"] = 60
    elif "video" in name:
        (out if name.startswith("output") else into)["video_tokens"] = 60
    elif "reasoning" in name:
        out["reasoning_tokens"] = 70
    elif name == "search_context_cost_per_query":
        if entry["litellm_provider"] in ("gemini", "perplexity") or "gemini" in entry["litellm_provider"]:
            into["web_search_requests"] = 3
        elif entry["litellm_provider"] == "xai":
            more["server_side_tool_usage_details"] = {"web_search_calls": 3}
        else:
            more["server_tool_use"] = {"web_search_requests": 3}
    elif name == "google_maps_grounding_cost_per_query":
        into["google_maps_grounding_requests"] = 2
    elif name == "citation_cost_per_token":
        more["citation_tokens"] = 400
    elif name == "provider_specific_entry":
        special = entry[name]
        more |= {"speed": "fast"} if "fast" in special else {}
        more |= {"inference_geo": next((geo for geo in special if geo != "fast"), "us")}
    made = {"prompt_tokens": given, "completion_tokens": 100, **more}
    if into:
        made["prompt_tokens_details"] = into
    if out:
        made["completion_tokens_details"] = out
    lengths = [0]
    if name == "tiered_pricing":
        lengths = [int(tier["range"][0]) for tier in entry[name] if "range" in tier]
    for length in lengths:
        whole = made | {"prompt_tokens": given + length}
        yield whole | {"total_tokens": whole["prompt_tokens"] + whole["completion_tokens"]}
        if length or over:
            # All kinds of tokens at once, and a prompt that ends where the next tier begins.
            mixed = whole | {
                "prompt_tokens_details": {"cached_tokens": 400, "cache_creation_tokens": 200, **into},
                "completion_tokens_details": {"reasoning_tokens": 30, **out},
            }
            yield mixed | {"total_tokens": whole["prompt_tokens"] + 100}
            yield whole | {"prompt_tokens": over or length, "total_tokens": (over or length) + 100}


def odd_usages() -> Iterator[dict[str, Any]]:
    """Yield contradictory counts, and prompts that end at the limit of a tier."""
    odd: tuple[tuple[dict[str, Any], dict[str, Any], int], ...] = (
        ({}, {}, 0),
        ({}, {"reasoning_tokens": 500}, 100),
        ({"cached_tokens": 10**6}, {}, 100),
        ({"cached_tokens": 900, "cache_creation_tokens": 900}, {"reasoning_tokens": 100}, 100),
        ({"audio_tokens": 10**6, "cached_tokens": 300}, {"audio_tokens": 200, "reasoning_tokens": 50}, 100),
        ({"image_tokens": 60, "audio_tokens": 50, "video_tokens": 70, "cached_tokens": 800}, {}, 100),
        ({"cache_creation_tokens": 300, "cache_creation_token_details": {"ephemeral_1h_input_tokens": 100}}, {}, 100),
    )
    for given in (0, 1, 1_000, 128_000, 200_000, 200_001, 272_000, 272_001):
        for into, out, answered in odd:
            made: dict[str, Any] = {"prompt_tokens": given, "completion_tokens": answered}
            if into:
                made["prompt_tokens_details"] = into
            if out:
                made["completion_tokens_details"] = out
            yield made | {"total_tokens": given + answered}


ODD_MODELS = (
    *(
        "gpt-5.5",
        "gpt-audio",
        "claude-sonnet-4-5",
        "gemini/gemini-2.5-pro",
        "gemini/gemini-exp-1206",
        "gemini-2.5-flash",
    ),
    *("xai/grok-4.3", "dashscope/qwen-plus-latest", "deepseek/deepseek-chat", "groq/openai/gpt-oss-120b"),
    *("perplexity/sonar-pro", "mistral/mistral-large-latest", "azure/gpt-4.1"),
    "fireworks_ai/accounts/fireworks/models/deepseek-r1",
)


def cases() -> list[Case]:
    known = entries()
    named = sorted({name for entry in known.values() for name in entry if is_price(name)})
    found = []
    for name in named:
        having = [model for model, entry in known.items() if entry.get(name) is not None]
        step = max(1, len(having) // EACH)
        for model in having[::step][:EACH]:
            tier = next((t for t in ("flex", "balanced", "priority", "ultrafast") if name.endswith(f"_{t}")), "")
            region = {
                "regional_endpoint_uplift_multiplier": "europe-west1",
                "fedramp_uplift_multiplier": "fedramp",
            }.get(name, name.rpartition("_")[2] if name.startswith("regional_processing") else "")
            for usage in usages(name, known[model]):
                found.append(Case(name, model, usage, tier, region, "high" if name.startswith("search") else ""))
    tiers = ("", "flex", "priority", "batch")
    for model in ODD_MODELS:
        found += [Case("odd", model, usage, tiers[i % len(tiers)]) for i, usage in enumerate(odd_usages())]
    return found


def info_of(catalogue: ModelCatalogue, name: str) -> ModelInfo:
    """Return the catalogue's entry for a model of LiteLLM's map, whose id may have a provider prefix."""
    return catalogue.get(name) or next(info for info in catalogue.models if info.id.endswith(f"/{name}"))


@pytest.fixture(scope="module")
def priced(python: Interpreter, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Case, float, float | None]]:
    """Return every case with LiteLLM's cost and ours, except those that LiteLLM cannot price."""
    catalogue, wanted = ModelCatalogue.load(), cases()
    made = []
    for case in wanted:
        info = info_of(catalogue, case.model)
        made.append({**vars(case), "provider": info.provider})
    asked = tmp_path_factory.mktemp("costs") / "cases.json"
    asked.write_text(json.dumps({"at": AT.isoformat(), "cases": made}))
    code = f"import litellm\nfrom tests.engine import litellm_costs\nlitellm_costs.tell({str(asked)!r})"
    found = []
    # LiteLLM may print other lines before the answer.
    for case, theirs in zip(wanted, json.loads(python.run(code, ROOT).splitlines()[-1]), strict=True):
        if not isinstance(theirs, float | int):
            continue
        info, usage = info_of(catalogue, case.model), usage_of(case.usage)
        assert usage is not None
        details = replace(usage.details, tier=case.tier, region=case.region, search_size=case.size)
        ours = cost(replace(usage, details=details), info.rates, seconds=case.seconds, at=AT)
        found.append((case, float(theirs), ours))
    return found


def test_cost_equals_litellm_cost_for_every_price_type(priced: list[tuple[Case, float, float | None]]) -> None:
    known = [(case, theirs, ours) for case, theirs, ours in priced if ours is not None]
    wrong = [
        f"{case.shape} {case.model} {case.usage} {case.tier}: {theirs} by LiteLLM, {ours} by us"
        for case, theirs, ours in known
        if ours != pytest.approx(theirs, rel=1e-9, abs=1e-15)
    ]
    assert len(known) >= 300
    assert not wrong, f"{len(wrong)} of {len(known)}\n" + "\n".join(wrong[:40])


def test_at_most_five_percent_of_costs_are_unknown(priced: list[tuple[Case, float, float | None]]) -> None:
    unknown = [case for case, theirs, ours in priced if ours is None and theirs]
    assert len(unknown) <= len(priced) * 0.05, [(case.shape, case.model) for case in unknown]
    kinds = re.compile("above|tiered|cache|reasoning|flex|priority")
    assert not [case for case in unknown if kinds.search(case.shape)]
    shapes = {case.shape for case, _, _ in priced}
    assert {name for entry in entries().values() for name in entry if is_price(name)} - shapes <= {
        "input_cost_per_request"
    }
