"""Completion of a search query at the caret.

Invariant: accepting a choice replaces exactly the span of the completion, and the parser understands what is inserted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbench.core.search.filter_fields import FilterField, FilterFields
from workbench.core.search.lexer import QueryToken, pieces
from workbench.core.search.query_text import quoted
from workbench.core.search.text_folding import folded

MOST_CHOICES = 50

Known = Mapping[str, tuple[str, ...]]
"""Names in the history by filter field, in the order in which they are offered."""


@dataclass(frozen=True, slots=True)
class QueryCompletionItem:
    """One choice: the text to insert, and its meaning ("" if it is self-explanatory)."""

    text: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class QueryCompletion:
    """Choices that replace the characters from `start` to `end`."""

    start: int
    end: int
    choices: tuple[QueryCompletionItem, ...] = ()


def complete(text: str, caret: int, known: Known, fields: FilterFields) -> QueryCompletion:
    """Return the choices at the caret: filters, or values if the caret is in the value of a filter."""
    caret = max(0, min(caret, len(text)))
    piece = next((piece for piece in pieces(text) if piece.start < caret <= piece.end), None)
    if piece is None:
        return QueryCompletion(caret, caret, _filters("", known, fields))
    field = fields.get(piece.name)
    if field is not None and caret >= piece.body:
        typed = text[piece.body : caret].lstrip(piece.quote) if piece.quote else text[piece.body : caret]
        return QueryCompletion(piece.body, piece.end, _values(field, typed.strip(), known))
    if piece.quote:
        return QueryCompletion(caret, caret)
    start = piece.start + piece.negated
    return QueryCompletion(start, _end_of_name(piece, caret), _filters(text[start:caret], known, fields))


def _end_of_name(piece: QueryToken, caret: int) -> int:
    """Return the end of the span for a filter name: before an existing value, if there is one."""
    return piece.body if piece.name else max(caret, piece.end)


def _filters(typed: str, known: Known, fields: FilterFields) -> tuple[QueryCompletionItem, ...]:
    begun = typed.casefold()
    return tuple(
        QueryCompletionItem(f"{field.name}:", field.meaning)
        for field in fields.values()
        if field.name.startswith(begun) and (known.get(field.name) or not field.values.needs_names)
    )


def _values(field: FilterField, typed: str, known: Known) -> tuple[QueryCompletionItem, ...]:
    fixed = [QueryCompletionItem(*offer) for offer in field.values.offers(typed)]
    names = [QueryCompletionItem(_written(name)) for name in dict.fromkeys(known.get(field.name, ())) if name.strip()]
    return tuple((fixed + _matching(names, folded(typed)))[:MOST_CHOICES])


def _matching(names: Iterable[QueryCompletionItem], wanted: str) -> list[QueryCompletionItem]:
    """Return the names that contain `wanted`, those that start with it first."""
    held = [(folded(name.text.lstrip('"')), name) for name in names]
    matching = [(text.startswith(wanted), name) for text, name in held if wanted in text]
    return [name for begins, name in matching if begins] + [name for begins, name in matching if not begins]


def _written(name: str) -> str:
    plain = name.strip()
    bare = plain.replace("/", "").replace("-", "").replace(".", "").replace("_", "").replace(":", "").isalnum()
    return plain if bare and not plain.startswith("//") else quoted(plain)
