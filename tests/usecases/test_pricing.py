"""Costs of calls: by the list that comes with LiteLLM, by prices set by hand, and by reports of a gateway."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest

from tests.patience import PATIENCE_S
from workbench.core.lanes import FIXED_ENDPOINTS, Endpoint
from workbench.core.money import Rates, Usage, UsageDetails, cost, saved, source_words
from workbench.core.runs import Failure, Result, Timing
from workbench.engine.calls import EngineError
from workbench.engine.catalogue import ModelCatalogue
from workbench.engine.estimate import total
from workbench.engine.price_list import gateway_row, rates_of
from workbench.host.provider_choices import ProviderChoices
from workbench.usecases.gateway_prices import FRESH_S, RETRY_S, GatewayPrices, Rows
from workbench.usecases.pricing import Pricing

LITELLM = FIXED_ENDPOINTS[2]
GATEWAY = Endpoint("g", "openai", "Acme proxy", "http://127.0.0.1:9/v1")
GEMINI = "gemini/gemini-2.5-pro"


@pytest.fixture(scope="module")
def catalogue() -> ModelCatalogue:
    return ModelCatalogue.load()


@pytest.fixture
def pricing(catalogue: ModelCatalogue) -> Pricing:
    return Pricing(ProviderChoices(), rates_in(catalogue), lambda: "2026-01-01T00:00:00.000Z")


def rates_in(catalogue: ModelCatalogue) -> Any:
    def rates(model: str) -> Rates | None:
        info = catalogue.get(model)
        return info and info.rates

    return rates


def result(usage: Usage, **more: Any) -> Result:
    return Result("finished", "x", usage=usage, request={"model": "m"}, **more)


def test_long_prompts_are_priced_by_their_tier(pricing: Pricing) -> None:
    made = pricing.price(result(Usage(300_000, 1_000)), LITELLM, GEMINI)
    assert made.cost_usd == pytest.approx(0.3 * 2.5 + 0.001 * 15)
    assert source_words(made.rates) == "LiteLLM's price list"
    assert made.rates is not None
    assert made.rates.sheet["input_cost_per_token_above_200k_tokens"] == 2.5e-6


def test_each_request_is_priced_by_its_own_tier(pricing: Pricing) -> None:
    short, long = Usage(150_000, 500), Usage(300_000, 500)
    both = replace(Usage(450_000, 1_000), rounds=(short, long))
    made = pricing.price(result(both), LITELLM, GEMINI)
    assert made.cost_usd == pytest.approx(0.15 * 1.25 + 0.0005 * 10 + 0.3 * 2.5 + 0.0005 * 15)


def test_cache_savings_use_the_price_of_the_tier(pricing: Pricing) -> None:
    rates = pricing.rates_for(LITELLM, GEMINI)
    assert rates is not None
    long = Usage(300_000, 0, cached=200_000)
    assert saved(long, rates) == pytest.approx(cost(replace(long, cached=0), rates) - cost(long, rates))  # type: ignore[operator]


def test_price_per_second_is_multiplied_by_the_duration(catalogue: ModelCatalogue) -> None:
    named = next(
        m for m in catalogue.models if m.rates and "input_cost_per_second" in m.rates.sheet and not m.rates.input
    )
    priced = Pricing(ProviderChoices(), rates_in(catalogue), lambda: "2026-01-01T00:00:00.000Z")
    timing = Timing(0, 100, 200, 2_100)
    made = priced.price(result(Usage(10, 10), timing=timing), LITELLM, named.id)
    assert named.rates is not None
    assert made.cost_usd == pytest.approx(2.0 * named.rates.sheet["input_cost_per_second"])


def reported(usd: float) -> Usage:
    return Usage(10, 20, details=UsageDetails(reported_usd=usd, reported_by="openrouter.ai"))


def test_reported_cost_is_used_and_its_source_named(pricing: Pricing) -> None:
    made = pricing.price(result(reported(0.25)), LITELLM, "openrouter/no-such-model")
    assert (made.cost_usd, source_words(made.rates)) == (0.25, "reported by openrouter.ai")
    listed = pricing.price(result(reported(0.0)), LITELLM, GEMINI)
    assert (listed.cost_usd, source_words(listed.rates)) == (0.0, "reported by openrouter.ai")
    assert listed.rates is not None
    assert listed.rates.sheet


def test_cost_reported_by_one_of_two_requests_gives_no_total(pricing: Pricing) -> None:
    both = replace(Usage(20, 40), rounds=(reported(0.25), Usage(10, 20)))
    assert pricing.price(result(both), LITELLM, "openrouter/no-such-model").cost_usd is None
    whole = replace(Usage(20, 40), rounds=(reported(0.25), reported(0.5)))
    assert pricing.price(result(whole), LITELLM, "openrouter/no-such-model").cost_usd == 0.75


def test_cost_reported_without_tokens_is_included_in_the_total(pricing: Pricing) -> None:
    bare = replace(reported(0.5), input=None, output=None)
    both = total((reported(0.25), bare))
    assert (both.input, both.output) == (10, 20)
    assert pricing.price(result(both), LITELLM, "openrouter/no-such-model").cost_usd == 0.75
    assert pricing.price(result(total((bare, bare, Usage()))), LITELLM, GEMINI).cost_usd == 1.0


def test_tokens_counted_by_one_of_two_requests_give_no_cost(pricing: Pricing) -> None:
    both = total((Usage(10, 20), replace(reported(0.5), input=None, output=None)))
    assert pricing.price(result(both), LITELLM, GEMINI).cost_usd is None
    assert cost(both, Rates(1.0, 1.0)) is None


def test_manual_price_without_tokens_keeps_the_reported_cost(catalogue: ModelCatalogue) -> None:
    prices = ProviderChoices()
    prices.set_price(GATEWAY.uid, "m", Rates(1e-3, 2e-3))
    pricing = Pricing(prices, rates_in(catalogue), lambda: "now")
    made = pricing.price(result(replace(reported(0.25), input=None, output=None)), GATEWAY, "m")
    assert (made.cost_usd, source_words(made.rates)) == (0.25, "reported by openrouter.ai")


def test_manual_price_overrides_lists_and_reports(catalogue: ModelCatalogue) -> None:
    prices = ProviderChoices()
    prices.set_price(GATEWAY.uid, "m", Rates(1e-3, 2e-3))
    pricing = Pricing(prices, rates_in(catalogue), lambda: "now", GatewayPrices(answers({"m": ROW}), lambda: 0.0))
    made = pricing.price(result(reported(0.25)), GATEWAY, "m")
    assert (made.cost_usd, source_words(made.rates)) == (pytest.approx(0.05), "your own price")


ROW = {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "input_cost_per_token_above_128k_tokens": 4e-6}


def answers(rows: Rows | Failure, asked: list[str] | None = None) -> Any:
    def ask(endpoint: Endpoint) -> Future[Rows]:
        if asked is not None:
            asked.append(endpoint.uid)
        done: Future[Rows] = Future()
        if isinstance(rows, Failure):
            done.set_exception(EngineError(rows))
        else:
            done.set_result(rows)
        return done

    return ask


def test_gateway_price_list_is_used_and_named(catalogue: ModelCatalogue) -> None:
    asked: list[str] = []
    gateways = GatewayPrices(answers({"m": ROW}, asked), lambda: 0.0)
    pricing = Pricing(ProviderChoices(), rates_in(catalogue), lambda: "now", gateways)
    pricing.prepare(GATEWAY)
    made = pricing.price(result(Usage(200_000, 0)), GATEWAY, "m")
    assert (made.cost_usd, source_words(made.rates)) == (pytest.approx(0.8), "price list of Acme proxy")
    assert pricing.price(result(Usage(10, 0)), GATEWAY, "gpt-5").cost_usd is None, "its own list, not LiteLLM's"
    assert asked == ["g"], "the list is requested once"
    pricing.prepare(LITELLM)
    assert asked == ["g"]


@pytest.mark.parametrize(("rows", "after"), [({"m": ROW}, FRESH_S), ({}, RETRY_S), (Failure("x", "No."), RETRY_S)])
def test_price_list_is_requested_again_after_its_lifetime(rows: Mapping[str, Any] | Failure, after: float) -> None:
    now = [0.0]
    asked: list[str] = []
    gateways = GatewayPrices(answers(rows, asked), lambda: now[0])
    for now[0], times in ((0.0, 1), (after, 1), (after + 1, 2), (after + 2, 2)):
        gateways.prepare(GATEWAY)
        gateways.rates(GATEWAY, "m")
        assert len(asked) == times


def test_reading_rates_requests_no_list() -> None:
    asked: list[str] = []
    gateways = GatewayPrices(answers({"m": ROW}, asked), lambda: 0.0)
    assert (gateways.known_rates(GATEWAY, "m"), gateways.rates(GATEWAY, "m")) == (None, None)
    assert asked == []


def test_failed_refresh_keeps_the_last_price_list() -> None:
    now, told = [0.0], [{"m": ROW}, Failure("x", "No.")]
    gateways = GatewayPrices(lambda endpoint: answers(told.pop(0))(endpoint), lambda: now[0])
    gateways.prepare(GATEWAY)
    now[0] = FRESH_S + 1
    gateways.prepare(GATEWAY)
    assert told == []
    assert gateways.rates(GATEWAY, "m") is not None


def test_unsent_price_request_can_be_repeated_at_once() -> None:
    """Such as to an address that was not confirmed yet."""
    answered: list[Rows] = []

    def ask(endpoint: Endpoint) -> Future[Rows]:
        if not answered:
            raise EngineError(Failure("address_not_confirmed", "Confirm it."))
        return answers(answered[0])(endpoint)  # type: ignore[no-any-return]

    gateways = GatewayPrices(ask, lambda: 0.0)
    gateways.prepare(GATEWAY)
    assert gateways.rates(GATEWAY, "m") is None
    answered.append({"m": ROW})
    gateways.prepare(GATEWAY)
    assert gateways.rates(GATEWAY, "m") is not None


def test_waiting_keyring_does_not_block_other_endpoints() -> None:
    asked, unlocked = threading.Event(), threading.Event()

    def ask(endpoint: Endpoint) -> Future[Rows]:
        if endpoint is GATEWAY:
            asked.set()
            unlocked.wait(PATIENCE_S)
        return answers({"m": ROW})(endpoint)  # type: ignore[no-any-return]

    gateways = GatewayPrices(ask, lambda: 0.0)
    waiting = threading.Thread(target=gateways.prepare, args=(GATEWAY,))
    waiting.start()
    try:
        assert asked.wait(PATIENCE_S)
        other = replace(GATEWAY, uid="other")
        gateways.prepare(other)
        found = [gateways.known_rates(GATEWAY, "m"), gateways.rates(other, "m")]
        assert not unlocked.is_set()
    finally:
        unlocked.set()
        waiting.join(PATIENCE_S)
    assert found[0] is None
    assert found[1] is not None
    assert gateways.rates(GATEWAY, "m") is not None


def test_unanswered_price_list_is_waited_for_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends of calls are worked on one after the other."""
    now = [0.0]
    waits: list[float | None] = []
    monkeypatch.setattr(threading.Event, "wait", lambda self, timeout=None: waits.append(timeout))
    gateways = GatewayPrices(lambda endpoint: Future(), lambda: now[0])
    gateways.prepare(GATEWAY)
    for now[0] in (0.5, 2.0, 60.0):
        assert gateways.rates(GATEWAY, "m") is None
    assert waits == [1.5, 0.0, 0.0]


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"input_cost_per_token": 0, "output_cost_per_token": 0},
        {"input_cost_per_token": "x"},
        {"input_cost_per_token": True},
        {"tiered_pricing": "x"},
        {"input_cost_per_request": 0.005, "output_cost_per_token": 1e-6},
        # A half-valid price would look complete.
        {"input_cost_per_token": -1e-6, "output_cost_per_token": 2e-6},
        {"input_cost_per_token": 2e-6, "output_cost_per_token": "NaN"},
        {"input_cost_per_token": 1e300, "output_cost_per_token": 2e-6},
        gateway_row({"prompt": "-1", "completion": "0.000002"}),
        gateway_row({"prompt": "0.000002", "completion": "7"}),
    ],
)
def test_row_without_a_valid_price_returns_none(row: dict[str, Any]) -> None:
    assert rates_of("m", "acme", row) is None


def test_free_input_with_priced_output_is_valid() -> None:
    rates = rates_of("m", "acme", gateway_row({"prompt": "0", "completion": "0.000002"}))
    assert cost(Usage(1_000, 500), rates) == pytest.approx(0.001)


def test_closed_engine_leaves_rates_unknown_without_an_error() -> None:
    def closed(endpoint: Endpoint) -> Future[Rows]:
        raise EngineError(Failure("closed", "The engine was closed."))

    gateways = GatewayPrices(closed, lambda: 0.0)
    gateways.prepare(GATEWAY)
    assert gateways.rates(GATEWAY, "m") is None


def test_prices_written_as_text_are_read_as_numbers() -> None:
    rates = rates_of("m", "acme", {"input_cost_per_token": "1e-6", "output_cost_per_token": "2e-6"})
    assert rates is not None
    assert (rates.input, rates.output) == (1e-6, 2e-6)
    assert cost(Usage(1_000, 500), rates) == pytest.approx(0.002)
