"""Tokeniser for search queries.

Invariant: it never fails. Tokens are in order and do not overlap; every character outside of them is white space, or a
dash or quotation mark with nothing after it.
"""

from __future__ import annotations

from dataclasses import dataclass

_QUOTES = {'"': '"', "“": "”", "„": "“", "＂": "＂"}
_COLONS = ":："
_LONGEST_NAME = 20


@dataclass(frozen=True, slots=True)
class QueryToken:
    """One token from `start` to `end`; its text begins at `body`.

    `name` is the lower-case name before a colon, "" without one. `quote` is the opening quotation mark, "" for none;
    `closed` is False if the closing one is missing. `prefix`: a star follows. `negated`: a dash precedes.
    """

    start: int
    end: int
    body: int
    text: str
    name: str = ""
    quote: str = ""
    closed: bool = True
    prefix: bool = False
    negated: bool = False


def pieces(text: str) -> list[QueryToken]:
    """Return the tokens of a search query."""
    found: list[QueryToken] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        piece = _piece(text, at)
        found.append(piece)
        at = piece.end
    return [piece for piece in found if piece.text or piece.name]


def _piece(text: str, start: int) -> QueryToken:
    at = start
    negated = text[at] == "-"
    at += negated
    name, at = _name(text, at)
    if at < len(text) and text[at] in _QUOTES:
        body, end, closed = _quoted(text, at)
        prefix = closed and text[end : end + 1] == "*" and not name
        return QueryToken(start, end + prefix, at, body, name, text[at], closed, prefix, negated)
    end = at
    while end < len(text) and not text[end].isspace():
        end += 1
    body = text[at:end]
    bare = body.rstrip("*") if not name else body
    return QueryToken(start, end, at, bare, name, "", True, bare != body, negated)


def _name(text: str, at: int) -> tuple[str, int]:
    """Return the name before a colon and the position of its value; "" and `at` if there is none."""
    end = at
    while end < len(text) and end - at < _LONGEST_NAME and text[end].isascii() and text[end].isalpha():
        end += 1
    if end == at or text[end : end + 1] not in tuple(_COLONS) or text[end + 1 : end + 3] == "//":
        return "", at
    return text[at:end].lower(), end + 1


def _quoted(text: str, start: int) -> tuple[str, int, bool]:
    """Return a quoted text, its end, and whether it is closed; \\ escapes the closing mark and itself."""
    closing, read, at = _QUOTES[text[start]], [], start + 1
    while at < len(text):
        character = text[at]
        if character == "\\" and text[at + 1 : at + 2] in ("\\", closing) and text[at + 1 : at + 2]:
            read.append(text[at + 1])
            at += 2
        elif character == closing:
            return "".join(read).strip(), at + 1, True
        else:
            read.append(character)
            at += 1
    return "".join(read).strip(), at, False
