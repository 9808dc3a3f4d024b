"""Colours of code, from Pygments, which is imported with the first code block that is complete.

Invariant: the pieces joined are the text that was given; a language that is not known, and code over the limit, is
left uncoloured.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

_LIMIT = 40_000
"""Characters of code that are coloured; more would hold up the window."""
_COLORS = (
    ("Comment", "muted"),
    ("Literal.String", "green"),
    ("Literal.Number", "teal"),
    ("Keyword", "accent"),
    ("Name.Function", "accent"),
    ("Name.Class", "accent"),
    ("Name.Tag", "teal"),
    ("Name.Attribute", "teal"),
    ("Name.Builtin", "teal"),
    ("Generic.Inserted", "green"),
    ("Generic.Deleted", "red"),
)


def colored(text: str, language: str) -> list[tuple[str, str]]:
    """Return the code in pieces, each with the theme's token of its colour."""
    if not is_known(text, language):
        return [(text, "text")]
    pieces: list[tuple[str, str]] = []
    for value, color in tokens(text, language):
        if pieces and pieces[-1][1] == color:
            pieces[-1] = (pieces[-1][0] + value, color)
        else:
            pieces.append((value, color))
    return pieces if "".join(piece for piece, _ in pieces) == text else [(text, "text")]


def is_known(text: str, language: str) -> bool:
    """Whether the code would have colours."""
    return bool(language) and len(text) <= _LIMIT and _lexer(language.lower()) is not None


def tokens(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield the words of code with their colours, as far as they are the text that was given."""
    at = 0
    for _, kind, value in _lexer(language.lower()).get_tokens_unprocessed(text):
        if not text.startswith(value, at):
            return
        at += len(value)
        yield value, _color(str(kind).removeprefix("Token."))


@cache
def _lexer(language: str) -> Any:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language)
    except ClassNotFound:
        return None


@cache
def _color(kind: str) -> str:
    return next((color for prefix, color in _COLORS if kind.startswith(prefix)), "text")
