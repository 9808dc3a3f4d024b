"""Serialisation of a query as text.

Invariant: `parse(to_text(query))` is `query` without complaints; equal queries have equal texts, so that a saved search
is recognised.
"""

from __future__ import annotations

from workbench.core.search.filter_fields import FilterFields
from workbench.core.search.parser import parse
from workbench.core.search.query import QueryFilter, SearchQuery, Term


def to_text(query: SearchQuery, fields: FilterFields) -> str:
    """Return the shortest text that parses as this query."""
    return " ".join(_write(term, fields) for term in query.terms)


def _write(term: Term, fields: FilterFields) -> str:
    minus = "-" if term.negated else ""
    if isinstance(term, QueryFilter):
        return f"{minus}{term.field}:{_value(term, fields)}"
    star = "*" if term.prefix else ""
    plain = f"{minus}{term.text}{star}"
    return plain if _means(plain, term, fields) else f"{minus}{quoted(term.text)}{star}"


def _value(term: QueryFilter, fields: FilterFields) -> str:
    plain = fields[term.field].values.write(term.value)
    return plain if _means(f"{term.field}:{plain}", QueryFilter(term.field, term.value), fields) else quoted(plain)


def _means(text: str, term: Term, fields: FilterFields) -> bool:
    read = parse(text, fields)
    return read.query.terms == (term,) and not read.complaints


def quoted(text: str) -> str:
    """Return a text in quotation marks, escaped."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
