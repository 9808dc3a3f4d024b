"""No server is contacted before the user runs, or opens its list of models."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.fakes.provider import JSON, FakeProvider, Reply, Request, Send, stream, usage
from tests.usecases.making import PATIENCE_S, draft, new_prompt, opened, wait_for
from workbench.app.models.picker_source import WorkbenchPickerSource
from workbench.core.lanes import Endpoint, Lane
from workbench.core.money import source_words
from workbench.core.runs import Result
from workbench.usecases.endpoints import EndpointForm
from workbench.usecases.workbench import Workbench

INFO = {"input_cost_per_token": 1e-3, "output_cost_per_token": 2e-3}
PROXY = {"data": [{"model_name": "fake-1", "model_info": INFO}]}


def proxy(request: Request) -> Reply:
    """Answer like a LiteLLM Proxy."""
    if request.path.endswith("/model/info"):
        return Reply((Send(json.dumps(PROXY).encode()),), headers=JSON)
    return stream("Hi", counted=usage(10, 5))


def added(workbench: Workbench, fake: FakeProvider) -> Endpoint:
    fake.answer = proxy
    saved = workbench.endpoints.save(EndpointForm("Mine", fake.base_url))
    saved.done.result(PATIENCE_S)
    workbench.start_engine()
    return saved.endpoint


def answer(workbench: Workbench, prompt: str, lane: Lane) -> Result:
    handle = workbench.runner.start_iteration(prompt, draft(lane), based_on=None)
    assert handle.wait(PATIENCE_S)
    (output,) = workbench.store.iteration_detail(handle.run_uid).outputs
    return output.result


def test_typing_contacts_no_server_and_a_run_requests_prices(tmp_path: Path) -> None:
    with opened(tmp_path) as (workbench, _):
        with FakeProvider() as fake:
            lane = Lane("a", added(workbench, fake).uid, "fake-1")
            prompt = new_prompt(workbench)
            for text in ("H", "He", "Hello"):
                (found,) = workbench.forecaster.forecast(prompt, draft(lane, text=text, values={})).lanes
                assert found.rates is None
            assert fake.requests == []
            result = answer(workbench, prompt, lane)
            assert result.cost_usd == pytest.approx(10 * 1e-3 + 5 * 2e-3)
            assert source_words(result.rates) == "price list of Mine"
            # A server that takes long, such as one on a busy machine, gets both requests for prices.
            paths = [request.path for request in fake.requests if request.path != "/v1/models"]
            assert sorted(paths) == ["/v1/chat/completions", "/v1/model/info"]
        (found,) = workbench.forecaster.forecast(prompt, draft(lane)).lanes
        assert found.rates is not None
    with opened(tmp_path) as (again, _):
        again.start_engine()
        (found,) = again.forecaster.forecast(prompt, draft(lane)).lanes
        assert found.rates is not None, "the last list is known after a start"


def test_run_gets_prices_after_its_address_is_confirmed(tmp_path: Path) -> None:
    key = "sk-planted-0123456789"
    with opened(tmp_path) as (workbench, _), FakeProvider() as fake, FakeProvider() as other:
        fake.answer = proxy
        form = EndpointForm("Mine", fake.base_url, needs_key=True, key=key)
        saved = workbench.endpoints.save(form, session_only=True)
        saved.done.result(PATIENCE_S)
        moved = EndpointForm("Mine", other.base_url, saved.endpoint.uid, needs_key=True)
        workbench.endpoints.save(moved, session_only=True).done.result(PATIENCE_S)
        other.answer = proxy
        workbench.start_engine()
        lane, prompt = Lane("a", saved.endpoint.uid, "fake-1"), new_prompt(workbench)
        refused = answer(workbench, prompt, lane)
        assert refused.failure is not None
        assert refused.failure.code == "address_not_confirmed"
        assert other.requests == []
        endpoint = workbench.endpoints.find(saved.endpoint.uid)
        assert endpoint is not None
        question = workbench.endpoints.question(endpoint)
        assert question is not None
        workbench.endpoints.confirm(question)
        assert answer(workbench, prompt, lane).cost_usd == pytest.approx(10 * 1e-3 + 5 * 2e-3)
        assert fake.requests == []


def test_fetching_models_in_the_picker_also_loads_prices(tmp_path: Path) -> None:
    with opened(tmp_path) as (workbench, _), FakeProvider() as fake:
        endpoint = added(workbench, fake)
        source = WorkbenchPickerSource(workbench.models)
        source.offer().result(PATIENCE_S)
        assert fake.requests == []
        source.fetch_models(endpoint).exception(PATIENCE_S)
        wait_for(lambda: workbench.pricing.rates_for(endpoint, "fake-1") is not None)


def test_models_listed_by_a_form_are_known_after_saving(tmp_path: Path) -> None:
    with opened(tmp_path) as (workbench, _), FakeProvider() as fake:
        workbench.start_engine()
        form = EndpointForm("Mine", fake.base_url)
        listed = workbench.endpoints.models_of(form).result(PATIENCE_S)
        assert listed
        saved = workbench.endpoints.save(form)
        assert workbench.endpoints.known.get(saved.endpoint) == tuple(listed)


def test_model_list_is_returned_only_after_being_cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path) as (workbench, _), FakeProvider() as fake:
        workbench.start_engine()
        begun, goes_on, put = threading.Event(), threading.Event(), workbench.endpoints.known.put

        def slow(endpoint: Endpoint, models: Sequence[str]) -> None:
            begun.set()
            assert goes_on.wait(PATIENCE_S)
            put(endpoint, models)

        monkeypatch.setattr(workbench.endpoints.known, "put", slow)
        listed = workbench.endpoints.models_of(EndpointForm("Mine", fake.base_url))
        assert begun.wait(PATIENCE_S)
        assert not listed.done()
        goes_on.set()
        assert listed.result(PATIENCE_S)


def test_prices_stored_in_a_history_are_ignored(tmp_path: Path) -> None:
    """Prices stored in a history are ignored: a foreign one could keep a run under the limits."""
    with opened(tmp_path) as (workbench, _):
        path = workbench.store.path
    import sqlite3

    with sqlite3.connect(path) as connection:
        row = ("litellm", "gpt-5-mini", 0.0, 0.0, None, "user", "2026-01-01T00:00:00.000Z")
        connection.execute("INSERT INTO prices VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    connection.close()
    with opened(tmp_path) as (workbench, _):
        litellm = workbench.endpoints.find("litellm")
        assert litellm is not None
        rates = workbench.pricing.rates_for(litellm, "gpt-5-mini")
        assert rates is not None
        assert (rates.source, source_words(rates)) == ("catalogue", "LiteLLM's price list")
