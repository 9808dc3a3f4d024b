"""Formulas of cost against calculations by hand, and what they do with unknown and extreme figures."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.decide import scenarios
from tests.core.decide.made import decided
from workbench.core.decide.cost import (
    CallShape,
    TunedCosts,
    base_months,
    call_cost,
    hosting_cost,
    swings,
    training_cost,
)
from workbench.core.decide.evidence import TokenPrices

PRICES = TokenPrices(1.0, 5.0, 0.1)


def test_prices_of_a_route_have_their_own_day() -> None:
    """What is open was read in October, what it costs in March."""
    rich = scenarios.data_rich()
    costs = replace(rich.goals.costs, hosting_usd=None)
    found = decided(replace(rich, goals=replace(rich.goals, has_gpu=False, routes=("azure",), costs=costs)))
    [priced] = [one for one in found.cost.assumptions if one.startswith("Azure Foundry, open models: hosting")]
    assert priced.endswith("as of 19 Mar 2026.")
    [route] = [one for one in found.routes if one.id == "azure"]
    assert route.sentence.endswith("As of 6 Oct 2026.")


def test_training_of_500_rows() -> None:
    assert training_cost(rows=500, tokens_per_row=1000, epochs=3, price=0.5) == pytest.approx(0.75)


def test_an_h100_for_a_month() -> None:
    assert hosting_cost(8) == pytest.approx(5840)
    assert hosting_cost(8, replicas=2) == pytest.approx(11_680)


def test_the_break_even_of_a_rented_server() -> None:
    plain = CallShape(1500, 200)
    cached = CallShape(1500, 200, 0.8, 1.0, is_cached=True)
    costs = [call_cost(shape, PRICES) for shape in (plain, cached)]
    assert costs == [pytest.approx(0.0025), pytest.approx(0.00142)]
    found = [TunedCosts(cost or 0.0, 0.0, 5840, 0.0, 12).break_even for cost in costs]
    assert found == [pytest.approx(2.34e6, rel=0.002), pytest.approx(4.11e6, rel=0.002)]


def test_hosting_decides_and_not_training() -> None:
    prices = TokenPrices(0.4, 1.6)
    before, after = (call_cost(CallShape(tokens, 200), prices) for tokens in (1500, 300))
    assert before is not None
    assert after is not None
    assert TunedCosts(before, after, hosting_cost(1.7), 0.0, 12).break_even == pytest.approx(2.59e6, rel=0.002)


@pytest.mark.parametrize(("written", "monthly"), [(None, 2688), (1.25, 2768)])
def test_a_month_with_caching(written: float | None, monthly: float) -> None:
    prices = replace(PRICES, cache_write=written)
    cost = call_cost(CallShape(2400, 180, 2000 / 2400, 0.9, is_cached=True), prices)
    assert cost is not None
    assert 1_600_000 * cost == pytest.approx(monthly)
    assert call_cost(CallShape(2400, 180), prices) == pytest.approx(0.0033)


def test_a_batch_costs_its_factor() -> None:
    shape = CallShape(1000, 0, batch_share=0.5)
    assert call_cost(shape, replace(PRICES, batch=0.5)) == pytest.approx(0.00075)
    assert call_cost(shape, PRICES) is None


def test_a_cache_without_a_price_is_unknown() -> None:
    shape = CallShape(1000, 0, 0.5, 0.9, is_cached=True)
    assert call_cost(shape, TokenPrices(1.0, 5.0)) is None
    assert call_cost(replace(shape, is_cached=False), TokenPrices(1.0, 5.0)) == pytest.approx(0.001)


@pytest.mark.parametrize("tuned", [0.0025, 0.003])
def test_it_never_pays_where_a_tuned_call_costs_as_much(tuned: float) -> None:
    costs = TunedCosts(0.0025, tuned, 100.0, 1000.0, 12)
    assert costs.break_even is None
    assert costs.gain_needed(1_000_000, 1.5) >= costs.monthly


@pytest.mark.parametrize(("left", "months"), [(None, 12), (30.0, 12), (5.5, 5.5), (-1.0, 0)])
def test_a_base_model_is_used_for_at_most_a_year(left: float | None, months: float) -> None:
    assert base_months(left) == months


@pytest.mark.parametrize(("yearly", "monthly"), [(None, 100.0), (0, 100.0), (1, 100.56), (12, 106.72)])
def test_training_again_is_a_monthly_cost(yearly: int | None, monthly: float) -> None:
    """640 rows of 1,000 tokens, three epochs at $2 a million, a quarter, half and all of them: $6.72."""
    rich = scenarios.data_rich()
    costs = replace(rich.goals.costs, hosting_usd=100.0, fixed_usd=None, training_usd=2.0, epochs=3)
    goals = replace(rich.goals, costs=replace(costs, retraining_per_year=yearly))
    found = decided(replace(rich, goals=goals))
    assert found.cost.hosting_usd == pytest.approx(monthly)
    untrained = decided(replace(rich, goals=goals, training=None))
    assert untrained.cost.hosting_usd == pytest.approx(100.0)


def test_swings_are_sorted_and_leave_out_zero() -> None:
    costs = TunedCosts(0.003832, 0.0, 5840, 12_000, 12)
    bars = swings(costs)
    assert [bar.input for bar in bars] == ["prompt", "hosting", "months", "fixed"]
    hosting = bars[1]
    assert hosting.at_half == pytest.approx((2920 + 1000) / 0.003832)
    assert hosting.at_double == pytest.approx((11_680 + 1000) / 0.003832)


def test_an_input_that_hardly_moves_the_break_even_has_no_bar() -> None:
    # Twice $0.96 spent once, over a year, is 16 cents a month beside $5,840.
    bars = swings(TunedCosts(0.0069, 0.0, 5840, 0.96, 12))
    assert [bar.input for bar in bars] == ["prompt", "hosting"]


def test_a_swing_that_never_pays_comes_first() -> None:
    bars = swings(TunedCosts(0.003, 0.002, 100, 1200, 12))
    assert [bar.input for bar in bars[:2]] == ["prompt", "tuned"]
    assert bars[0].at_half is None
    assert bars[1].at_double is None


amounts = st.floats(0.0001, 1e6)


@given(st.builds(TunedCosts, amounts, amounts, amounts, amounts, st.floats(0.5, 12)), st.floats(0, 1e9))
def test_a_gain_is_needed_exactly_below_the_break_even(costs: TunedCosts, volume: float) -> None:
    needed = costs.gain_needed(volume, 1.0)
    if costs.break_even is None:
        assert needed >= 0
    elif volume > costs.break_even * 1.0001:
        assert needed < 0
    elif volume < costs.break_even * 0.9999:
        assert needed > 0


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_cache_whose_writes_are_free_never_costs_more(stable: float, hits: float, more: float) -> None:
    shape = CallShape(2000, 100, stable, hits, is_cached=True)
    cached = call_cost(shape, PRICES)
    plain = call_cost(CallShape(2000, 100), PRICES)
    better = call_cost(replace(shape, hit_rate=max(hits, more)), PRICES)
    assert cached is not None
    assert plain is not None
    assert better is not None
    assert better <= cached + 1e-12
    assert cached <= plain + 1e-12
