"""Token counts and costs reported by servers."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.listening import Engine, address
from tests.fakes.provider import JSON, FakeProvider, Hold, Reply, Request, Send, models, status, stream, usage, whole
from workbench.core.billing import bill
from workbench.core.lanes import Endpoint
from workbench.core.price_sheet import has_prices
from workbench.core.usage import Usage, UsageDetails
from workbench.engine.child.model_listing import price_rows
from workbench.engine.child.usage_reader import usage_of


@pytest.fixture
def engine(shared_engine: Engine) -> Engine:
    return shared_engine


def details(data: dict[str, Any]) -> UsageDetails:
    found = usage_of({"prompt_tokens": 100, "completion_tokens": 50, **data})
    assert found is not None
    return found.details


def upstream(usd: float | None) -> dict[str, Any]:
    """Return the details in which OpenRouter reports the provider's charge for the user's own key."""
    return {"cost_details": {"upstream_inference_cost": usd}}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"prompt_tokens_details": {"audio_tokens": 3, "image_tokens": 4}}, UsageDetails(input_audio=3, input_image=4)),
        ({"completion_tokens_details": {"audio_tokens": 3}}, UsageDetails(output_audio=3)),
        ({"server_tool_use": {"web_search_requests": 2}}, UsageDetails(searches=2)),
        ({"server_side_tool_usage_details": {"web_search_calls": 2}}, UsageDetails(searches=2)),
        ({"num_search_queries": 2, "citation_tokens": 9}, UsageDetails(searches=2, citations=9)),
        ({"cost": 0.25}, UsageDetails(reported_usd=0.25)),
        ({"cost": {"total_cost": 0.25}}, UsageDetails(reported_usd=0.25)),
        ({"cost_in_usd_ticks": 2_500_000_000}, UsageDetails(reported_usd=0.25)),
        ({"cost": 0.05, "is_byok": True, **upstream(0.95)}, UsageDetails(reported_usd=1.0)),
        ({"cost": 0, "is_byok": True, **upstream(0.95)}, UsageDetails(reported_usd=0.95)),
        ({"cost": 0.95, "is_byok": False, **upstream(0.95)}, UsageDetails(reported_usd=0.95)),
        ({"cost": 0.95, **upstream(0.95)}, UsageDetails(reported_usd=0.95)),
        ({"cost": 0.05, "is_byok": True}, UsageDetails()),
        ({"cost": 0.05, "is_byok": True, **upstream(None)}, UsageDetails()),
        ({"cost": 0.05, "is_byok": True, **upstream(-1)}, UsageDetails()),
        ({"cost": -1}, UsageDetails()),
        ({"cost": float("nan")}, UsageDetails()),
        ({"cost": "0.25"}, UsageDetails()),
        ({"cost": True}, UsageDetails()),
        ({"cache_creation": {"ephemeral_1h_input_tokens": 5}}, UsageDetails(written_1h=5)),
        ({"service_tier": "flex"}, UsageDetails(tier="flex")),
    ],
)
def test_usage_details_of_all_providers_are_read(data: dict[str, Any], expected: UsageDetails) -> None:
    assert details(data) == expected


def test_separately_counted_reasoning_tokens_are_added_to_output() -> None:
    beside = {"prompt_tokens": 10, "completion_tokens": 5, "completion_tokens_details": {"reasoning_tokens": 7}}
    assert usage_of({**beside, "total_tokens": 22}) == Usage(10, 12, None, 7)
    assert usage_of({**beside, "completion_tokens": 12, "total_tokens": 22}) == Usage(10, 12, None, 7)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.dictionaries(st.sampled_from(["cost", "cached_tokens", "audio_tokens", "x"]), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ["prompt_tokens", "completion_tokens", "prompt_tokens_details", "completion_tokens_details", "cost"]


@given(st.dictionaries(st.sampled_from([*FIELDS, "total_tokens", "server_tool_use", "speed"]), anything))
def test_usage_of_any_object_survives_encoding(data: dict[str, Any]) -> None:
    found = usage_of(data)
    if found is not None:
        assert Usage.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_openrouter_cost_is_read_from_a_stream(engine: Engine, fake: FakeProvider) -> None:
    fake.script(stream("Hi", counted={**usage(9, 4), "cost": 0.0125}))
    found = engine.ask(address(fake.base_url)).usage
    assert (found.details.reported_usd, found.details.reported_by) == (0.0125, "127.0.0.1")


def test_cost_in_proxy_header_is_read(engine: Engine, fake: FakeProvider) -> None:
    reply = whole("Hi")
    fake.script(Reply(reply.steps, headers={**reply.headers, "x-litellm-response-cost": "0.002"}))
    found = engine.ask(address(fake.base_url), stream=False).usage
    assert (found.input, found.details.reported_usd) == (7, 0.002)
    fake.script(Reply(reply.steps, headers={**reply.headers, "x-litellm-response-cost": "a lot"}))
    assert engine.ask(address(fake.base_url), stream=False).usage.details.reported_usd is None


def test_service_tier_of_response_overrides_requested_tier(engine: Engine, fake: FakeProvider) -> None:
    fake.script(stream("Hi", counted=usage()))
    asked = {"service_tier": "flex"}
    assert engine.ask(address(fake.base_url), params=asked).usage.details.tier == "flex"
    body = json.loads(whole("Hi").steps[0].data)  # type: ignore[union-attr]
    fake.script(Reply((Send(json.dumps({**body, "service_tier": "default"}).encode()),), headers=JSON))
    assert engine.ask(address(fake.base_url), params=asked).usage.details.tier == ""


PROXY = {
    "data": [
        {"model_name": "fast", "model_info": {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "id": "x"}},
        {"model_name": "fast", "model_info": {"input_cost_per_token": 9.0}},
        {"model_name": "free", "model_info": {"input_cost_per_token": 0, "output_cost_per_token": 0}},
        {"model_name": "odd", "model_info": None},
        "odd",
    ]
}


def test_prices_of_a_litellm_proxy_are_listed(engine: Engine, fake: FakeProvider) -> None:
    fake.answer = lambda _: Reply((Send(json.dumps(PROXY).encode()),), headers=JSON)
    found = engine.client.list_prices(address(fake.base_url), "sk-proxy-0123456789").result(60)
    assert {name: row["input_cost_per_token"] for name, row in found.items()} == {"fast": 1e-6}
    request = fake.requests[0]
    assert (request.path, request.headers["authorization"]) == ("/v1/model/info", "Bearer sk-proxy-0123456789")


def test_prices_in_a_model_list_are_read(engine: Engine, fake: FakeProvider) -> None:
    listed = {"data": [{"id": "a/b", "pricing": {"prompt": "0.000001", "completion": "0.000002"}}, {"id": "c"}]}

    def answer(request: Request) -> Reply:
        if request.path.endswith("/models"):
            return Reply((Send(json.dumps(listed).encode()),), headers=JSON)
        return status(404)

    fake.answer = answer
    found = engine.client.list_prices(address(fake.base_url)).result(60)
    assert {name: row["output_cost_per_token"] for name, row in found.items()} == {"a/b": 2e-6}


@pytest.mark.parametrize("is_proxy", [True, False])
def test_slow_server_is_asked_for_both_lists_at_once(engine: Engine, fake: FakeProvider, is_proxy: bool) -> None:
    listed = {"data": [{"id": "a/b", "pricing": {"prompt": "0.000001", "completion": "0.000002"}}]}

    def answer(request: Request) -> Reply:
        if request.path.endswith("/models"):
            # The first list comes only after the second one was asked for.
            fake.release()
            return Reply((Send(json.dumps(listed).encode()),), headers=JSON)
        reply = Reply((Send(json.dumps(PROXY).encode()),), headers=JSON) if is_proxy else status(404)
        return replace(reply, before=(Hold(),))

    fake.answer = answer
    found = engine.client.list_prices(address(fake.base_url), "sk-proxy-0123456789").result(60)
    assert list(found) == (["fast"] if is_proxy else ["a/b"])
    assert [request.path for request in fake.requests] == ["/v1/model/info", "/v1/models"]
    assert {request.headers["authorization"] for request in fake.requests} == {"Bearer sk-proxy-0123456789"}


def test_server_without_prices_gives_an_empty_price_list(engine: Engine, fake: FakeProvider) -> None:
    fake.answer = lambda request: models("m") if request.path.endswith("/models") else status(404)
    assert engine.client.list_prices(Endpoint("e", "openai", "E", fake.base_url)).result(60) == {}


@given(anything)
def test_price_list_without_models_is_empty(told: Any) -> None:
    for listed in (told, {"data": told}, {"data": [told]}):
        assert price_rows(listed, "id", lambda item: item) == {}


GOOD = {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}
prices = anything | st.sampled_from([10**400, -1, 1e-6, "1e-6", math.nan, [1e-6]])
rows = st.dictionaries(st.sampled_from([*GOOD, "input_cost_per_second", "litellm_provider", "x"]), prices, max_size=4)
ids = anything | st.sampled_from(["m", "n", "", "m" * 201])


@given(st.lists(anything | st.fixed_dictionaries({"id": ids, "row": anything | rows | st.just(GOOD)}), max_size=5))
def test_malformed_rows_of_a_price_list_are_left_out(listed: list[Any]) -> None:
    found = price_rows({"data": [*listed, {"id": "the good", "row": GOOD}]}, "id", lambda item: item.get("row"))
    assert all(len(model) <= 200 and has_prices(row) for model, row in found.items())
    assert bill(found["the good"], Usage(1_000_000, 1_000_000)) == 3.0
    for row in found.values():
        total = bill(row, Usage(1_000_000, 1_000_000), seconds=1.0)
        assert total is None or (math.isfinite(total) and total >= 0)
