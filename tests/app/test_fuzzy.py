"""Fuzzy matching: a few letters find the expected entries in the expected order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.app.fuzzy import FuzzyIndex, fold, matched


def found(names: list[str], query: str) -> list[str]:
    index = FuzzyIndex((name, "") for name in names)
    hits = index.matches(query) or index.similar(query)
    return [names[i] for _, i in sorted(hits)]


def bold(query: str, text: str) -> str:
    return "".join(text[start:end] for start, end in matched(query, text))


def test_name_start_ranks_above_word_start_above_inner_match() -> None:
    names = ["Prerun", "Rerun all", "Stop the run", "Run all lanes", "Run"]
    assert found(names, "run")[:3] == ["Run", "Run all lanes", "Stop the run"]


def test_initials_match() -> None:
    assert found(["Remove the focused lane", "Rename prompt"], "rtf") == ["Remove the focused lane"]
    assert bold("rtf", "Remove the focused lane") == "Rtf"


def test_accents_case_and_width_do_not_matter() -> None:
    assert found(["Über Größe", "ＧＰＴ five"], "uber") == ["Über Größe"]
    assert found(["Über Größe", "ＧＰＴ five"], "gpt") == ["ＧＰＴ five"]
    assert bold("grosse", "Über Größe") == "Größe"


def test_words_may_come_in_any_order() -> None:
    assert found(["Larger text", "Smaller text"], "text lar") == ["Larger text"]


def test_scattered_letters_match_only_as_a_last_resort() -> None:
    assert found(["Duplicate the lane"], "dplct") == ["Duplicate the lane"]
    assert matched("dplct", "Duplicate") == []
    assert matched("dplct", "Duplicate", loosely=True) == [(0, 1), (2, 4), (5, 6), (7, 8)]
    assert found(["Duplicate", "dplct"], "dplct") == ["dplct"]


@given(st.text(max_size=30), st.text(max_size=6))
def test_matched_spans_lie_within_the_text(text: str, query: str) -> None:
    spans = matched(query, text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    index = FuzzyIndex([(text, "")])
    words = fold(query).split()
    if len(words) == 1 and words[0] in fold(text):
        assert spans
        assert index.matches(query)
