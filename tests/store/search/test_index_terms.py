"""Amounts as index terms: a range is a query for the terms of all its numbers."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.core.search.test_parser import ranges
from workbench.core.search.query import QueryRange
from workbench.core.search.text_folding import prepared
from workbench.store.search import index_terms
from workbench.store.search.fields import FIELDS
from workbench.store.search.sources import NumberSource

LETTERS = [row.source.letter for row in FIELDS.values() if isinstance(row.source, NumberSource)]
numbers = st.floats(0, 1e12) | st.integers(0, 10**9) | st.sampled_from([0.01, 0.5, 1, 2, 1024, 5e-324])


@given(st.sampled_from(LETTERS), numbers, ranges)
def test_term_of_a_number_is_among_the_terms_of_its_range(letter: str, number: float, span: QueryRange) -> None:
    if span.holds(number):
        assert index_terms.amount(letter, number) in index_terms.amounts(letter, span)
    at = QueryRange(Decimal(number), Decimal(number))
    assert index_terms.amounts(letter, at) == [index_terms.amount(letter, number)]


def test_ranges_need_few_terms() -> None:
    assert len(index_terms.amounts("c", QueryRange(low=Decimal("0.01")))) < 80
    assert len(index_terms.amounts("d", QueryRange(Decimal(1000), Decimal(60_000)))) == 7


def test_prepared_text_contains_no_fact_marker() -> None:
    assert index_terms.MARK not in prepared(f"words {index_terms.ALL} words")
