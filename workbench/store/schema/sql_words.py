"""Splits the CREATE statements that SQLite stores into words.

Invariant: comments and white space are dropped. A word outside of quotes is in lower case, a quoted one unchanged, so
that a quoted name never equals a keyword.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Words = tuple[str, ...]
Kind = Literal["table", "virtual table", "index", "view", "trigger"]

# ASCII, because SQLite's spaces and letters do not follow Unicode. A byte order mark is a space where a word could
# begin, and a letter within one.
_WORD = re.compile(
    r"--[^\n]*|/\*.*?(?:\*/|\Z)|[\s\ufeff]+"
    r"|('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|\[[^\]]*\]|(?:[a-zA-Z_$]|[^\x00-\x7f])(?:[\w$]|[^\x00-\x7f])*"
    r"|\d[\w.]*|.)",
    re.DOTALL | re.ASCII,
)
_QUOTED = re.compile(r"(['\"`])(.*)\1|\[(.*)\]", re.DOTALL)
_KINDS: dict[str, Kind] = {"table": "table", "index": "index", "view": "view", "trigger": "trigger"}
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def lower(text: str) -> str:
    """Return a text in lower case as SQLite compares names: ASCII letters only."""
    return text.translate(_LOWER)


def words(sql: str) -> Iterator[str]:
    """Yield the words of a statement."""
    for found in _WORD.finditer(sql):
        if (word := found[1]) is not None:
            yield word if word[0] in "'\"`[" else lower(word)


def name_of(word: str) -> str:
    """Return the name that a word stands for, in lower case, because SQLite compares names so."""
    quoted = _QUOTED.fullmatch(word)
    if quoted is None:
        return lower(word)
    mark, text, bracketed = quoted.groups()
    return lower(bracketed if mark is None else text.replace(mark * 2, mark))


@dataclass(frozen=True, slots=True)
class CreatedObject:
    """What a CREATE statement creates; `on` is the table of an index or a trigger, "" for others."""

    kind: Kind
    name: str
    on: str = ""


def made_by(sql: str) -> CreatedObject | None:
    """Return what a statement creates; None for other statements and for one with a NUL, where SQLite stops reading."""
    if "\0" in sql:
        return None
    rest = _Rest(words(sql))
    if rest.take() != "create":
        return None
    word = rest.take()
    while word in ("unique", "temp", "temporary"):
        word = rest.take()
    kind: Kind
    if word == "virtual" and rest.take() == "table":
        kind = "virtual table"
    elif word in _KINDS:
        kind = _KINDS[word]
    else:
        return None
    name = rest.take_name()
    if kind not in ("index", "trigger"):
        return CreatedObject(kind, name)
    while (word := rest.take()) and word != "on":
        pass
    return CreatedObject(kind, name, rest.take_name())


class _Rest:
    """The remaining words of a statement."""

    def __init__(self, found: Iterator[str]) -> None:
        self._found = found
        self._next = next(found, "")

    def take(self) -> str:
        """Return the next word, "" at the end."""
        word, self._next = self._next, next(self._found, "")
        return word

    def take_name(self) -> str:
        """Return the next name, without IF NOT EXISTS and a database name before it."""
        word = self.take()
        if word == "if" and self._next == "not":
            self.take()
            self.take()
            word = self.take()
        if self._next == ".":
            self.take()
            word = self.take()
        return name_of(word)


@dataclass(frozen=True, slots=True)
class TableWords:
    """A CREATE TABLE statement, split at its outer parentheses; `parts` are its columns and constraints."""

    head: Words
    parts: tuple[Words, ...]
    tail: Words


def table_words(sql: str) -> TableWords | None:
    """Split a CREATE TABLE statement into parts; None for one without parentheses, such as CREATE TABLE AS."""
    found = tuple(words(sql))
    if "(" not in found:
        return None
    start = found.index("(")
    parts: list[Words] = []
    depth, begin = 0, start + 1
    for at in range(start, len(found)):
        depth += (found[at] == "(") - (found[at] == ")")
        if depth == 0 or (depth == 1 and found[at] == ","):
            parts.append(found[begin:at])
            begin = at + 1
        if depth == 0:
            return TableWords(found[:start], tuple(parts), found[begin:])
    return None
