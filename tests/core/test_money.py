"""Costs: unknown stays unknown, cached tokens have their own price, small amounts stay comparable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.money import FREE, Rates, Usage, cost, saved, show_cost

RATES = Rates(input=2e-6, output=8e-6, cached=5e-7)


@pytest.mark.parametrize(
    ("usage", "rates", "expected"),
    [
        (Usage(1000, 100), RATES, 0.0028),
        (Usage(1000, 100, cached=400), RATES, 0.0022),
        (Usage(1000, 100, cached=400), Rates(2e-6, 8e-6), 0.0028),
        (Usage(1000, 100, cached=400), Rates(2e-6, 8e-6, cached=0.0), 0.002),
        (Usage(1000, 0, cached=9999), RATES, 0.0005),
        (Usage(1000, 100, written=400), RATES, 0.0028),
        (Usage(1000, 100, cached=400, written=400), Rates(2e-6, 8e-6, 5e-7, written=2.5e-6), 0.0024),
        (Usage(1000, 0, cached=400, written=9999), Rates(2e-6, 8e-6, 5e-7, written=2.5e-6), 0.0017),
        (Usage(1000, 100, reasoning=90), RATES, 0.0028),
        (Usage(0, 0), RATES, 0.0),
    ],
)
def test_cost_is_computed_from_usage_and_rates(usage: Usage, rates: Rates, expected: float) -> None:
    assert cost(usage, rates) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("usage", "rates"),
    [
        (Usage(10, 10), None),
        (Usage(None, 10), RATES),
        (Usage(10, None), RATES),
        (Usage(), RATES),
        (Usage(None, 10), Rates(0.0, 0.0, source="catalogue")),
    ],
)
def test_unknown_cost_is_none_and_not_zero(usage: Usage, rates: Rates | None) -> None:
    assert cost(usage, rates) is None


@pytest.mark.parametrize("usage", [Usage(), Usage(10, 10), Usage(None, 3)])
def test_local_model_is_free_for_any_number_of_tokens(usage: Usage) -> None:
    assert cost(usage, FREE) == 0.0
    assert Rates(0.0, 0.0, 0.0, "local") == FREE


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (None, "unknown"),
        (0.0, "$0"),
        (1e-12, "< $0.0001"),
        (0.0000499, "< $0.0001"),
        (0.00005, "$0.0001"),
        (0.0004, "$0.0004"),
        (0.12, "$0.1200"),
        (0.99994, "$0.9999"),
        (0.99996, "$1.00"),
        (1.0, "$1.00"),
        (1.2, "$1.20"),
        (1234.567, "$1,234.57"),
    ],
)
def test_costs_are_formatted_in_dollars(usd: float | None, text: str) -> None:
    assert show_cost(usd) == text


def test_free_and_approximate_costs_are_marked() -> None:
    assert show_cost(None, free=True) == "free"
    assert show_cost(0.5, free=True, about=True) == "free"
    assert show_cost(1.2, about=True) == "about $1.20"
    assert show_cost(None, about=True) == "unknown"
    assert show_cost(1e-9, about=True) == "< $0.0001"


@given(st.floats(0.0001, 1e6))
def test_shown_cost_is_close_to_the_exact_cost(usd: float) -> None:
    shown = float(show_cost(usd).lstrip("$").replace(",", ""))
    assert shown == pytest.approx(usd, abs=0.00006 if usd < 0.9999 else 0.0051)


def test_savings_of_cached_tokens_are_computed() -> None:
    rates = Rates(2e-6, 8e-6, 0.5e-6)
    assert saved(Usage(1200, 10, 1024), rates) == pytest.approx(1024 * 1.5e-6)
    assert saved(Usage(1000, 10, 1024), rates) == pytest.approx(1000 * 1.5e-6)
    for usage, known in (
        (Usage(1200, 10, None), rates),
        (Usage(1200, 10, 5), Rates(1e-6, 1e-6)),
        (Usage(5, 1, 5), None),
    ):
        assert saved(usage, known) is None
    assert saved(Usage(5, 1, 5), FREE) is None
