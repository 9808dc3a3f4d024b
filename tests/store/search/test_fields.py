"""Every search filter is complete: a row with a missing or inconsistent part fails here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from tests.filters import complete, parse, to_text
from tests.store.making import LATER, NOW, done, opened, run, text
from workbench.core.runs import RunKind, VerdictKind
from workbench.core.search.filter_fields import (
    AmountValues,
    ChoiceValues,
    FilterField,
    MomentValues,
    NameValues,
    help_lines,
)
from workbench.core.search.lexer import pieces
from workbench.core.search.query import QueryFilter, QueryRange, SearchQuery, Term
from workbench.store import Store
from workbench.store.search.fields import _VERDICTS as VERDICTS
from workbench.store.search.fields import FIELDS, ROWS
from workbench.store.search.index_terms import ALL, facts_of
from workbench.store.search.search_plan import SearchPlan
from workbench.store.search.sources import HistoryField, NumberSource
from workbench.store.sqlite import sqlite3
from workbench.ui.features.history.empty_page import EXAMPLES
from workbench.ui.features.history.field import PLACEHOLDER

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def test_filter_names_are_unique() -> None:
    assert len(FIELDS) == len(ROWS)


@each_row
def test_each_filter_has_a_typable_name_meaning_usages_and_examples(row: HistoryField) -> None:
    (piece,) = pieces(f"{row.name}:x")
    assert (piece.name, piece.text) == (row.name, "x")
    assert row.meaning
    assert row.values.usages
    assert row.values.examples


@each_row
def test_examples_and_completions_of_each_filter_parse(row: HistoryField) -> None:
    proposed = [f"{row.name}:{value}" for value in row.values.examples]
    offered = [f"{row.name}:{value}" for value, _ in row.values.offers("")]
    for one in (*proposed, *offered):
        parsed = parse(one)
        assert parsed.complaints == ()
        assert [type(term) for term in parsed.query.terms] == [QueryFilter]
        assert parse(to_text(parsed.query)).query == parsed.query
    (complaint,) = parse(f"{row.name}:").complaints
    assert all(one in complaint.sentence for one in proposed)


@each_row
def test_completion_offers_the_filter_and_its_values(row: HistoryField) -> None:
    known = {row.name: ("a name",)} if row.values.noun else {}
    assert row.meaning in {choice.meaning for choice in complete("", 0, known).choices if choice.text == f"{row.name}:"}
    text = f"{row.name}:"
    offered = [choice.text for choice in complete(text, len(text), known).choices]
    assert offered == [value for value, _ in row.values.offers("")] + ['"a name"'] * bool(row.values.noun)


@each_row
def test_terminal_help_lists_every_usage_of_each_filter(row: HistoryField) -> None:
    listed = [usage for line in help_lines(FIELDS) for usage in line.split("  ")]
    assert {f"{row.name}:{usage}" for usage in row.values.usages} <= set(listed)
    for usage in row.values.usages:
        if isinstance(row.values, AmountValues | MomentValues):
            assert row.values.read(usage) is not None
        else:
            assert all(row.values.read(value) is not None for value in usage.split("|"))


def test_help_groups_filters_in_lines_and_lists_first_usages_first() -> None:
    names = (
        "prompt",
        "model",
        "tag",
        "winner",
        "error",
        "cost",
        "tokens",
        "time",
        "before",
        "after",
        "is",
        "kind",
        "check",
        "case",
    )
    assert list(help_lines({name: FIELDS[name] for name in names})) == [
        "prompt:NAME  model:NAME  tag:NAME  winner:yes|no|tie|bad  error:yes|no|CODE",
        "cost:>0.01  tokens:>1000  time:<2s  cost:0.01..0.05",
        "before:2026-11-24  after:yesterday  after:7d",
        "is:blind|starred|interrupted|archived|deleted  kind:iteration|test|improve|propose|judge|import",
        "check:failed|passed|unscored|TYPE  case:NAME",
    ]
    assert [name for name in FIELDS if name in names] == list(names)
    long = [FilterField(f"field{number}", NameValues("thing", "x")) for number in range(20)]
    lines = list(help_lines({row.name: row for row in long}))
    assert "  ".join(lines).split("  ") == [f"{row.name}:NAME" for row in long]
    assert 80 < max(map(len, lines)) <= 100


def test_filter_values_describe_themselves() -> None:
    values = ChoiceValues({"yes": "it is", "no": "it is not", "never": "it never was"})
    row = FilterField("sure", values)
    assert (row.meaning, row.example) == ("yes, no or never", "sure:yes, sure:no or sure:never")
    assert FilterField("one", ChoiceValues({"yes": ""})).example == "one:yes"
    with pytest.raises(TypeError, match="no range"):
        FIELDS["cost"].values.write("0.01")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A history with one run."""
    store = opened(tmp_path / "history.db")
    store.create_prompt("p", "Order bot", NOW)
    store.begin_run(run("r1", text("x"))).result(60)
    store.finish_output("r1.0.0", done("y"), LATER).result(60)
    assert store.searches.behind() == 0
    yield store
    store.close()


def count(store: Store, *terms: Term) -> int:
    total = store.searches.page(SearchQuery(terms), lambda moment: LATER).total
    assert total is not None
    return total.count


@each_row
def test_each_filter_or_its_negation_finds_a_run(row: HistoryField, store: Store) -> None:
    assert isinstance(store.searches.known()[row.name], tuple)
    for value in (*row.values.examples, *(value for value, _ in row.values.offers(""))):
        (term,) = parse(f"{row.name}:{value}").query.terms
        assert count(store, term) + count(store, replace(term, negated=True)) == 1, value


@each_row
def test_each_number_filter_has_a_column_in_run_rows(row: HistoryField, store: Store, tmp_path: Path) -> None:
    if not isinstance(row.source, NumberSource):
        return
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        columns = {name for (name,) in connection.execute("SELECT name FROM pragma_table_info('run_rows')")}
        found = facts_of(connection, 1)
    assert found is not None
    assert row.source.column in columns & found.numbers.keys()
    assert isinstance(row.values, AmountValues)


def test_letters_of_number_filters_are_unique() -> None:
    letters = [row.source.letter for row in ROWS if isinstance(row.source, NumberSource) and row.source.letter]
    assert len(set(letters)) == len(letters)


def test_number_without_index_terms_is_compared_row_by_row(store: Store, tmp_path: Path) -> None:
    made = SearchPlan()
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        term = QueryFilter("answers", QueryRange(Decimal(2), with_low=False))
        assert NumberSource("answers").ask(connection, made, term, str)
        found = facts_of(connection, 1)
        assert found is not None
        assert list(NumberSource("answers").words(connection, found)) == []
    assert (made.checks, made.values) == (["run_rows.answers > ?"], [2.0])
    assert made.facts == [f'(facts : "{ALL}")']


def test_example_searches_and_placeholder_parse() -> None:
    for example, _ in EXAMPLES:
        assert parse(example).complaints == ()
    named = {piece.name for piece in pieces(PLACEHOLDER) if piece.name}
    assert named <= set(FIELDS)


def test_kind_and_winner_choices_match_run_kinds_and_verdicts() -> None:
    kind, winner = FIELDS["kind"].values, FIELDS["winner"].values
    assert isinstance(kind, ChoiceValues)
    assert isinstance(winner, ChoiceValues)
    assert set(kind.choices) == set(get_args(RunKind))
    assert VERDICTS.keys() == set(get_args(VerdictKind))
    assert set(VERDICTS.values()) == set(winner.choices)
