"""Highlighted matches have the right positions, in any script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.filters import parse
from workbench.core.search.match_marker import MatchMarker, snippet
from workbench.core.search.query import QueryWords, SearchQuery
from workbench.core.search.text_folding import beginning_length, folded, is_searchable, prepared, words_of


def marked(search: str, text: str) -> list[str]:
    return [text[start:end] for start, end in MatchMarker(parse(search).query).marks(text)]


@pytest.mark.parametrize(
    ("search", "text", "found"),
    [
        ("track", "Track it, TRACK! tracking backtrack", ["Track", "TRACK"]),
        ("trac*", "Tracking the backtrack", ["Tracking"]),
        ('"opens at"', "opens\n  at, opensat, opens-at", ["opens\n  at", "opens-at"]),
        ("cafe", "café cafe\u0301 cafés cafe\u0301s CAFÉ", ["café", "cafe\u0301", "CAFÉ"]),
        ("café", "cafe", ["cafe"]),
        ("状況", "注文の状況を", ["状況"]),
        ("GPT模型", "用GPT模型 GPT 模型", ["GPT模型", "GPT 模型"]),
        ("模型", "模 型", ["模 型"]),
        ("🎉", "party🎉time", ["🎉"]),
        ("party", "party🎉time", ["party"]),
        ("ที่", "ที่นี่ ทา", ["ที่"]),
        ("न", "नी न", ["न"]),
        ("הכלב", "הַכֶּלֶב", ["הַכֶּלֶב"]),
        ("abc", "ＡＢＣ", ["ＡＢＣ"]),
        ("snake_case", "snake_case snake case", ["snake_case", "snake case"]),
        ("a.b", "a(b", ["a(b"]),
        ("a a", "aaa a", ["a"]),
        ("-x model:y", "x y", []),
    ],
)
def test_matching_words_are_marked(search: str, text: str, found: list[str]) -> None:
    assert marked(search, text) == found


def test_query_without_words_marks_nothing() -> None:
    assert not MatchMarker(parse("model:x -y").query)
    assert MatchMarker(parse("y").query)


@given(st.text(), st.lists(st.text(min_size=1, max_size=5).filter(is_searchable), min_size=1, max_size=3))
def test_marks_are_ordered_positions_within_the_text(text: str, looked_for: list[str]) -> None:
    marks = MatchMarker(SearchQuery(tuple(QueryWords(one) for one in looked_for))).marks(text + looked_for[0])
    flat = [place for mark in marks for place in mark]
    assert flat == sorted(set(flat))
    assert all(0 <= place <= len(text) + len(looked_for[0]) for place in flat)


@given(st.text())
def test_folding_preserves_positions(text: str) -> None:
    assert len(folded(text)) == len(text)


def test_text_is_prepared_for_the_index() -> None:
    assert prepared("plain text") == "plain text"
    assert prepared("a\0b") == "a b"
    assert prepared("模型x") == " 模  型 x"
    assert prepared("x\u00ady e\ue000") == "xy e "
    assert "\U0010f389" in prepared("🎉")
    assert [beginning_length(text) for text in ("abc", "a-b", "模", "x模", "é", "ab-")] == [3, 1, 0, 0, 1, 2]
    assert not is_searchable("-…!\u19b0\ue000")


def test_snippet_is_one_line_around_the_first_mark() -> None:
    text = "Start of it. " * 20 + "Here is\n\n the tracking   number of it. " + "And more of it. " * 20
    marks = MatchMarker(parse("tracking").query).marks(text)
    made = snippet(text, marks, 80)
    assert len(made.text) <= 80
    assert [made.text[a:b] for a, b in made.marks] == ["tracking"]
    assert "Here is the tracking number" in made.text
    assert (made.cut_start, made.cut_end) == (True, True)
    assert made.text[0] != " "
    whole = snippet("short one", ())
    assert (whole.text, whole.marks, whole.cut_start, whole.cut_end) == ("short one", (), False, False)


@given(st.text(alphabet="ab 漢\n", max_size=300), st.integers(10, 60))
def test_snippet_fits_its_width_with_valid_marks(text: str, width: int) -> None:
    marks = MatchMarker(parse("ab 漢").query).marks(text)
    made = snippet(text, marks, width)
    assert len(made.text) <= width
    for start, end in made.marks:
        assert 0 <= start < end <= len(made.text)
    if marks and marks[0][1] - marks[0][0] < width // 2:
        assert made.marks


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("don't stop", ["don", "t", "stop"]),
        ("状況 the", ["状", "況", "the"]),
        ("Cafe\u0301!", ["Cafe\u0301"]),
        ("…", []),
    ],
)
def test_text_is_split_into_index_words(text: str, words: list[str]) -> None:
    assert words_of(prepared(text)) == words
