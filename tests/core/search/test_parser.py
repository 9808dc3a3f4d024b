"""The search parser understands any input, or complains about it and still searches."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.filters import parse, to_text
from workbench.core.search.filter_fields import AmountValues, ChoiceValues, MomentValues, NameValues
from workbench.core.search.parser import MOST_CHARACTERS, MOST_SIGNS, MOST_TERMS, as_typed, read_value
from workbench.core.search.query import QueryFilter, QueryRange, QueryWords, SearchQuery
from workbench.core.search.text_folding import first_words, is_searchable, prepared
from workbench.store.search.fields import FIELDS

PIECES = st.sampled_from(
    [
        *(f"{field}:" for field in FIELDS),
        *'-"*:\\“”„ <>.$',
        "  ",
        "a",
        "漢字",
        "🎉",
        "\0",
        "\ud800",
        ">0.01",
        "7d",
        "yes",
        "//",
    ]
)
typed = st.lists(PIECES | st.text(max_size=4), max_size=12).map("".join)


def fields_of(kind: type[object]) -> st.SearchStrategy[str]:
    """Return a strategy of the names of filters with values of this type."""
    return st.sampled_from([row.name for row in FIELDS.values() if isinstance(row.values, kind)])


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).map(str.strip).filter(bool)
words = st.builds(QueryWords, names.filter(is_searchable), negated=st.booleans())
numbers = st.decimals(0, 10**9, places=3).map(lambda d: d.quantize(1) if d == d.to_integral_value() else d.normalize())
both = st.tuples(numbers, numbers).map(lambda pair: QueryRange(min(pair), max(pair)))
ranges = both | st.builds(lambda n, w: QueryRange(low=n, with_low=w), numbers, st.booleans())
ranges |= st.builds(lambda n, w: QueryRange(high=n, with_high=w), numbers, st.booleans())
choices = st.sampled_from(
    [
        (row.name, value)
        for row in FIELDS.values()
        if isinstance(row.values, ChoiceValues | NameValues)
        for value in row.values.choices
    ]
)
filters = st.one_of(
    st.builds(QueryFilter, fields_of(AmountValues), ranges, st.booleans()),
    st.builds(QueryFilter, st.sampled_from(["prompt", "model", "tag"]), names, st.booleans()),
    st.builds(QueryFilter, fields_of(MomentValues), st.sampled_from(["today", "7d", "2026-02"]), st.booleans()),
    st.builds(lambda choice, negated: QueryFilter(*choice, negated), choices, st.booleans()),
)
queries = st.builds(SearchQuery, st.lists(words | filters, max_size=5).map(tuple))


def terms(text: str) -> tuple[object, ...]:
    parsed = parse(text)
    assert parsed.complaints == ()
    return parsed.query.terms


def complaints(text: str) -> list[tuple[str, str]]:
    return [(text[c.start : c.end], c.sentence) for c in parse(text).complaints]


def test_words_and_filters_are_parsed_together() -> None:
    assert terms("tracking model:haiku winner:yes ") == (
        QueryWords("tracking"),
        QueryFilter("model", "haiku"),
        QueryFilter("winner", "yes"),
    )


def test_words_phrases_prefixes_and_negations_are_parsed() -> None:
    assert terms('a "b  c" trac* -d -"e f" "order st"*') == (
        QueryWords("a"),
        QueryWords("b  c"),
        QueryWords("trac", prefix=True),
        QueryWords("d", negated=True),
        QueryWords("e f", negated=True),
        QueryWords("order st", prefix=True),
    )
    assert terms("“order bot” „a b“ model：haiku 注文の状況*") == (
        QueryWords("order bot"),
        QueryWords("a b"),
        QueryFilter("model", "haiku"),
        QueryWords("注文の状況"),
    )


@pytest.mark.parametrize("text", ["", "  \n", "-", '"', '""', "*", "- * -"])
def test_incomplete_input_gives_no_terms(text: str) -> None:
    assert terms(text) == ()


@pytest.mark.parametrize("text", ["http://example.org/a", "12:30", "3:x", "C++", "x=1"])
def test_punctuation_in_a_word_does_not_make_a_filter(text: str) -> None:
    assert all(isinstance(term, QueryWords) for term in terms(text))


def test_ranges_accept_units() -> None:
    def read(text: str) -> object:
        (term,) = terms(text)
        assert isinstance(term, QueryFilter)
        return term.value

    assert (
        read("cost:>0.01") == read("cost:>$0.010") == read("cost:>1ct") == QueryRange(Decimal("0.01"), with_low=False)
    )
    assert read("tokens:>=1k") == read("tokens:≥1,000") == QueryRange(Decimal(1000))
    assert (
        read("time:<2s") == read("time:<2000ms") == read("time:<2") == QueryRange(high=Decimal(2000), with_high=False)
    )
    assert read("time:1min..2s") == QueryRange(Decimal(2000), Decimal(60000))
    assert read("cost:0") == QueryRange(Decimal(0), Decimal(0))
    assert (QueryRange(Decimal(1), with_low=False).holds(1), QueryRange(high=Decimal(1)).holds(1.0)) == (False, True)


def test_dates_are_normalised_and_relative_dates_stay_relative() -> None:
    assert terms("before:2026-1-3 after:Yesterday after:07d after:2026-11 -before:12h") == (
        QueryFilter("before", "2026-01-03"),
        QueryFilter("after", "yesterday"),
        QueryFilter("after", "7d"),
        QueryFilter("after", "2026-11"),
        QueryFilter("before", "12h", negated=True),
    )


def test_unrecognised_filters_are_explained_and_searched_as_words() -> None:
    parsed = parse("x winner:maybe -colour:red modle:haiku before:2026-02-30 cost:>much")
    assert parsed.query.terms == (
        QueryWords("x"),
        QueryWords("winner:maybe"),
        QueryWords("colour:red", negated=True),
        QueryWords("modle:haiku"),
        QueryWords("before:2026-02-30"),
        QueryWords("cost:>much"),
    )
    assert parsed.spans[1] == (2, 14)
    said = complaints("x winner:maybe -colour:red modle:haiku before:2026-02-30 cost:>much")
    assert [piece for piece, _ in said] == [
        "winner:maybe",
        "-colour:red",
        "modle:haiku",
        "before:2026-02-30",
        "cost:>much",
    ]
    assert "winner:yes, winner:no, winner:tie or winner:bad" in said[0][1]
    assert ". The filters are prompt:, model:" in said[1][1]
    assert "Did you mean model:?" in said[2][1]


def test_filter_without_value_is_ignored_at_the_end_and_a_word_elsewhere() -> None:
    assert parse("x model:").query.terms == (QueryWords("x"),)
    assert parse("model: x").query.terms == (QueryWords("model:"), QueryWords("x"))
    assert "right after the colon" in complaints("model:")[0][1]


def test_unclosed_quotes_and_one_letter_prefixes_are_explained() -> None:
    assert parse('a "b c').query.terms == (QueryWords("a"), QueryWords("b c"))
    assert complaints('a "b c')[0][0] == '"b c'
    assert parse("s*").query.terms == (QueryWords("s"),)
    assert "two letters" in complaints("s*")[0][1]
    assert parse("!!! x").query.terms == (QueryWords("x"),)
    assert "left out" in complaints("!!! x")[0][1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "tracking OR sorry",
            "“OR” is searched as a word. Every word must match; search for each in turn.",
        ),
        ("tracking AND sorry", "“AND” is searched as a word. Leave it out: every word must match."),
        ("NOT sorry", "“NOT” is searched as a word. Write -word to leave out runs that have it."),
        ("*ing", "A star works only at the end of a word, as in track*. In “*ing” it has no effect."),
        ("tr*ck*", "A star works only at the end of a word, as in track*. In “tr*ck” it has no effect."),
        ('"OR" or "*ing"', ""),
        ("track*", ""),
    ],
)
def test_operators_of_other_search_languages_are_explained(text: str, said: str) -> None:
    assert [complaint.sentence for complaint in parse(text).complaints] == ([said] if said else [])


def test_long_paste_is_cut_with_a_complaint() -> None:
    many = parse("word " * (MOST_TERMS + 5))
    assert len(many.query.terms) == MOST_TERMS
    assert "first 100 words" in many.complaints[0].sentence
    long = parse("x" * (MOST_CHARACTERS + 1))
    assert long.query.terms == (QueryWords("x" * MOST_CHARACTERS),)
    assert (long.complaints[0].start, long.complaints[0].end) == (MOST_CHARACTERS, MOST_CHARACTERS + 1)


@pytest.mark.parametrize(
    "text",
    [
        "漢字" * 1500,
        '"' + "漢字。" * 1000 + '"',
        "「漢 " * 900,
        '"' + "a b " * 900 + '"',
        "漢" * 60 + " " + "字" * 3000,
    ],
)
def test_pasted_page_is_searched_by_its_first_words(text: str) -> None:
    """Each sign of such scripts is a word of the index, and a phrase of thousands takes seconds."""
    parsed = parse(text)
    phrases = [term for term in parsed.query.terms if isinstance(term, QueryWords)]
    counted = [len([word for word in prepared(term.text).split() if is_searchable(word)]) for term in phrases]
    assert min(MOST_SIGNS, MOST_TERMS) <= sum(counted) <= MOST_SIGNS
    assert "Only the first" in parsed.complaints[-1].sentence
    assert parsed.complaints[-1].end == len(text)
    assert parse(to_text(parsed.query)).query == parsed.query


def test_phrase_is_cut_between_words() -> None:
    assert first_words("one two, three", 2) == ("one two,", 2)
    assert first_words("é́tude two", 1) == ("é́tude", 1)
    assert first_words("a漢字b c", 3) == ("a漢字", 3)
    assert first_words("“漢字”", 5) == ("“漢字”", 2)


@pytest.mark.parametrize("text", ["(" * 3000, "cost:" + "x" * 3000, "*" + "x" * 3000, '"' + "." * 3000])
def test_complaint_is_short_for_any_pasted_text(text: str) -> None:
    complaints = parse(text).complaints
    assert complaints
    assert all(len(complaint.sentence) < 350 for complaint in complaints)
    assert any("…”" in complaint.sentence for complaint in complaints)


@given(typed)
@example('winner:"prompt:  ')
def test_any_typed_text_is_parsed_and_round_trips(text: str) -> None:
    parsed = parse(text)
    assert len(parsed.spans) == len(parsed.query.terms)
    for complaint in parsed.complaints:
        assert 0 <= complaint.start < complaint.end <= len(text)
        assert complaint.sentence.endswith(".")
    written = to_text(parsed.query)
    again = parse(written)
    assert (again.query, again.complaints) == (parsed.query, ())
    assert to_text(again.query) == written


@given(queries)
def test_query_round_trips_through_its_text(query: SearchQuery) -> None:
    again = parse(to_text(query))
    assert (again.query, again.complaints) == (query, ())


@given(typed)
def test_every_typed_letter_is_in_a_term_or_a_complaint(text: str) -> None:
    """Every letter that was typed is in a term, unless its piece was left out with a complaint."""
    parsed = parse(text)
    told = [(c.start, c.end) for c in parsed.complaints]
    for at, character in enumerate(text):
        if character.isalpha():
            assert any(start <= at < end for start, end in (*parsed.spans, *told))


def test_field_values_are_normalised_or_rejected() -> None:
    assert read_value(FIELDS["error"], "YES") == "yes"
    assert read_value(FIELDS["error"], "rate_limit") == "rate_limit"
    assert read_value(FIELDS["is"], "Starred") == "starred"
    assert read_value(FIELDS["kind"], "none") is None


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("trac", "trac*"),
        ("order numb", "order numb*"),
        ("winner:yes über", "winner:yes über*"),
        ("order.numb", "order.numb*"),
        *((same, same) for same in ("", "trac ", "trac*", "t", "c++", "-trac", "winner:ye", '"trac', '"trac"', "OR")),
        ("漢字", "漢字"),
    ],
)
def test_last_word_matches_as_a_beginning_while_it_is_typed(text: str, query: str) -> None:
    assert as_typed(text) == query


@given(typed)
def test_query_as_typed_differs_only_in_its_last_word(text: str) -> None:
    exact, begun = parse(text).query.terms, parse(as_typed(text)).query.terms
    assert begun[:-1] == exact[:-1]
    if begun != exact:
        assert begun[-1:] == (QueryWords(exact[-1].text, prefix=True),)
