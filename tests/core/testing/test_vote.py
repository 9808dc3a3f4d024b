"""The vote over samples: which answers are the same, and which one is elected."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.testing.vote import Election, elect, vote_key, voting_slots


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paris", " paris.\n"),
        ("two  words", "Two\nwords"),
        ("**Paris**", "“Paris”"),
        ("`yes`", "Yes."),
        ("\u00e9t\u00e9", "e\u0301te\u0301"),
        ('{"a": 1, "b": [true]}', '{"b":[true],"a":1}'),
        ('```json\n{"a": 1}\n```', '{"a":1}'),
        ("```\nParis\n```", "Paris"),
        ("1.0", " 1.0 "),
    ],
)
def test_answers_that_differ_in_form_are_the_same(one: str, other: str) -> None:
    assert vote_key(one) == vote_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paris", "Paris, France"),
        ("yes", "no"),
        ("12", "1.2"),
        ("-1", "1"),
        ('{"a": 1}', '{"a": "1"}'),
        ('{"a": "x"}', '{"a": "X"}'),
        ("[1, 2]", "[2, 1]"),
        ("a b", "ab"),
        ("not {json", "not json"),
    ],
)
def test_other_answers_are_different(one: str, other: str) -> None:
    assert vote_key(one) != vote_key(other)


def test_tool_calls_are_part_of_an_answer() -> None:
    assert vote_key("", [("look", '{"a": 1, "b": 2}')]) == vote_key(" ", [("look", '{"b":2,"a":1}')])
    assert vote_key("", [("look", '{"a": 1}')]) != vote_key("", [("look", '{"a": 2}')])
    assert vote_key("", [("look", "broken {")]) != vote_key("", [])


@pytest.mark.parametrize(
    ("keys", "elected"),
    [
        ({}, None),
        ({2: "a"}, Election(2, 1, 1)),
        ({0: "b", 1: "a", 2: "a"}, Election(1, 2, 3)),
        # The most frequent, also without a majority.
        ({0: "x", 1: "a", 2: "y", 3: "a", 4: "z"}, Election(1, 2, 5)),
        # A tie: the answer that came first.
        ({1: "b", 0: "a", 3: "a", 2: "b"}, Election(0, 2, 4)),
        ({2: "c", 0: "a", 1: "b"}, Election(0, 1, 3)),
    ],
)
def test_most_frequent_answer_is_elected(keys: dict[int, str], elected: Election | None) -> None:
    assert elect(keys) == elected
    if elected is not None:
        assert elected.has_majority == (2 * elected.votes > elected.answers)


@given(st.dictionaries(st.integers(0, 19), st.sampled_from("abc"), min_size=1))
def test_no_answer_has_more_votes_than_the_elected_one(keys: dict[int, str]) -> None:
    found = elect(keys)
    assert found is not None
    for key in set(keys.values()):
        samples = [sample for sample, one in keys.items() if one == key]
        assert (len(samples), -min(samples)) <= (found.votes, -min(found.sample, 99)) or len(samples) < found.votes
    assert sum(one == keys[found.sample] for one in keys.values()) == found.votes
    assert elect(dict(reversed(keys.items()))) == found, "independent of the order in which answers were read"


@given(st.text(), st.text())
def test_key_of_any_text_is_stable(text: str, other: str) -> None:
    assert vote_key(text) == vote_key(f"  {text} ")
    assert vote_key(text, [("f", other)]) == vote_key(text, [("f", other)])


def test_columns_vote_with_three_samples_or_more() -> None:
    assert voting_slots(("b", "gone"), ("a", "b"), 3) == ("b",)
    assert voting_slots(("b",), ("a", "b"), 2) == ()
