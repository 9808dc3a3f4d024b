"""The list of the model picker: texts, order, and which entry Enter picks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from tests.ui.dialog_support import GATEWAY, OLLAMA, PickerDouble, SentenceError, an_offer, catalogue
from workbench.app.models.endpoint_models import EndpointModels
from workbench.app.models.list_model import ModelListModel
from workbench.app.models.model_index import (
    ModelEntry,
    ModelIndex,
    ModelOffer,
)
from workbench.app.models.picker_row import PICKABLE, tooltip
from workbench.core.lanes import Endpoint
from workbench.core.money import Rates
from workbench.core.runs import Failure
from workbench.engine.calls import EngineError


@given(
    st.lists(st.text("abg5-/. ", min_size=1, max_size=12), max_size=20, unique=True), st.text("abg5-/. ", max_size=6)
)
def test_search_returns_every_plain_match_once_and_only_known_models(ids: list[str], query: str) -> None:
    offer = ModelOffer(tuple(ModelEntry("litellm", model) for model in ids))
    index = ModelIndex(offer.catalogue, offer)
    names = [entry.model for entry in index.search(query).entries]
    assert len(set(names)) == len(names)
    assert set(names) <= set(ids)
    plain = {model for model in ids if all(word in model for word in query.split())}
    assert plain <= set(names)
    assert {entry.model for _, entry in index.similar(query)} <= set(ids)


@pytest.fixture
def source() -> PickerDouble:
    return PickerDouble(models=None)


@pytest.fixture
def model(qtbot: QtBot, source: PickerDouble) -> ModelListModel:
    models = EndpointModels(source)
    made = ModelListModel(models)
    models.setParent(made)
    return made


def titles(model: ModelListModel) -> list[str]:
    return [model.row(i).title for i in range(model.rowCount())]


def test_local_models_are_listed_before_the_catalogue_is_read(model: ModelListModel) -> None:
    assert titles(model) == [
        "On this computer",
        "SmolLM2-135M-Instruct",
        "Echo",
        "GGUF file…",
        "LoRA adapter…",
        "Another server",
        "Your own endpoint…",
        "LiteLLM catalogue",
        "Reading the catalogue…",
    ]


def test_groups_are_in_order_and_headers_cannot_be_selected(model: ModelListModel) -> None:
    gguf = Endpoint("g1", "gguf", "order bot", path="/m/order.gguf")
    model.set_offer(an_offer(endpoints=(OLLAMA, gguf)))
    headers = [row.title for i in range(model.rowCount()) if (row := model.row(i)).kind == "header"]
    assert headers == ["On this computer", "My Ollama", "Another server", "LiteLLM catalogue · 5 models"]
    assert "order bot" in titles(model)
    for i in range(model.rowCount()):
        assert bool(model.flags(model.index(i)).value & 1) == (model.row(i).kind in PICKABLE)


def test_rows_show_provider_context_price_abilities_and_missing_key(model: ModelListModel) -> None:
    model.set_offer(an_offer())
    row = model.row(model.position("litellm", "gpt-5-mini"))
    assert row.note == "OpenAI · 272k context · vision · tools · cache"
    assert row.price == "$0.25 / $2.00 per M"
    assert "API key" in row.no_key
    assert row.spoken.endswith("no key")
    assert not model.row(model.position("litellm", "claude-haiku-4-5")).no_key


def test_manual_price_replaces_the_catalogue_price(model: ModelListModel) -> None:
    model.set_offer(an_offer(prices={("litellm", "gpt-5-mini"): Rates(1e-6, 3e-6, source="user")}))
    assert model.row(model.position("litellm", "gpt-5-mini")).price == "$1.00 / $3.00 per M"


def test_typed_id_is_offered_for_litellm_and_every_endpoint(model: ModelListModel) -> None:
    model.set_offer(an_offer())
    model.set_query("openai/foo-9")
    typed = [row for i in range(model.rowCount()) if (row := model.row(i)).kind == "typed"]
    assert [(row.entry.endpoint, row.entry.model) for row in typed if row.entry] == [
        ("litellm", "openai/foo-9"),
        (OLLAMA.uid, "openai/foo-9"),
    ]
    assert typed[0].title == "Use “openai/foo-9” as typed"
    assert typed[0].no_key
    assert model.best_position() == titles(model).index(typed[0].title)


def test_listed_id_is_not_offered_as_typed(model: ModelListModel) -> None:
    model.set_offer(an_offer(endpoints=()))
    model.set_query("gpt-5-mini")
    assert not any("as typed" in title for title in titles(model))
    model.set_query("gpt-5 mini")
    assert not any("as typed" in title for title in titles(model))


def test_typed_id_without_provider_shows_an_example(model: ModelListModel) -> None:
    model.set_offer(an_offer(endpoints=()))
    model.set_query("foo")
    assert "openai/foo" in model.row(model.best_position()).note


@pytest.mark.parametrize(
    "query", ["http://127.0.0.1:8000", "https://llm.example/v1", "localhost:1234", "10.0.0.7/v1", "[::1]:80"]
)
def test_address_offers_only_a_new_endpoint(model: ModelListModel, query: str) -> None:
    model.set_offer(an_offer())
    model.set_query(query)
    assert [model.row(i).kind for i in range(model.rowCount())] == ["header", "endpoint"]


@pytest.mark.parametrize("query", ["endpoint", "own endpoint", "openai-compatible", "OpenAI compatible", "lm studio"])
def test_search_for_an_endpoint_selects_the_entry_that_adds_one(model: ModelListModel, query: str) -> None:
    model.set_offer(an_offer())
    model.set_query(query)
    assert model.row(model.best_position()).kind == "endpoint"


@pytest.mark.parametrize("query", ["openai", "gpt", "openai/localhost", "localhost-7b", "1.0.0.0b"])
def test_search_for_a_model_does_not_offer_a_new_endpoint(model: ModelListModel, query: str) -> None:
    model.set_offer(an_offer())
    model.set_query(query)
    assert "Your own endpoint…" not in titles(model)


def test_models_of_an_endpoint_are_listed_when_they_arrive(
    qtbot: QtBot, source: PickerDouble, model: ModelListModel
) -> None:
    model.set_offer(an_offer())
    models = model.findChild(EndpointModels)
    assert models is not None
    models.load(OLLAMA)
    assert f"Loading models from {OLLAMA.base_url}…" in titles(model)
    source.fetches[0][1].set_result(("llama3.2:3b",))
    qtbot.waitUntil(lambda: model.position(OLLAMA.uid, "llama3.2:3b") >= 0)
    assert not any(title.startswith("Loading models") for title in titles(model))


def test_unreachable_endpoint_shows_the_reason_and_can_be_reloaded(
    qtbot: QtBot, source: PickerDouble, model: ModelListModel
) -> None:
    model.set_offer(an_offer())
    models = model.findChild(EndpointModels)
    assert models is not None
    models.load(OLLAMA)
    source.fetches[0][1].set_exception(SentenceError("Nothing answers there. Start the server."))
    qtbot.waitUntil(lambda: "Load models of My Ollama again" in titles(model))
    retry = model.row(titles(model).index("Load models of My Ollama again"))
    assert (retry.kind, retry.note) == ("retry", "Nothing answers there. Start the server.")
    assert "sk-never-shown" not in retry.spoken


def test_endpoint_without_models_is_reported(qtbot: QtBot, source: PickerDouble, model: ModelListModel) -> None:
    model.set_offer(an_offer())
    models = model.findChild(EndpointModels)
    assert models is not None
    models.load(OLLAMA)
    source.fetches[0][1].set_result(())
    qtbot.waitUntil(lambda: any("reports no models" in model.row(i).note for i in range(model.rowCount())))


def test_closing_the_list_cancels_its_requests(qtbot: QtBot, source: PickerDouble, model: ModelListModel) -> None:
    models = model.findChild(EndpointModels)
    assert models is not None
    models.load(OLLAMA)
    models.close()
    assert source.fetches[0][1].cancelled()


def test_similar_models_are_listed_last_and_only_without_a_match(
    qtbot: QtBot, source: PickerDouble, model: ModelListModel
) -> None:
    model.set_offer(an_offer(endpoints=(OLLAMA, replace(GATEWAY, needs_key=False))))
    models = model.findChild(EndpointModels)
    assert models is not None
    models.load(OLLAMA)
    source.fetches[0][1].set_result(("clear-haiku",))
    qtbot.waitUntil(lambda: model.position(OLLAMA.uid, "clear-haiku") >= 0)
    model.set_query("clhai")
    shown = titles(model)
    assert shown[-3:] == ["Similar", "clear-haiku", "claude-haiku-4-5"]
    assert shown.index("As typed") < shown.index("Similar")
    assert model.best_position() == -1  # ambiguous: two servers could have it
    assert "arrow keys" in model.advice()
    model.set_query("claude")
    assert model.position(OLLAMA.uid, "clear-haiku") < 0
    assert "Similar" not in titles(model)


def test_best_match_is_selected_in_any_group(qtbot: QtBot, source: PickerDouble, model: ModelListModel) -> None:
    model.set_offer(an_offer())
    models = model.findChild(EndpointModels)
    assert models is not None
    models.load(OLLAMA)
    source.fetches[0][1].set_result(("my-gpt-5", "gpt-5-mini"))
    qtbot.waitUntil(lambda: model.position(OLLAMA.uid, "my-gpt-5") >= 0)
    for query, picked in (("gpt-5", ("litellm", "gpt-5")), ("gpt-5-mini", (OLLAMA.uid, "gpt-5-mini"))):
        model.set_query(query)
        entry = model.row(model.best_position()).entry
        assert entry is not None
        assert (entry.endpoint, entry.model) == picked


@pytest.mark.parametrize(
    ("query", "current", "picked"),
    [
        ("acme-mini", ("litellm", "gpt-5"), None),
        ("acme-mini", (GATEWAY.uid, "other"), GATEWAY.uid),
        ("openai/acme-mini", ("litellm", "gpt-5"), "litellm"),
    ],
)
def test_typed_id_that_several_servers_could_have_selects_none(
    source: PickerDouble, query: str, current: tuple[str, str], picked: str | None
) -> None:
    models = EndpointModels(source)
    model = ModelListModel(models, current=current)
    models.setParent(model)
    model.set_offer(an_offer(endpoints=(OLLAMA, GATEWAY)))
    model.set_query(query)
    row = model.row(model.best_position()) if model.best_position() >= 0 else None
    assert (row.entry.endpoint if row and row.entry else None) == picked
    assert picked is not None or "Several servers" in model.advice()


@pytest.mark.parametrize(
    ("query", "current", "known", "picked"),
    [
        ("acme-m", (GATEWAY.uid, "other"), (), (GATEWAY.uid, "acme-m")),
        ("acme-mini", (GATEWAY.uid, "other"), (), ("litellm", "acme-mini")),
        ("acme-m", (GATEWAY.uid, "other"), ("other",), ("litellm", "acme-mini")),
        ("acme-m", ("litellm", "gpt-5"), (), ("litellm", "acme-mini")),
        ("cme-mini", (GATEWAY.uid, "other"), ("other",), (GATEWAY.uid, "cme-mini")),
        ("cme-mini", ("litellm", "gpt-5"), (), None),
        # A name that resembles a provider's says nothing about the endpoint.
        ("gpt-4o-acme", (GATEWAY.uid, "other"), ("other",), (GATEWAY.uid, "gpt-4o-acme")),
        ("gpt-4o-acme", (GATEWAY.uid, "other"), (), (GATEWAY.uid, "gpt-4o-acme")),
        ("claude-acme", (GATEWAY.uid, "other"), (), (GATEWAY.uid, "claude-acme")),
        ("anthropic/claude-acme", (GATEWAY.uid, "other"), (), ("litellm", "anthropic/claude-acme")),
        # Other separators make another name.
        ("acme.mini", (GATEWAY.uid, "other"), (), (GATEWAY.uid, "acme.mini")),
        ("acmemini", ("litellm", "gpt-5"), ("other",), None),
        # It matches the start of a later word, but the user's own server could have a model of exactly this name.
        ("mini", ("litellm", "gpt-5"), (), None),
    ],
)
def test_partial_name_does_not_select_another_server_than_the_lanes(
    source: PickerDouble, query: str, current: tuple[str, str], known: tuple[str, ...], picked: tuple[str, str] | None
) -> None:
    """A beginning is, once it is known that this server has no such model; the middle of a word never is."""
    models = EndpointModels(source)
    model = ModelListModel(models, current=current)
    models.setParent(model)
    another = (*catalogue(), ModelEntry("litellm", "acme-mini", "acme"))
    model.set_offer(an_offer(endpoints=(OLLAMA, GATEWAY), catalogue=another))
    models.load(GATEWAY, known)
    model.set_query(query)
    row = model.row(model.best_position()) if model.best_position() >= 0 else None
    assert ((row.entry.endpoint, row.entry.model) if row and row.entry else None) == picked


def test_typed_id_is_not_selected_before_the_endpoints_are_known(model: ModelListModel) -> None:
    model.set_query("acme-mini")
    assert model.best_position() == -1
    assert "being read" in model.advice()


def test_last_known_models_stay_listed_when_the_server_is_unreachable(
    qtbot: QtBot, source: PickerDouble, model: ModelListModel
) -> None:
    model.set_offer(an_offer(known={OLLAMA.uid: ("llama3.2:3b",)}))
    models = model.findChild(EndpointModels)
    assert models is not None
    models.load(OLLAMA, ("llama3.2:3b",))
    assert model.row(model.position(OLLAMA.uid, "llama3.2:3b")).warning == ""
    source.fetches[0][1].set_exception(SentenceError("Nothing answers there. Start the server."))
    qtbot.waitUntil(lambda: "My Ollama · not reachable" in titles(model))
    row = model.row(model.position(OLLAMA.uid, "llama3.2:3b"))
    assert (row.warning, row.reason) == ("not reachable", "Nothing answers there. Start the server.")
    assert "not reachable" in row.spoken
    models.load(OLLAMA)
    source.fetches[1][1].set_result(("phi4",))
    qtbot.waitUntil(lambda: model.position(OLLAMA.uid, "phi4") >= 0)
    assert model.position(OLLAMA.uid, "llama3.2:3b") < 0
    assert model.row(model.position(OLLAMA.uid, "phi4")).warning == ""


def test_server_that_rejects_the_key_is_not_called_unreachable(
    qtbot: QtBot, source: PickerDouble, model: ModelListModel
) -> None:
    model.set_offer(an_offer())
    models = model.findChild(EndpointModels)
    assert models is not None
    models.load(OLLAMA, ("llama3.2:3b",))
    source.fetches[0][1].set_exception(EngineError(Failure("bad_key", "The key is wrong.")))
    qtbot.waitUntil(lambda: "My Ollama · last known list" in titles(model))


TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("day", "warning"),
    [
        (date(2025, 9, 1), "retired 2025-09-01"),
        (date(2027, 1, 5), "retires on 2027-01-05"),
        (date(2028, 1, 5), ""),
        (None, ""),
    ],
)
def test_row_warns_that_its_model_is_retiring(model: ModelListModel, day: date | None, warning: str) -> None:
    entry = ModelEntry("litellm", "gpt-old", "openai", retires=day)
    model.set_offer(an_offer(catalogue=(entry,), today=TODAY))
    row = model.row(model.position("litellm", "gpt-old"))
    assert row.warning == warning
    assert bool(row.reason) == bool(warning)
    assert warning in row.spoken


def test_lane_model_with_provider_prefix_is_found_in_the_catalogue(source: PickerDouble) -> None:
    models = EndpointModels(source)
    model = ModelListModel(models, current=("litellm", "openai/gpt-old"))
    models.setParent(model)
    entry = ModelEntry("litellm", "gpt-old", "openai", rates=Rates(1e-6, 2e-6), retires=date(2025, 9, 1))
    model.set_offer(an_offer(catalogue=(entry,), today=TODAY))
    row = model.row(model.best_position())
    assert (row.title, row.warning) == ("openai/gpt-old", "retired 2025-09-01")
    assert row.price == "$1.00 / $2.00 per M"


def test_unreadable_catalogue_shows_a_message(model: ModelListModel) -> None:
    model.set_offer(ModelOffer(), trouble="The list of models is missing. Reinstall.")
    assert titles(model)[-1] == "The list of models is missing. Reinstall."


def test_missing_built_in_model_shows_a_hint(model: ModelListModel) -> None:
    model.set_offer(ModelOffer(builtin_note="Not installed. Do this."))
    assert model.row(1).note == "Not installed. Do this."


def test_tooltip_escapes_model_names() -> None:
    assert "<img" not in tooltip("<img src=x>", "b")
