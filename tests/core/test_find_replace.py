"""Finding and replacing in texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.find_replace import MOST, FindError, FindHit, FindQuery, find, replace_all, replacement


def found(query: FindQuery, *texts: str) -> list[str]:
    return [texts[hit.text][hit.start : hit.end] for hit in find(texts, query)]


def test_all_texts_are_searched_in_order() -> None:
    assert find(["a b", "", "B"], FindQuery("b")) == (FindHit(0, 2, 3), FindHit(2, 0, 1))
    assert found(FindQuery("b", case=True), "b B") == ["b"]
    assert found(FindQuery("in", word=True), "in inside, in") == ["in", "in"]
    assert found(FindQuery("a.c"), "abc a.c") == ["a.c"]
    assert found(FindQuery("a.c", regex=True), "abc a.c") == ["abc", "a.c"]
    assert found(FindQuery("^x", regex=True), "x\nx") == ["x", "x"]
    assert found(FindQuery(""), "x") == []
    assert found(FindQuery("x*", regex=True), "ab") == []


def test_invalid_pattern_is_reported_in_a_sentence() -> None:
    with pytest.raises(FindError, match=r"not a regular expression.*Correct it"):
        find(["a"], FindQuery("(", regex=True))
    with pytest.raises(FindError, match="group"):
        replace_all(["a"], FindQuery("a", regex=True), r"\2")


def test_pattern_that_takes_too_long_is_aborted() -> None:
    with pytest.raises(FindError, match="takes too long"):
        find(["a" * 5000 + "b"], FindQuery(r"(a|a|aa|a?)+(?<!b)$", regex=True), 0.1)


def test_number_of_hits_is_limited() -> None:
    assert len(find(["a" * (MOST + 5)], FindQuery("a"))) == MOST


def test_groups_are_expanded_only_in_replacements_of_patterns() -> None:
    query = FindQuery(r"(\w+)@", regex=True)
    assert replace_all(["x@ y@", "z"], query, r"\1-") == (("x- y-", "z"), 2)
    assert replacement("x@", FindHit(0, 0, 2), query, r"<\1>") == "<x>"
    assert replace_all(["a.b"], FindQuery("."), r"\1") == ((r"a\1b",), 1)
    with pytest.raises(FindError, match="changed"):
        replacement("y x@", FindHit(0, 0, 2), query, "")


@given(st.lists(st.text(), max_size=4), st.text(min_size=1, max_size=3), st.text(max_size=3))
def test_plain_text_is_replaced_literally(texts: list[str], old: str, new: str) -> None:
    made, count = replace_all(texts, FindQuery(old, case=True), new)
    assert list(made) == [text.replace(old, new) for text in texts]
    assert count == sum(text.count(old) for text in texts) == len(find(texts, FindQuery(old, case=True)))


@pytest.mark.parametrize(
    "pattern", ["((((a{1000}){1000}){1000}){1000})", "a{99999999999999999999}", "|".join(map(str, range(9999)))]
)
def test_patterns_too_large_to_compile_are_refused(pattern: str) -> None:
    with pytest.raises(FindError, match="too large"):
        find(["a" * 1000], FindQuery(pattern, regex=True))


def test_very_long_search_text_is_refused_but_a_date_pattern_is_not() -> None:
    with pytest.raises(FindError, match="too large"):
        find(["a"], FindQuery("ab" * 2_500_000))
    assert len(find(["2024-05-06"], FindQuery(r"\d{4}-\d{2}-\d{2}", regex=True))) == 1


def test_replacement_that_would_grow_too_large_is_refused() -> None:
    with pytest.raises(FindError, match="would grow"):
        replace_all(["a" * 1_000_000], FindQuery("(a+)", regex=True), "\\1" * 100)
