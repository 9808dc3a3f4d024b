"""What can come next where the caret stands.

Invariant: pure; taking a choice replaces the span that the completion names and nothing else, and what then stands
there is understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.core.searching import amounts, moments
from workbench.core.searching.canonical import quoted
from workbench.core.searching.folding import folded
from workbench.core.searching.language import AMOUNTS, CHOICES, FIELDS, MEANINGS, Field
from workbench.core.searching.lexing import Piece, is_field, pieces

MOST_CHOICES = 50


@dataclass(frozen=True, slots=True)
class Known:
    """What the history has: names of prompts, models, tags, and codes of errors, in the order to offer them."""

    prompts: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to go on: the text to put in, and what it means ("" where it says so itself)."""

    text: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """Choices for the characters from `start` to `end`."""

    start: int
    end: int
    choices: tuple[Choice, ...] = ()


def complete(text: str, caret: int, known: Known) -> Completion:
    """Return what can stand at the caret: filters, or values of the filter that it stands in."""
    caret = max(0, min(caret, len(text)))
    piece = next((piece for piece in pieces(text) if piece.start < caret <= piece.end), None)
    if piece is None:
        return Completion(caret, caret, _fields("", known))
    if piece.name and is_field(piece.name) and caret >= piece.body:
        field = next(field for field in FIELDS if field == piece.name)
        typed = text[piece.body : caret].lstrip(piece.quote) if piece.quote else text[piece.body : caret]
        return Completion(piece.body, piece.end, _values(field, typed, known))
    if piece.quote:
        return Completion(caret, caret)
    start = piece.start + piece.negated
    return Completion(start, _end_of_name(text, piece, caret), _fields(text[start:caret], known))


def _end_of_name(text: str, piece: Piece, caret: int) -> int:
    """Return where a name ends that is being typed before a value that is there already."""
    return piece.body if piece.name else max(caret, piece.end)


def _fields(typed: str, known: Known) -> tuple[Choice, ...]:
    begun = typed.casefold()
    return tuple(
        Choice(f"{field}:", MEANINGS[field])
        for field in FIELDS
        if field.startswith(begun) and _has_values(field, known)
    )


def _has_values(field: Field, known: Known) -> bool:
    return field not in ("prompt", "model", "tag") or bool(_names(field, known))


def _names(field: Field, known: Known) -> Sequence[str]:
    return {"prompt": known.prompts, "model": known.models, "tag": known.tags, "error": known.errors}.get(field, ())


def _values(field: Field, typed: str, known: Known) -> tuple[Choice, ...]:
    if field in AMOUNTS:
        examples: Sequence[str] = amounts.EXAMPLES[next(amount for amount in AMOUNTS if amount == field)]
        return tuple(Choice(example) for example in examples if example.startswith(typed.strip()))
    if field in ("before", "after"):
        return tuple(Choice(example) for example in moments.EXAMPLES if example.startswith(typed.strip().casefold()))
    fixed = [Choice(value, meaning) for value, meaning in CHOICES.get(field, {}).items()]
    names = [Choice(_written(name)) for name in dict.fromkeys(_names(field, known)) if name.strip()]
    wanted = folded(typed.strip())
    chosen = [choice for choice in fixed if choice.text.startswith(wanted)]
    return tuple((chosen + _matching(names, wanted))[:MOST_CHOICES])


def _matching(names: Iterable[Choice], wanted: str) -> list[Choice]:
    """Return the names that hold what was typed, those that begin with it first."""
    held = [(folded(name.text.lstrip('"')), name) for name in names]
    matching = [(text.startswith(wanted), name) for text, name in held if wanted in text]
    return [name for begins, name in matching if begins] + [name for begins, name in matching if not begins]


def _written(name: str) -> str:
    plain = name.strip()
    bare = plain.replace("/", "").replace("-", "").replace(".", "").replace("_", "").replace(":", "").isalnum()
    return plain if bare and not plain.startswith("//") else quoted(plain)
