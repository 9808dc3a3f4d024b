"""Price rows from untrusted sources always give a sum or nothing."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.billing import bill, prices_of
from workbench.core.money import Rates, Usage, UsageDetails, saved
from workbench.core.price_sheet import has_prices

NAMES = [
    *("input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost", "tiered_pricing", "range"),
    *("input_cost_per_token_above_200k_tokens", "output_cost_per_token_above_1k_tokens_flex", "off_peak_pricing"),
    *("hours_utc", "windows", "weekdays", "weekday_timezone", "search_context_cost_per_query", "litellm_provider"),
    *("search_context_size_medium", "provider_specific_entry", "input_cost_per_second", "input_cost_per_audio_token"),
    *("cache_creation_input_token_cost_above_1hr", "output_cost_per_reasoning_token", "us", "model"),
]
WORDS = st.sampled_from(["xai", "gemini", "anthropic", "dashscope", "perplexity", "fireworks_ai", "vertex_ai", "1e-6"])
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | WORDS
    | st.sampled_from(["00:00-00:00", "23:00-01:00", "Mars/Olympus", "sat"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=12,
)
SHEETS = st.dictionaries(st.sampled_from(NAMES), ODD, max_size=10)
COUNTS = st.integers(0, 10**6)
USAGES = st.builds(
    Usage,
    st.none() | COUNTS,
    st.none() | COUNTS,
    st.none() | COUNTS,
    st.none() | COUNTS,
    written=st.none() | COUNTS,
    details=st.builds(UsageDetails, input_audio=COUNTS, searches=st.integers(0, 3), tier=st.sampled_from(["", "flex"])),
)
AT = datetime(2026, 11, 28, 0, 30, tzinfo=UTC)


@given(SHEETS, USAGES)
def test_any_price_row_gives_a_valid_sum_or_none(sheet: dict[str, Any], usage: Usage) -> None:
    total = bill(sheet, usage, seconds=1.0, at=AT)
    assert total is None or (math.isfinite(total) and total >= 0)
    assert total is None or has_prices(sheet)
    prices_of(sheet, usage.input or 0, at=AT)
    assert saved(usage, Rates(0.0, 0.0, 0.0, sheet=sheet)) is None or usage.cached


@given(SHEETS, COUNTS, COUNTS)
def test_rounds_are_billed_separately_and_added(sheet: dict[str, Any], one: int, other: int) -> None:
    first, second = Usage(one, 1), Usage(other, 2)
    both = Usage(one + other, 3, rounds=(first, second))
    sums = [bill(sheet, usage, seconds=1.0, at=AT) for usage in (first, second, both)]
    assert sums[2] == (None if None in sums[:2] else sums[0] + sums[1])  # type: ignore[operator]


@pytest.mark.parametrize(
    ("provider", "region", "factor"),
    [
        ("openai", "", 1.0),
        ("openai", "eu", 1.1),
        ("openai", "EU", 1.1),
        ("openai", "us", 1.0),
        ("openai", "fedramp", 1.2),
        ("azure", "eu", 1.0),
        ("gemini", "eu", 1.0),
        ("xai", "fedramp", 1.0),
        ("vertex_ai", "", 1.0),
        ("vertex_ai", "global", 1.0),
        ("vertex_ai", "europe-west1", 1.3),
    ],
)
def test_region_raises_only_the_prices_of_providers_that_charge_for_it(
    provider: str, region: str, factor: float
) -> None:
    sheet = {
        "litellm_provider": provider,
        "input_cost_per_token": 1e-6,
        "output_cost_per_token": 2e-6,
        "regional_processing_uplift_multiplier_eu": 1.1,
        "fedramp_uplift_multiplier": 1.2,
        "regional_endpoint_uplift_multiplier": 1.3,
    }
    total = bill(sheet, Usage(1_000_000, 1_000_000, details=UsageDetails(region=region)), at=AT)
    assert total == pytest.approx(3.0 * factor)


@pytest.mark.parametrize(
    ("provider", "geo", "speed", "factor"),
    [
        ("anthropic", "", "", 1.0),
        ("anthropic", "us", "", 1.1),
        ("anthropic", "US", "", 1.1),
        ("anthropic", "global", "", 1.0),
        ("anthropic", "not_available", "", 1.0),
        ("anthropic", "us", "fast", 6.6),
        ("bedrock", "us", "", 1.1),
        ("bedrock", "", "fast", 1.0),
        ("bedrock", "global", "fast", 1.0),
        ("vertex_ai", "us", "fast", 1.0),
        ("gemini", "us", "", 1.0),
    ],
)
def test_geography_and_speed_raise_only_the_prices_of_providers_that_charge_for_them(
    provider: str, geo: str, speed: str, factor: float
) -> None:
    sheet = {
        "litellm_provider": provider,
        "input_cost_per_token": 1e-6,
        "output_cost_per_token": 2e-6,
        # A row may name the factor of a place that costs no more, too.
        "provider_specific_entry": {"us": 1.1, "global": 9.0, "not_available": 9.0, "fast": 6.0},
    }
    total = bill(sheet, Usage(1_000_000, 1_000_000, details=UsageDetails(geo=geo, speed=speed)), at=AT)
    assert total == pytest.approx(3.0 * factor)
