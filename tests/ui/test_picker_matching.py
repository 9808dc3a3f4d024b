"""How models of the picker are written, matched and ranked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.ui.dialog_support import an_offer
from workbench.app.fuzzy import MatchCloseness
from workbench.app.models.model_index import (
    ModelEntry,
    ModelIndex,
    ModelOffer,
    show_abilities,
    show_context,
    show_dollars,
    show_price,
)
from workbench.core.money import FREE, Rates


@pytest.mark.parametrize(
    ("tokens", "text"),
    [(None, ""), (0, ""), (512, "512"), (8192, "8k"), (128_000, "128k"), (999_999, "1M"), (1_048_576, "1.05M")],
)
def test_context_length_is_abbreviated(tokens: int | None, text: str) -> None:
    assert show_context(tokens) == text


@pytest.mark.parametrize(
    ("usd", "text"), [(2, "$2.00"), (0.075, "$0.075"), (0.00001, "< $0.0001"), (0, "$0.00"), (1234.5, "$1,234.50")]
)
def test_prices_keep_their_significant_digits(usd: float, text: str) -> None:
    assert show_dollars(usd) == text


def test_unknown_price_is_never_shown_as_zero() -> None:
    assert show_price(None) == "price unknown"
    assert show_price(FREE) == "free"
    assert show_price(Rates(0.25e-6, 2e-6)) == "$0.25 / $2.00 per M"


def test_abilities_have_a_fixed_order() -> None:
    assert show_abilities(frozenset({"cache", "vision", "tools"})) == "vision · tools · cache"


def found(query: str) -> list[str]:
    offer = an_offer()
    return [entry.model for entry in ModelIndex(offer.catalogue, offer).search(query).entries]


def test_usable_models_are_listed_first_without_a_query() -> None:
    assert found("")[:2] == ["claude-haiku-4-5", "openrouter/openai/gpt-5-mini"]


def test_matches_rank_by_exact_name_then_known_key_then_short_path() -> None:
    assert found("gpt-5-mini") == ["openrouter/openai/gpt-5-mini", "gpt-5-mini", "azure/gpt-5-mini"]


def test_retired_models_come_after_others_that_match_as_well() -> None:
    offer = replace(an_offer(), today=date(2026, 12, 3))
    old, new = ModelEntry("litellm", "gpt-old", "openai"), ModelEntry("litellm", "gpt-oz", "openai")
    index = ModelIndex([replace(old, retires=date(2026, 7, 23)), new], offer)
    assert [entry.model for entry in index.search("").entries] == ["gpt-oz", "gpt-old"]
    assert [entry.model for entry in index.search("gpt").entries] == ["gpt-oz", "gpt-old"]
    assert [entry.model for entry in index.search("gpt-old").entries] == ["gpt-old"]


def test_every_word_must_match_id_or_provider() -> None:
    assert found("anthropic haiku") == ["claude-haiku-4-5"]
    assert found("Azure mini") == ["azure/gpt-5-mini"]
    assert found("anthropic gpt") == []


def test_punctuation_can_be_omitted() -> None:
    assert set(found("gpt5mini")) == {"gpt-5-mini", "azure/gpt-5-mini", "openrouter/openai/gpt-5-mini"}


def test_subsequence_matches_are_only_offered_as_similar() -> None:
    offer = an_offer()
    index = ModelIndex(offer.catalogue, offer)
    assert not index.search("clhai").entries
    assert [entry.model for _, entry in index.similar("clhai")] == ["claude-haiku-4-5"]
    assert not index.similar("cll")


@pytest.mark.parametrize(
    ("query", "closeness"),
    [
        ("gpt-5-mini", MatchCloseness.EXACT),
        ("openai/gpt-5-mini", MatchCloseness.EXACT),
        ("claude", MatchCloseness.PREFIX),
        ("gpt-5 mini", MatchCloseness.PREFIX),
        ("haiku", MatchCloseness.WORDS),
        ("anthropic haiku", MatchCloseness.PREFIX),
        ("laude", MatchCloseness.INSIDE),
    ],
)
def test_match_closeness_of_a_query(query: str, closeness: MatchCloseness) -> None:
    offer = an_offer()
    assert ModelIndex(offer.catalogue, offer).search(query).closeness is closeness


def test_match_without_punctuation_starts_at_a_word() -> None:
    offer = ModelOffer((ModelEntry("litellm", "gpt-4o-1106", "openai"), ModelEntry("litellm", "o1", "openai")))
    assert [entry.model for entry in ModelIndex(offer.catalogue, offer).search("o1").entries] == ["o1"]
