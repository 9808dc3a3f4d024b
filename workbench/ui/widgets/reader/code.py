"""Syntax colours from Pygments, which is imported with the first complete code block.

Invariant: the pieces concatenate to the given text; code in an unknown language or over the limit stays uncoloured.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

_LIMIT = 40_000
"""Maximum characters of code to colour; more would block the UI thread."""
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
    """Return the code in pieces, each with its colour token of the theme."""
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
    """Whether the code can be coloured."""
    return bool(language) and len(text) <= _LIMIT and _lexer(language.lower()) is not None


def tokens(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield the tokens of the code with their colours, up to where they differ from the given text."""
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
