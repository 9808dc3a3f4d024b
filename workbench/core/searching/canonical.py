"""A query as text.

Invariant: `parse(to_text(query))` is `query`, without complaints; equal queries have equal texts, so that a kept search
is found again.
"""

from __future__ import annotations

from workbench.core.searching.amounts import write_range
from workbench.core.searching.language import AMOUNTS, Filter, Query, Range, Term, Words
from workbench.core.searching.parsing import parse


def to_text(query: Query) -> str:
    """Return the shortest text that means this query."""
    return " ".join(_write(term) for term in query.terms)


def _write(term: Term) -> str:
    minus = "-" if term.negated else ""
    if isinstance(term, Filter):
        return f"{minus}{term.field}:{_value(term)}"
    star = "*" if term.prefix else ""
    plain = f"{minus}{term.text}{star}"
    return plain if _means(plain, term) else f"{minus}{quoted(term.text)}{star}"


def _means(text: str, term: Words) -> bool:
    read = parse(text)
    return read.query.terms == (term,) and not read.complaints


def _value(term: Filter) -> str:
    if isinstance(term.value, Range):
        return write_range(next(amount for amount in AMOUNTS if amount == term.field), term.value)
    plain = f"{term.field}:{term.value}"
    read = parse(plain)
    as_is = read.query.terms == (Filter(term.field, term.value),) and not read.complaints
    return term.value if as_is else quoted(term.value)


def quoted(text: str) -> str:
    """Return a text in quotation marks."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
