"""Completions offered while a search is typed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.core.search.test_parser import typed
from tests.filters import complete, parse
from workbench.store.search.fields import FIELDS

KNOWN = {
    "prompt": ("Order status bot", "Ticket triage → JSON"),
    "model": ("anthropic/claude-haiku-4.5", "gpt-5-mini", "haiku local"),
    "tag": ("keep",),
    "error": ("rate_limit",),
    "check": ("is-json",),
    "case": ("Refund",),
}


def offered(text: str, caret: int | None = None) -> list[str]:
    at = len(text) if caret is None else caret
    found = complete(text, at, KNOWN)
    return [text[: found.start] + choice.text + text[found.end :] for choice in found.choices]


def test_filters_are_offered_where_a_word_can_begin() -> None:
    assert offered("") == [f"{field}:" for field in FIELDS]
    assert offered("x mo") == ["x model:"]
    assert offered("x -wi") == ["x -winner:"]
    assert offered("zebra") == []
    assert offered("x  y", 2) == [f"x {field}: y" for field in FIELDS]
    assert [choice.text for choice in complete("", 0, {}).choices if choice.text in ("prompt:", "tag:")] == []


def test_values_are_offered_after_the_colon() -> None:
    assert offered("winner:") == ["winner:yes", "winner:no", "winner:tie", "winner:bad"]
    assert offered("x model:HAI y", 11) == ['x model:"haiku local" y', "x model:anthropic/claude-haiku-4.5 y"]
    assert offered("-prompt:tri") == ['-prompt:"Ticket triage → JSON"']
    assert offered('prompt:"order st') == ['prompt:"Order status bot"']
    assert offered("error:") == ["error:yes", "error:no", "error:rate_limit"]
    assert offered("tag:") == ["tag:keep"]
    assert offered("before:y") == ["before:yesterday"]
    assert offered("cost:>") == ["cost:>0.01"]
    assert offered("is:st") == ["is:starred"]


def test_completing_a_filter_name_keeps_its_value() -> None:
    assert offered("mo:haiku", 2) == ["model:haiku"]
    assert offered('"in a phrase mo', 15) == []


@given(typed, st.integers(-2, 60))
def test_completion_has_a_valid_range_and_nonempty_choices(text: str, caret: int) -> None:
    found = complete(text, caret, KNOWN)
    assert 0 <= found.start <= found.end <= len(text)
    for choice in found.choices:
        assert choice.text


def test_every_offered_value_parses_as_its_filter() -> None:
    for field in FIELDS:
        for whole in offered(f"{field}:"):
            parsed = parse(whole)
            assert parsed.complaints == ()
            assert [getattr(term, "field", None) for term in parsed.query.terms] == [field]
