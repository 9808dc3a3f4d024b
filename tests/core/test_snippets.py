"""Snippets with gaps: parsing, escaping, and insertion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.snippets import MOST_GAPS, SnippetError, SnippetGap, escape, filled, parse

texts = st.text(st.sampled_from("a$\\{}0:1 \n") | st.characters(exclude_categories=["Cs"]))


@given(texts)
def test_escaped_text_is_parsed_unchanged_without_gaps(text: str) -> None:
    snippet = parse(escape(text))
    assert (snippet.text, snippet.gaps) == (text, ())


def test_gaps_are_ordered_by_number_with_zero_last() -> None:
    snippet = parse("$0 You are ${2:b} for ${1:a {{name}} c}${3}.")
    assert snippet.text == " You are b for a {{name}} c."
    assert [snippet.text[g.start : g.end] for g in snippet.gaps] == ["a {{name}} c", "b", "", ""]
    assert snippet.gaps[-1] == SnippetGap(0, 0)


@pytest.mark.parametrize("text", ["costs $5 or $05", "{{name}} \\\\ \\frac{$x$}", "$name ${name} ${}", "a\\", "$"])
def test_text_that_is_not_a_gap_is_kept(text: str) -> None:
    assert parse(text).text == text


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        ("a\n${1:b", 2, "not closed"),
        ("${1:a}\n\n${1:b}", 3, "twice"),
        ("".join(f"${{{n}}}" for n in range(MOST_GAPS + 1)), 1, "more"),
    ],
)
def test_error_names_the_line(source: str, line: int, says: str) -> None:
    with pytest.raises(SnippetError) as caught:
        parse(source)
    assert caught.value.line == line
    assert says in caught.value.sentence


def test_first_gap_is_filled_and_the_others_shift() -> None:
    snippet = filled(parse("$0<d>\n${1:doc}\n</d> ${2:why}"), "longer text")
    assert snippet.text == "<d>\nlonger text\n</d> why"
    assert [snippet.text[g.start : g.end] for g in snippet.gaps] == ["why", ""]
    assert filled(parse("no gap"), "x").text == "no gap"
