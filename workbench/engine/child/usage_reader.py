"""Parser for the usage that a server reports: tokens, tool calls and costs.

Invariant: an invalid count stays unknown. The format is that of chat completions with the additions of providers and
LiteLLM.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from workbench.core.usage import Usage, UsageDetails
from workbench.engine.calls import Call

_MOST_TOKENS = 10**12
"""Larger counts are invalid, and would not fit into the database."""
_TICKS = 10**10
"""xAI's ticks per US dollar."""
_MOST_USD = 10**6
_OPENAI_REGION = re.compile(r"^(eu|us|gov)\.api\.openai\.com$")


def usage_of(data: Any, tier: str = "") -> Usage | None:
    """Return the usage of an OpenAI-shaped `usage` object, None when it is not one or holds nothing.

    `tier` is the service tier that the response names.
    """
    if not isinstance(data, Mapping):
        return None
    given, answered = _count(data, "prompt_tokens"), _count(data, "completion_tokens")
    reported = _reported(data)
    if given is None and answered is None and reported is None:
        return None
    into, out = data.get("prompt_tokens_details"), data.get("completion_tokens_details")
    cached = _first(into, "cached_tokens", data, "cache_read_input_tokens", data, "prompt_cache_hit_tokens")
    written = _first(into, "cache_write_tokens", into, "cache_creation_tokens", data, "cache_creation_input_tokens")
    reasoning = _first(out, "reasoning_tokens", data, "reasoning_tokens")
    if given is not None and answered is not None and reasoning:
        # xAI counts reasoning tokens besides the completion tokens, all others within them.
        answered += reasoning if _count(data, "total_tokens") == given + answered + reasoning else 0
    details = replace(_details(data, into, out), tier=tier or _word(data, "service_tier"), reported_usd=reported)
    return Usage(given, answered, cached, reasoning, "provider", written, details)


def with_call(usage: Usage, call: Call, address: str, header_usd: float | None = None) -> Usage:
    """Add the details that only the call knows to a usage: who reported a cost, region, tier and search size.

    `address` is the base URL of the call, `header_usd` a cost from the response headers.
    """
    details, params = usage.details, call.params
    host = _host(address)
    if details.reported_usd is None and header_usd is not None:
        details = replace(details, reported_usd=header_usd)
    if details.reported_usd is not None:
        details = replace(details, reported_by=host or call.model.partition("/")[0])
    tier = details.tier or params.get("service_tier")
    options = params.get("web_search_options")
    size = options.get("search_context_size") if isinstance(options, Mapping) else None
    region = _OPENAI_REGION.match(host)
    place = params.get("vertex_location") or params.get("vertex_ai_location")
    details = replace(
        details,
        tier=tier if isinstance(tier, str) and tier not in ("auto", "default", "standard") else "",
        search_size=size if isinstance(size, str) and details.searches else "",
        region={"gov": "fedramp"}.get(region[1], region[1]) if region else place if isinstance(place, str) else "",
    )
    return replace(usage, details=details)


def header_cost(headers: Mapping[str, str]) -> float | None:
    """Return the cost in US dollars that a LiteLLM Proxy puts into the response headers, None when there is none."""
    try:
        return _usd(float(headers.get("x-litellm-response-cost", "")))
    except ValueError:
        return None


def _details(data: Mapping[str, Any], into: Any, out: Any) -> UsageDetails:
    from_cache = _part(into, "cached_tokens_details")
    into_cache = _part(into, "cache_creation_token_details") or _part(data, "cache_creation")
    tools, xai_tools = _part(data, "server_tool_use"), _part(data, "server_side_tool_usage_details")
    return UsageDetails(
        input_audio=_count(into, "audio_tokens") or 0,
        input_image=_count(into, "image_tokens") or 0,
        input_video=_count(into, "video_tokens") or 0,
        cached_audio=_count(from_cache, "audio_tokens") or 0,
        cached_image=_count(from_cache, "image_tokens") or 0,
        written_1h=_count(into_cache, "ephemeral_1h_input_tokens") or 0,
        written_12h=_count(into_cache, "ephemeral_12h_input_tokens") or 0,
        output_audio=_count(out, "audio_tokens") or 0,
        output_image=_count(out, "image_tokens") or 0,
        output_video=_count(out, "video_tokens") or 0,
        searches=_first(
            *(tools, "web_search_requests", xai_tools, "web_search_calls"),
            *(into, "web_search_requests", data, "num_search_queries"),
        )
        or 0,
        pages_opened=_count(tools, "browser_open_requests") or 0,
        maps=_count(into, "google_maps_grounding_requests") or 0,
        citations=_count(data, "citation_tokens") or 0,
        images=_count(into, "image_count") or 0,
        characters=_count(into, "character_count") or 0,
        queries=_count(into, "query_count") or 0,
        audio_seconds=_length(into, "audio_length_seconds"),
        video_seconds=_length(into, "video_length_seconds"),
        explicit_cache=_word(into, "cache_type") == "ephemeral",
        geo=_word(data, "inference_geo"),
        speed=_word(data, "speed"),
    )


def _reported(data: Mapping[str, Any]) -> float | None:
    cost = data.get("cost")
    if isinstance(cost, Mapping):
        cost = cost.get("total_cost")
    if (found := _usd(cost)) is not None and data.get("is_byok") is True:
        # With the user's own key at the provider, OpenRouter charges a fee and the provider the rest.
        upstream = _usd(_part(data.get("cost_details"), "upstream_inference_cost"))
        return None if upstream is None else found + upstream
    if found is not None:
        return found
    ticks = _count(data, "cost_in_usd_ticks")
    return None if ticks is None else ticks / _TICKS


def _usd(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= _MOST_USD else None


def _count(data: Any, name: str) -> int | None:
    value = data.get(name) if isinstance(data, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS else None


def _first(*places: Any) -> int | None:
    """Return the first valid count; `places` alternates objects and field names."""
    counts = (_count(data, name) for data, name in zip(places[::2], places[1::2], strict=True))
    return next((count for count in counts if count is not None), None)


def _part(data: Any, name: str) -> Any:
    return data.get(name) if isinstance(data, Mapping) else None


def _length(data: Any, name: str) -> float:
    value = _part(data, name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= _MOST_TOKENS else 0.0


def _word(data: Any, name: str) -> str:
    value = _part(data, name)
    return value[:40] if isinstance(value, str) else ""


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
