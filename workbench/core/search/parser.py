"""Parser for search queries.

Invariant: it never fails on any input. Invalid parts become complaints and are searched as words, so that a mistake
narrows the result and never matches everything.
"""

from __future__ import annotations

import difflib
from dataclasses import replace

from workbench.core.search.filter_fields import FilterField, FilterFields
from workbench.core.search.lexer import QueryToken, pieces
from workbench.core.search.query import (
    ParsedQuery,
    QueryComplaint,
    QueryFilter,
    QueryRange,
    QueryWords,
    SearchQuery,
    Term,
)
from workbench.core.search.text_folding import beginning_length, first_words, is_searchable

MOST_CHARACTERS = 4000
MOST_TERMS = 100
MOST_SIGNS = 200
"""Maximum number of index words in all words and phrases together; characters of scripts without spaces count as one
each. A phrase of thousands takes seconds in a large history, and far fewer identify a text."""
MOST_QUOTED = 60
_SHORTEST_BEGINNING = 2
_OPERATORS = {
    "AND": "Leave it out: every word must match.",
    "OR": "Every word must match; search for each in turn.",
    "NOT": "Write -word to leave out runs that have it.",
}
"""Operators of other search engines, in capitals, with what to write instead."""


def parse(text: str, fields: FilterFields) -> ParsedQuery:
    """Parse a query with these filters. Returns the query and complaints about invalid parts."""
    complaints: list[QueryComplaint] = []
    if len(text) > MOST_CHARACTERS:
        sentence = f"Only the first {MOST_CHARACTERS:,} characters are searched. Use fewer, more specific words."
        complaints.append(QueryComplaint(MOST_CHARACTERS, len(text), sentence))
    read = text[:MOST_CHARACTERS]
    left = MOST_SIGNS
    found: list[tuple[Term, tuple[int, int]]] = []
    for piece in pieces(read):
        if len(found) == MOST_TERMS:
            sentence = f"Only the first {MOST_TERMS} words are searched. Use fewer, more specific ones."
            complaints.append(QueryComplaint(piece.start, len(read), sentence))
            break
        term, sentence = _term(read, piece, fields)
        if isinstance(term, QueryWords):
            kept, count = first_words(term.text, left)
            left -= count
            if kept != term.text:
                complaints.append(QueryComplaint(piece.start, len(read), _TOO_MANY))
                if kept:
                    found.append((replace(term, text=kept, prefix=False), (piece.start, piece.end)))
                break
        if sentence:
            complaints.append(QueryComplaint(piece.start, piece.end, sentence))
        if term is not None:
            found.append((term, (piece.start, piece.end)))
    terms, spans = tuple(term for term, _ in found), tuple(span for _, span in found)
    return ParsedQuery(SearchQuery(terms), spans, tuple(complaints))


def as_typed(text: str) -> str:
    """Return the query for a text that is still being typed: its last word gets a star, so that it is a beginning.

    Unchanged after a space, after one letter, and where a star would have no effect or another meaning: after a filter,
    a phrase, a word to leave out, or a sign.
    """
    last = next(iter(pieces(text)[-1:]), None)
    if last is None or last.end != len(text) or last.name or last.quote or last.negated or last.prefix:
        return text
    if not last.text[-1].isalnum() or beginning_length(last.text) < _SHORTEST_BEGINNING or _from_elsewhere(last.text):
        return text
    return f"{text}*"


def cited(text: str) -> str:
    """Return typed text in quotation marks for a message, truncated if it is long."""
    return f"“{text if len(text) <= MOST_QUOTED else text[:MOST_QUOTED] + '…'}”"


def _term(text: str, piece: QueryToken, fields: FilterFields) -> tuple[Term | None, str]:
    if not piece.name:
        return _words(piece)
    field = fields.get(piece.name)
    if field is None:
        return _as_words(text, piece, _unknown(piece.name, fields))
    if not piece.text:
        sentence = f"“{field.name}:” needs a value right after the colon: {field.example}."
        at_end = piece.end == len(text)
        return (None, sentence) if at_end else _as_words(text, piece, f"{sentence} Searching for it as plain text.")
    value = read_value(field, piece.text if piece.quote else piece.text.rstrip("*"))
    if value is None:
        sentence = f"{cited(f'{field.name}:{piece.text}')} is not understood. Write {field.example}."
        return _as_words(text, piece, f"{sentence} Searching for it as plain text.")
    return QueryFilter(field.name, value, piece.negated), "" if piece.closed else _UNCLOSED


_TOO_MANY = f"Only the first {MOST_SIGNS} words and signs are searched. Use fewer, more specific ones."
_UNCLOSED = "The quotation mark is not closed, so the phrase runs to the end. Close it where the phrase ends."


def _words(piece: QueryToken) -> tuple[Term | None, str]:
    sentence = "" if piece.closed else _UNCLOSED
    if not is_searchable(piece.text):
        return (
            None,
            f"{cited(piece.text)} has nothing to search for and is left out. Use letters or digits.",
        )
    prefix = piece.prefix
    if prefix and (length := beginning_length(piece.text)) < _SHORTEST_BEGINNING:
        # A character that is a word of its own (length 0) is found anywhere, so a star is ignored.
        prefix = False
        if length:
            sentence = f"{cited(piece.text + '*')} would match nearly every text. Write two letters before the star."
    if not piece.quote:
        sentence = sentence or _from_elsewhere(piece.text)
    return QueryWords(piece.text, prefix, piece.negated), sentence


def _from_elsewhere(text: str) -> str:
    """Return a complaint about syntax of other search engines that has no meaning here, "" for none."""
    if text in _OPERATORS:
        return f"“{text}” is searched as a word. {_OPERATORS[text]}"
    if "*" in text.strip("*") or text.startswith("*"):
        return f"A star works only at the end of a word, as in track*. In {cited(text)} it has no effect."
    return ""


def _as_words(text: str, piece: QueryToken, sentence: str) -> tuple[Term | None, str]:
    typed = text[piece.start + piece.negated : piece.end].strip()
    return (QueryWords(typed, negated=piece.negated) if is_searchable(typed) else None), sentence


def read_value(field: FilterField, text: str) -> str | QueryRange | None:
    """Parse the value of a field into the form used in a query; None if the field does not accept it."""
    return field.values.read(text.strip())


def _unknown(name: str, fields: FilterFields) -> str:
    close = difflib.get_close_matches(name, fields, 1)
    if close:
        return f"Unknown filter {cited(name + ':')}. Did you mean {close[0]}:? Searching for it as plain text."
    names = ", ".join(f"{field}:" for field in fields)
    return f"Unknown filter {cited(name + ':')}. The filters are {names}. Searching for it as plain text."
